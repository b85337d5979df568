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
    const isFree = (name: string) => !taken.has(name.toLowerCase());
    return (...wanted) => {
        let name = wanted.find(isFree);
        for (let count = 2; name === undefined; count++) name = [`${wanted.at(-1)!}${count}`].find(isFree);
        taken.add(name.toLowerCase());
        return name;
    };
}
