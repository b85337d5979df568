import { isNode, type ConstantNode, type ProgramNode } from '@codama/nodes';

import { encodeConstant } from '../constants';
import { getDocBlock, getPage, type NameApi } from './page';

/** The page of a program's constants, each with its docs; `undefined` when there is none that has code. */
export function getConstantsPage(program: ProgramNode, nameApi: NameApi): string | undefined {
    const constants = program.constants.flatMap(constant => {
        const code = getConstantCode(constant);
        return code === undefined ? [] : [{ ...constant, code }];
    });
    if (constants.length === 0) return undefined;
    const types = ['Address', 'ReadonlyUint8Array'].filter(type => constants.some(({ code }) => code.includes(type)));
    return getPage(
        types.length === 0 ? '' : `import { ${types.map(type => `type ${type}`).join(', ')} } from '@solana/kit';`,
        ...constants.map(
            ({ code, docs, name }) => `${getDocBlock(docs)}export const ${nameApi.constant(name)} = ${code};`,
        ),
    );
}

/** A constant as code; `undefined` for a value that is made of others, such as a list or a struct. */
export function getConstantCode({ type, value }: Pick<ConstantNode, 'type' | 'value'>): string | undefined {
    if (isNode(value, 'numberValueNode')) {
        // As kit's codecs do: what may not fit a double is a bigint, whatever the value at hand.
        const isBig = isNode(type, 'numberTypeNode') && /^[ui](64|128)$/.test(type.format);
        return isBig ? `${value.number}n` : `${value.number}`;
    }
    if (isNode(value, 'stringValueNode')) return JSON.stringify(value.string);
    if (isNode(value, 'booleanValueNode')) return `${value.boolean}`;
    if (isNode(value, 'publicKeyValueNode')) return `'${value.publicKey}' as Address<'${value.publicKey}'>`;
    const bytes = isNode(value, 'bytesValueNode') ? encodeConstant(type, value, () => undefined) : undefined;
    return bytes && `/* @__PURE__ */ new Uint8Array([${bytes.join(', ')}]) as ReadonlyUint8Array`;
}
