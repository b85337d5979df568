import type { ProgramNode, TypeNode } from '@codama/nodes';

import type { FindType } from '../constants';

/** A program of one of the two IDLs, with what is looked up in it. */
export type Side = { program: ProgramNode; findType: FindType };

export type Sides = { old: Side; new: Side };

export function createSide(program: ProgramNode, programs: readonly ProgramNode[]): Side {
    const findType: FindType = link => {
        const owner = link.program ? programs.find(({ name }) => name === link.program?.name) : program;
        return owner?.definedTypes.find(({ name }) => name === link.name);
    };
    return { findType, program };
}

/** Names for a sentence. */
export function listNames(names: readonly string[]): string {
    const quoted = names.map(name => `\`${name}\``);
    return quoted.length < 2 ? quoted.join('') : `${quoted.slice(0, -1).join(', ')} and ${quoted.at(-1)!}`;
}

/** A count with its noun. */
export function count(number: number, noun: string): string {
    return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** Whether a type is a link to the one defined type of that name. */
export function isLinkTo(type: TypeNode, name: string): boolean {
    return type.kind === 'definedTypeLinkNode' && type.name === name;
}
