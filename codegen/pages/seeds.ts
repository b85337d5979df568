import { isNode, type PdaNode, type PdaSeedNode, type ProgramNode } from '@codama/nodes';

import { getDocBlock, getPage, type NameApi } from './page';

/**
 * The page of the seeds of a program's addresses, as data: what derives an address in another way than kit does (at
 * once, for thousands of channels) takes the seeds from here and not from a copy of its own.
 *
 * It has those addresses whose seeds are texts, addresses and u64 numbers; `undefined` when there are none.
 */
export function getSeedsPage(program: ProgramNode, nameApi: NameApi): string | undefined {
    const sections = program.pdas.map(pda => getSeeds(pda, nameApi)).filter(section => section !== undefined);
    return sections.length === 0 ? undefined : getPage(...sections);
}

/** The name of the seeds of a PDA. */
export function getSeedsConstant(pda: string, nameApi: NameApi): string {
    return nameApi.constant(`${pda}PdaSeeds`);
}

function getSeeds({ name, seeds }: PdaNode, nameApi: NameApi): string | undefined {
    const items = seeds.map(getSeed);
    if (items.includes(undefined)) return undefined;
    const docs = getDocBlock([`The seeds of the address "${name}", in order.`]);
    return `${docs}export const ${getSeedsConstant(name, nameApi)} = [${items.join(', ')}] as const;`;
}

function getSeed(seed: PdaSeedNode): string | undefined {
    if (isNode(seed, 'constantPdaSeedNode')) {
        const { type, value } = seed;
        const isText = isNode(value, 'stringValueNode') && isNode(type, 'stringTypeNode') && type.encoding === 'utf8';
        return isText ? `{ kind: 'text', text: ${JSON.stringify(value.string)} }` : undefined;
    }
    const { name, type } = seed;
    if (isNode(type, 'publicKeyTypeNode')) return `{ kind: 'address', name: '${name}' }`;
    const isU64 = isNode(type, 'numberTypeNode') && type.format === 'u64' && type.endian === 'le';
    return isU64 ? `{ kind: 'u64', name: '${name}' }` : undefined;
}
