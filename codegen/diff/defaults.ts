import type {
    InstructionArgumentNode,
    Node,
    PdaNode,
    PdaValueNode,
    StructFieldTypeNode,
    TypeNode,
    ValueNode,
} from '@codama/nodes';

import type { Address } from '@solana/kit';

import { toComparable } from '../compare';
import { encodeConstant, toHex } from '../constants';
import { derivePda } from './derive';
import { describeValue, tellApart } from '../describe';
import type { Relation } from './relation';
import type { Side, Sides } from './side';

/** What has a type and may have a default. */
export type WithDefault = Pick<InstructionArgumentNode | StructFieldTypeNode, 'type'> &
    Readonly<{ defaultValue?: Node; defaultValueStrategy?: 'omitted' | 'optional' }>;

/** Whether a field always has its default, so that nobody can give it. */
export const isFixed = ({ defaultValueStrategy }: WithDefault) => defaultValueStrategy === 'omitted';

/** What it means to put one default in the place of another. */
export function relateDefaults(before: WithDefault, after: WithDefault, sides: Sides): Relation {
    if (before.defaultValue === undefined && after.defaultValue === undefined) return 'same';
    if (before.defaultValue === undefined) return isFixed(after) ? 'types' : 'compatible';
    if (after.defaultValue === undefined) return 'types';
    if (!isSameDefault(before, after, sides)) return 'wire';
    if (isFixed(before) === isFixed(after)) return 'same';
    return isFixed(after) ? 'types' : 'compatible';
}

/** The bytes of a field that nobody can give; `undefined` for any other, and where they can't be told here. */
export function encodeFixed(field: WithDefault, side: Side): readonly number[] | undefined {
    const { defaultValue, type } = field;
    if (!isFixed(field) || defaultValue === undefined) return undefined;
    return encodeConstant(type, defaultValue as ValueNode, side.findType);
}

/** Whether two fields always have the same bytes, whatever their types. */
export function isSameConstant(before: WithDefault, after: WithDefault, sides: Sides): boolean {
    const oldBytes = encodeFixed(before, sides.old);
    return oldBytes !== undefined && oldBytes.join() === encodeFixed(after, sides.new)?.join();
}

/** Whether two defaults lead to the same bytes, or to the same account. */
export function isSameDefault(
    before: { type?: TypeNode; defaultValue?: Node },
    after: { type?: TypeNode; defaultValue?: Node },
    sides: Sides,
): boolean {
    const isSame = (how: How) =>
        writeDefault(before.defaultValue!, before.type, how, sides.old) ===
        writeDefault(after.defaultValue!, after.type, how, sides.new);
    return (
        toComparable(before.defaultValue) === toComparable(after.defaultValue) || isSame('seeds') || isSame('address')
    );
}

/** A PDA is written by its seeds, which follow the address of the program, or by its address where it is always the same. */
type How = 'address' | 'seeds';

const ADDRESS: TypeNode = { kind: 'publicKeyTypeNode' };

/** A default as text that is equal for those that lead to the same: a constant by its bytes, a PDA by seeds or address. */
function writeDefault(value: Node, type: TypeNode = ADDRESS, how: How, side: Side): string {
    const bytes = encodeConstant(type, value as ValueNode, side.findType);
    if (bytes !== undefined) return `bytes ${toHex(bytes)}`;
    if (value.kind === 'pdaValueNode') return writePda(value, how, side);
    if (value.kind === 'conditionalValueNode') {
        const { condition, ifFalse, ifTrue, value: wanted } = value;
        const branch = (node: Node | undefined) =>
            node === undefined ? 'nothing' : writeDefault(node, type, how, side);
        return toComparable([condition, wanted, branch(ifTrue), branch(ifFalse)]);
    }
    return toComparable(value);
}

function writePda({ pda, programId, seeds: given }: PdaValueNode, how: How, side: Side): string {
    if (pda.kind !== 'pdaNode') return toComparable([pda, programId, given]);
    if (how === 'address' && programId === undefined) {
        const [first, ...others] = writeSeeds(pda, side, { given, own: side.program.publicKey as Address });
        const address =
            first !== undefined && 'bytes' in first && others.length === 0
                ? derivePda(first.bytes, (pda.programId ?? side.program.publicKey) as Address)
                : undefined;
        if (address !== undefined) return `bytes ${address}`;
    }
    return `PDA ${toComparable([writeSeeds(pda, side, { given }), programId ?? pda.programId ?? 'own'])}`;
}

/** A seed as its bytes in hexadecimal digits, or as what it follows from. */
export type WrittenSeed = Readonly<{ bytes: string } | { from: string }>;

/**
 * The seeds of a PDA as they are hashed, one after the other without anything between them; those that vary as what they
 * are given, and by their place when nothing is given yet.
 *
 * @param own The address of the program, where it is to count as what it is now.
 */
export function writeSeeds(
    pda: PdaNode,
    side: Side,
    { given = [], own }: { given?: PdaValueNode['seeds']; own?: Address } = {},
): readonly WrittenSeed[] {
    const written: WrittenSeed[] = [];
    const values = new Map(given.map(({ name, value }): [string, Node] => [name, value]));
    for (const seed of pda.seeds) {
        const value: Node | undefined = seed.kind === 'constantPdaSeedNode' ? seed.value : values.get(seed.name);
        const isOwn = value?.kind === 'programIdValueNode' && own !== undefined;
        const [type, constant] = isOwn ? [ADDRESS, { kind: 'publicKeyValueNode', publicKey: own }] : [seed.type, value];
        const bytes = constant && encodeConstant(type, constant as ValueNode, side.findType);
        const last = written.at(-1);
        if (bytes === undefined) written.push({ from: toComparable([side.wire.idOf(seed.type), value]) });
        else if (last !== undefined && 'bytes' in last)
            written[written.length - 1] = { bytes: last.bytes + toHex(bytes) };
        else written.push({ bytes: toHex(bytes) });
    }
    return written;
}

/** Two defaults in words that differ. */
export function tellDefaultsApart(before: Node, after: Node): Readonly<{ old: string; new: string }> {
    return tellApart(
        () => [describeValue(before), describeValue(after)],
        () => [describeValue(before, 'all'), describeValue(after, 'all')],
        () => [toComparable(before), toComparable(after)],
    );
}
