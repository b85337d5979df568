import { DEFAULT_NAME_TRANSFORMERS, type NameTransformers } from '@codama/renderers-js';

// `isPaymentChannelsError` is the name, by kit's convention, of the guard for the errors of a package itself, and
// `PaymentChannelsError` of their class: what is about the on-chain program's codes says so.
const OWN_TRANSFORMERS: Partial<NameTransformers> = {
    programErrorConstantPrefix: (name, { snakeCase }) => `${snakeCase(name).toUpperCase()}_PROGRAM_ERROR__`,
    programErrorUnion: (name, { pascalCase }) => `${pascalCase(name)}ProgramErrorCode`,
    programGetErrorMessageFunction: (name, { pascalCase }) => `get${pascalCase(name)}ProgramErrorMessage`,
    programIsErrorFunction: (name, { pascalCase }) => `is${pascalCase(name)}ProgramError`,
};

/** The names of what is rendered, by what the IDL calls it. */
export const NAMES: NameTransformers = { ...DEFAULT_NAME_TRANSFORMERS, ...OWN_TRANSFORMERS };

/** Those that name a member of something, and take no name from anything outside of it. */
const MEMBERS: ReadonlySet<string> = new Set<keyof NameTransformers>([
    'discriminatedUnionDiscriminator',
    'discriminatedUnionVariant',
    'enumVariant',
    'programAccountsEnumVariant',
    'programInstructionsEnumVariant',
    'programPluginAccountKey',
    'programPluginInstructionKey',
    'programPluginKey',
]);

/** A letter of identifiers that no rendered page has of itself. With one beyond Latin-1 a page would take twice the memory. */
const MARK = '\xaa';

/**
 * The same names, each with a mark: in a page that is rendered with them, every name that comes from the IDL can be told
 * from those that the page has of itself, whatever they are.
 */
export const MARKED_NAMES: NameTransformers = Object.fromEntries(
    Object.entries(NAMES).map(([key, transform]) => [
        key,
        MEMBERS.has(key)
            ? transform
            : (...args: Parameters<typeof transform>) => `${transform(...args).replaceAll(MARK, '')}${MARK}`,
    ]),
) as NameTransformers;

/** Whether a name of a page comes from the IDL. */
export const isMarked = (name: string): boolean => name.includes(MARK);

/** A name without its marks, as it is rendered. */
export const unmark = (name: string): string => name.replaceAll(MARK, '');

/** The same names, each made once: a page asks for those of what it names again and again. */
export function rememberNames(names: NameTransformers): NameTransformers {
    return Object.fromEntries(
        Object.entries(names).map(([key, transform]) => {
            const known = new Map<string, string>();
            return [
                key,
                (name: string, helpers: Parameters<typeof transform>[1]) => {
                    const found = known.get(name) ?? transform(name, helpers);
                    known.set(name, found);
                    return found;
                },
            ];
        }),
    ) as NameTransformers;
}
