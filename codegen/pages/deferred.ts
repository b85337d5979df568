import type { DeferredType } from '../visitors/defer-links';
import { getPage, type NameApi } from './page';

/** The page of a type that stands for another where that holds itself: its codec makes the other's for each value. */
export function getDeferredPage({ name, of }: DeferredType, nameApi: NameApi): string {
    const [strict, loose] = [nameApi.dataType(name), nameApi.dataArgsType(name)];
    const [encoder, decoder] = [nameApi.encoderFunction(name), nameApi.decoderFunction(name)];
    const [encoderOf, decoderOf] = [nameApi.encoderFunction(of), nameApi.decoderFunction(of)];
    return getPage(
        `import { combineCodec, createDecoder, createEncoder, getEncodedSize, type Codec, type Decoder, type Encoder } from '@solana/kit';
         import { ${decoderOf}, ${encoderOf}, type ${nameApi.dataType(of)}, type ${nameApi.dataArgsType(of)} } from './${of}';`,
        `/** A {@link ${nameApi.dataType(of)}} inside of another type: its codec is only made for a value, so that none has to be made first. */
         export type ${strict} = ${nameApi.dataType(of)};`,
        `export type ${loose} = ${nameApi.dataArgsType(of)};`,
        `export function ${encoder}(): Encoder<${loose}> {
            return createEncoder({
                getSizeFromValue: (value: ${loose}) => getEncodedSize(value, ${encoderOf}()),
                write: (value: ${loose}, bytes, offset) => ${encoderOf}().write(value, bytes, offset),
            });
         }`,
        `export function ${decoder}(): Decoder<${strict}> {
            return createDecoder({ read: (bytes, offset) => ${decoderOf}().read(bytes, offset) });
         }`,
        `export function ${nameApi.codecFunction(name)}(): Codec<${loose}, ${strict}> {
            return combineCodec(${encoder}(), ${decoder}());
         }`,
    );
}
