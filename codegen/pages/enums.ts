import { isNode, isScalarEnum, type DefinedTypeNode } from 'codama';

import { getDocBlock, getPage, type NameApi } from './page';

/**
 * The page of an enum whose variants have values of their own; `undefined` for any other type, and for an enum whose
 * values are 0, 1, 2, … in order: the renderer, which ignores the values, gets that one right.
 */
export function getEnumPage({ docs, name, type }: DefinedTypeNode, nameApi: NameApi): string | undefined {
    if (!isNode(type, 'enumTypeNode') || !isScalarEnum(type)) return undefined;
    if (type.variants.every(({ discriminator }, index) => (discriminator ?? index) === index)) return undefined;
    if (!isNode(type.size, 'numberTypeNode') || type.size.format !== 'u8') {
        throw new Error(`Enum "${name}": no page for values wider than a byte yet`);
    }
    const members = type.variants.map(
        ({ discriminator, name }, index) => `${nameApi.enumVariant(name)} = ${discriminator ?? index},`,
    );
    const strict = nameApi.dataType(name);
    const loose = nameApi.dataArgsType(name);
    const [encoder, decoder] = [nameApi.encoderFunction(name), nameApi.decoderFunction(name)];

    return getPage(
        `import { combineCodec, getEnumDecoder, getEnumEncoder, type FixedSizeCodec, type FixedSizeDecoder, type FixedSizeEncoder } from '@solana/kit';`,
        `${getDocBlock(docs)}export enum ${strict} { ${members.join('\n')} }`,
        `export type ${loose} = ${strict};`,
        `export function ${encoder}(): FixedSizeEncoder<${loose}> {
            return getEnumEncoder(${strict}, { useValuesAsDiscriminators: true });
         }`,
        `export function ${decoder}(): FixedSizeDecoder<${strict}> {
            return getEnumDecoder(${strict}, { useValuesAsDiscriminators: true });
         }`,
        `export function ${nameApi.codecFunction(name)}(): FixedSizeCodec<${loose}, ${strict}> {
            return combineCodec(${encoder}(), ${decoder}());
         }`,
    );
}
