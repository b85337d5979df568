import { isNode, type PdaNode, type PdaSeedNode, type ProgramNode } from 'codama';

import { getDocBlock, getPage, type NameApi } from './page';

/**
 * The page of the seeds of a program's addresses, as data: what derives an address in another way than kit does (at
 * once, for thousands of channels) takes the seeds from here and not from a copy of its own.
 */
export function getSeedsPage(program: ProgramNode, nameApi: NameApi): string {
    return getPage(...program.pdas.map(pda => getSeeds(pda, nameApi)));
}

function getSeeds({ name, seeds }: PdaNode, nameApi: NameApi): string {
    const docs = getDocBlock([`The seeds of the address "${name}", in order.`]);
    return `${docs}export const ${nameApi.constant(`${name}PdaSeeds`)} = [${seeds.map(getSeed).join(', ')}] as const;`;
}

function getSeed(seed: PdaSeedNode): string {
    if (isNode(seed, 'constantPdaSeedNode')) {
        const { type, value } = seed;
        if (isNode(value, 'stringValueNode') && isNode(type, 'stringTypeNode') && type.encoding === 'utf8') {
            return `{ kind: 'text', text: ${JSON.stringify(value.string)} }`;
        }
        throw new Error(`No page for a constant seed of ${type.kind} yet`);
    }
    const { name, type } = seed;
    if (isNode(type, 'publicKeyTypeNode')) return `{ kind: 'address', name: '${name}' }`;
    if (isNode(type, 'numberTypeNode') && type.format === 'u64' && type.endian === 'le') {
        return `{ kind: 'u64', name: '${name}' }`;
    }
    throw new Error(`Seed "${name}": no page for a ${type.kind} yet`);
}
