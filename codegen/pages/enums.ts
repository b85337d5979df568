import { isNode, isScalarEnum, resolveNestedTypeNode, type DefinedTypeNode, type EnumTypeNode } from '@codama/nodes';

import { getDocBlock, getPage, type NameApi } from './page';

/**
 * The page of an enum without fields, with the values of its variants and their docs; `undefined` for any other type.
 * The renderer counts from 0 whatever the values, and drops the docs of the variants.
 *
 * @returns The page, and the codecs of numbers that it imports.
 */
export function getEnumPage(
    { docs, name, type }: DefinedTypeNode,
    nameApi: NameApi,
): { numbers: readonly string[]; page: string } | undefined {
    if (!isNode(type, 'enumTypeNode') || !isScalarEnum(type) || type.variants.length === 0) return undefined;
    const members = type.variants.map(({ discriminator, docs, name }: Variant, index) => {
        const value = discriminator ?? index;
        return `${getDocBlock(docs)}${nameApi.enumVariant(name)} = ${value},`;
    });
    const hasValues = type.variants.some(({ discriminator }, index) => (discriminator ?? index) !== index);
    const strict = nameApi.dataType(name);
    const loose = nameApi.dataArgsType(name);
    const [encoder, decoder] = [nameApi.encoderFunction(name), nameApi.decoderFunction(name)];
    const size = getSize(type, nameApi);
    // Of all numbers only this one has no size.
    const fixed = resolveNestedTypeNode(type.size).format === 'shortU16' ? '' : 'FixedSize';
    const options = (codec: string | undefined) => {
        const all = [...(codec ? [`size: ${codec}`] : []), ...(hasValues ? ['useValuesAsDiscriminators: true'] : [])];
        return all.length === 0 ? '' : `, { ${all.join(', ')} }`;
    };

    const page = getPage(
        `import { combineCodec, getEnumDecoder, getEnumEncoder, type ${fixed}Codec, type ${fixed}Decoder, type ${fixed}Encoder } from '@solana/kit';
         ${size ? `import { ${size.names.join(', ')} } from '../shared';` : ''}`,
        `${getDocBlock(docs)}export enum ${strict} { ${members.join('\n')} }`,
        `export type ${loose} = ${strict};`,
        `export function ${encoder}(): ${fixed}Encoder<${loose}> {
            return getEnumEncoder(${strict}${options(size?.encoder)});
         }`,
        `export function ${decoder}(): ${fixed}Decoder<${strict}> {
            return getEnumDecoder(${strict}${options(size?.decoder)});
         }`,
        `export function ${nameApi.codecFunction(name)}(): ${fixed}Codec<${loose}, ${strict}> {
            return combineCodec(${encoder}(), ${decoder}());
         }`,
    );
    return { numbers: size?.names ?? [], page };
}

/** The Codama standard gives a variant no docs; the IDLs of this house have them all the same. */
type Variant = EnumTypeNode['variants'][number] & { docs?: string[] };

/** The codec of an enum's values, when it is another than a single byte. */
function getSize(type: EnumTypeNode, nameApi: NameApi) {
    const { endian, format } = resolveNestedTypeNode(type.size);
    if (format === 'u8') return undefined;
    const names = [nameApi.decoderFunction(format), nameApi.encoderFunction(format)] as const;
    const config = endian === 'be' ? '{ endian: Endian.Big }' : '';
    return {
        decoder: `${names[0]}(${config})`,
        encoder: `${names[1]}(${config})`,
        names: [...(endian === 'be' ? ['Endian'] : []), ...names],
    };
}
