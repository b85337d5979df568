import { joinPath } from './nodes';

/** Objects and lists in each other: far more than anything real needs, few enough for what calls itself for each. */
export const MAX_DEPTH = 200;

/** An IDL that is too deep to be gone through; one in which the check found no error is not. */
export class TooDeepError extends Error {
    override name = 'TooDeepError';

    /** @param path The start of the path to what is too deep; `undefined` when it is the types that hold each other. */
    constructor(
        readonly path: string | undefined,
        options?: ErrorOptions,
    ) {
        super(
            path === undefined
                ? 'The types of the IDL hold each other too deep to be rendered: check it first, and mend what is found.'
                : `Objects and lists of the IDL stand in each other more than ${MAX_DEPTH} deep at ${path}: ` +
                      'check it first, and mend what is found.',
            options,
        );
    }
}

/**
 * Makes sure that a tree can be gone through by functions that call themselves.
 *
 * @throws {@link TooDeepError} otherwise.
 */
export function assertIsNotTooDeep(root: object): void {
    const path = findTooDeep(root);
    if (path !== undefined) throw new TooDeepError(path);
}

/** Whether something called itself too often. */
export function isStackOverflow(error: unknown): boolean {
    return error instanceof RangeError && error.message.includes('call stack');
}

/** The start of a path to what stands in more objects and lists than anything can be; found without going down by calls. */
export function findTooDeep(root: object): string | undefined {
    const open: { depth: number; path: string; value: unknown }[] = [{ depth: 0, path: '', value: root }];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
        const { depth, path, value } = next;
        if (typeof value !== 'object' || value === null) continue;
        if (depth > MAX_DEPTH) return `${path}…`;
        const isList = Array.isArray(value);
        for (const [step, inner] of Object.entries(value)) {
            // As much as is needed to find the place.
            const longer = depth > 8 ? path : isList ? `${path}[${step}]` : joinPath(path, step);
            open.push({ depth: depth + 1, path: longer, value: inner });
        }
    }
    return undefined;
}
