import { isNode, type ConstantNode, type ProgramNode } from 'codama';

import { getDocBlock, getPage, type NameApi } from './page';

/** The page of a program's constants, each with its docs. */
export function getConstantsPage(program: ProgramNode, nameApi: NameApi): string {
    const constants = program.constants.map(
        constant =>
            `${getDocBlock(constant.docs)}export const ${nameApi.constant(constant.name)} = ${getValue(constant)};`,
    );
    return getPage(...constants);
}

function getValue({ name, type, value }: ConstantNode): string {
    if (isNode(value, 'numberValueNode')) {
        // As kit's codecs do: what may not fit a double is a bigint, whatever the value at hand.
        const isBig = isNode(type, 'numberTypeNode') && /^[ui](64|128)$/.test(type.format);
        return isBig ? `${value.number}n` : `${value.number}`;
    }
    if (isNode(value, 'stringValueNode')) return JSON.stringify(value.string);
    if (isNode(value, 'booleanValueNode')) return `${value.boolean}`;
    throw new Error(`Constant "${name}": no page for a ${value.kind} yet`);
}
