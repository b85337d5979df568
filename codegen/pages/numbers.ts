import { getNumberRange } from '../constants';
import { getPage } from './page';

const INTEGERS = ['i128', 'i16', 'i32', 'i64', 'i8', 'shortU16', 'u128', 'u16', 'u32', 'u64', 'u8'] as const;

/** The names of the encoders of integers, as the renderer imports them. */
const ENCODERS = new Map(INTEGERS.map(format => [`get${format[0]!.toUpperCase()}${format.slice(1)}Encoder`, format]));

/**
 * The page of the number codecs of a client, from which its other pages import them in the place of kit's.
 *
 * Kit's encoders of integers cut off what is after the point, take `undefined` and `NaN` for 0, and don't see that a
 * number above 2^53 has lost digits. Those of this page refuse what is not exactly the number that would be written.
 *
 * @param names What the other pages import: codecs of numbers, and `Endian`.
 */
export function getNumbersPage(names: readonly string[]): string {
    const strict = names.filter(name => ENCODERS.has(name));
    const asInKit = names.filter(name => !ENCODERS.has(name));
    const imports = strict.flatMap(name => [`${name} as ${name}OfKit`]);

    return getPage(
        strict.length === 0
            ? ''
            : `import { ${imports.join(', ')}, SOLANA_ERROR__CODECS__NUMBER_OUT_OF_RANGE, SolanaError, transformEncoder } from '@solana/kit';`,
        asInKit.length === 0 ? '' : `export { ${asInKit.join(', ')} } from '@solana/kit';`,
        ...strict.map(name => {
            const format = ENCODERS.get(name)!;
            const [min, max] = getNumberRange(format)!.map(toCode) as [string, string];
            // The one number without a byte order, and with bytes that depend on its value.
            const config = format === 'u8' || format === 'i8' || format === 'shortU16';
            const [parameters, args] = config ? ['', ''] : [`config?: Parameters<typeof ${name}OfKit>[0]`, 'config'];
            return `/** Kit's encoder of ${format}, for nothing but whole numbers in its range. */
                export function ${name}(${parameters}): ReturnType<typeof ${name}OfKit> {
                    return transformEncoder(${name}OfKit(${args}), (value: bigint | number) => toExact('${format}', ${min}, ${max}, value));
                }`;
        }),
        strict.length === 0
            ? ''
            : `/** The value if it is a whole number in a range that has not lost digits on its way here. */
               function toExact(format: string, min: bigint | number, max: bigint | number, value: bigint | number): bigint | number {
                   const isExact = typeof value === 'bigint' || Number.isSafeInteger(value);
                   if (isExact && value >= min && value <= max) return value;
                   throw new SolanaError(SOLANA_ERROR__CODECS__NUMBER_OUT_OF_RANGE, {
                       codecDescription: isExact ? format : \`\${format}, from a bigint or a safe integer\`,
                       max,
                       min,
                       value,
                   });
               }`,
    );
}

/** A limit as code: what a number cannot hold exactly as a bigint. */
function toCode(limit: bigint): string {
    return limit > Number.MAX_SAFE_INTEGER || limit < Number.MIN_SAFE_INTEGER ? `${limit}n` : `${limit}`;
}
