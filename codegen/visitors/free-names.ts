import type { ProgramNode } from '@codama/nodes';

/**
 * Gives names to types that are not in the file: the first of some that no account or type has, with a number behind the
 * last if all are taken. Names that differ in case only would be one file in some places, so that they count as one.
 */
export function createFreeNames(programs: readonly ProgramNode[]): (...wanted: string[]) => string {
    const taken = new Set(
        programs.flatMap(({ accounts, definedTypes }) =>
            [...accounts, ...definedTypes].map(({ name }) => name.toLowerCase()),
        ),
    );
    /** The numbers that were tried. */
    const counts = new Map<string, number>();
    const isFree = (name: string) => !taken.has(name.toLowerCase());
    return (...wanted) => {
        const last = wanted.at(-1)!;
        let name = wanted.find(isFree);
        for (let count = counts.get(last) ?? 2; name === undefined; count++) {
            name = [`${last}${count}`].find(isFree);
            counts.set(last, count + 1);
        }
        taken.add(name.toLowerCase());
        return name;
    };
}
