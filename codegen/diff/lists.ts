import type { AccountNode, EventNode, TypeNode } from '@codama/nodes';

import { findByName } from '../by-name';
import { toComparable } from '../compare';
import { getFields } from '../types';
import type { AddChange } from './change';
import { compareFields } from './fields';
import { getDataMark, getFixedBytes, isImplied, nameMarks } from './marks';
import type { Side, Sides } from './side';
import { compareShells, compareTypeNodes } from './types';
import { withSameBytes } from './written';

/** Compares a kind of account of both IDLs. */
export function compareAccountTypes(before: AccountNode, after: AccountNode, sides: Sides, add: AddChange): void {
    if (before.name !== after.name) {
        add(
            'account-type-renamed',
            'types',
            `\`${before.name}\` is now called \`${after.name}\`.`,
            'Code that names it does not compile; the accounts are the same.',
        );
    }
    const sizeOf = (account: AccountNode, side: Side) => account.size ?? side.wire.sizeOf(account.data);
    const [oldSize, newSize] = [sizeOf(before, sides.old), sizeOf(after, sides.new)];
    compareMarks(before, after, [oldSize, newSize], sides, add);
    if (oldSize !== newSize) {
        const bytes = (size: number | undefined) => (size === undefined ? 'of variable size' : `${size} bytes`);
        add(
            'account-type-size',
            'wire',
            `Is ${bytes(newSize)} instead of ${bytes(oldSize)}.`,
            'Filters and checks by size do not find it, and its rent is another.',
        );
    }
    const tell = withSameBytes(before.data, after.data, sides, add);
    const start = compareShells(before.data, after.data, 'account-type-retyped', sides, tell);
    const fields = (account: AccountNode, side: Side) => getFields(account.data, side.findType) ?? [];
    compareFields(fields(before, sides.old), fields(after, sides.new), { of: 'account', start }, sides, tell);
    compareAddresses(before, after, sides, add);
}

function compareAddresses(before: AccountNode, after: AccountNode, sides: Sides, add: AddChange): void {
    if (toComparable(before.pda) === toComparable(after.pda)) return;
    // A PDA that came or went is told as such.
    const isDeclared = ({ pda }: AccountNode, { program }: Side) =>
        pda === undefined || pda.program !== undefined || findByName(program.pdas, pda.name) !== undefined;
    if (!isDeclared(before, sides.new) || !isDeclared(after, sides.old)) return;
    const name = ({ pda }: AccountNode) =>
        pda === undefined ? 'no PDA' : `PDA \`${pda.name}\`${pda.program ? ` of program \`${pda.program.name}\`` : ''}`;
    add(
        'account-type-pda',
        before.pda === undefined ? 'compatible' : 'types',
        `Its address is that of ${name(after)} instead of ${name(before)}.`,
        'The functions that fetch it by its seeds are others.',
    );
}

function compareMarks(
    before: AccountNode,
    after: AccountNode,
    [oldSize, newSize]: readonly (number | undefined)[],
    sides: Sides,
    add: AddChange,
): void {
    const [oldMark, newMark] = [getDataMark(before, sides.old), getDataMark(after, sides.new)];
    if (oldMark.text === newMark.text) return;
    const bytesOnly = (account: AccountNode, side: Side) => {
        const discriminators = (account.discriminators ?? []).filter(({ kind }) => kind !== 'sizeDiscriminatorNode');
        return getDataMark({ ...account, discriminators }, side).text;
    };
    // A size that changed with that of the account is told there.
    const isToldBySize =
        oldSize !== newSize &&
        oldMark.pattern?.size === oldSize &&
        newMark.pattern?.size === newSize &&
        bytesOnly(before, sides.old) === bytesOnly(after, sides.new);
    if (isToldBySize) return;
    const isKnown = isImplied(oldMark, newMark, getFixedBytesOf(after.data, sides.new));
    const words = nameMarks(oldMark, newMark, 'nothing');
    add(
        'account-type-discriminator',
        isKnown ? 'compatible' : 'wire',
        `Told from others by ${words.new} instead of ${words.old}.`,
        isKnown ? 'The old client takes it for what it is.' : 'The old client does not recognize it.',
    );
}

function getFixedBytesOf(data: TypeNode, side: Side): ReadonlyMap<number, number> {
    return getFixedBytes(data, getFields(data, side.findType) ?? [], side);
}

/** Compares an event of both IDLs. */
export function compareEvents(before: EventNode, after: EventNode, sides: Sides, add: AddChange): void {
    if (before.name !== after.name) {
        add(
            'event-renamed',
            'types',
            `\`${before.name}\` is now called \`${after.name}\`.`,
            'Code that names it does not compile.',
        );
    }
    const [oldMark, newMark] = [getDataMark(before, sides.old), getDataMark(after, sides.new)];
    if (oldMark.text !== newMark.text) {
        const always = getFixedBytesOf(after.data, sides.new);
        const isKnown = isImplied(oldMark, newMark, always, sides.new.wire.sizeOf(after.data));
        const words = nameMarks(oldMark, newMark, 'nothing');
        add(
            'event-discriminator',
            isKnown ? 'compatible' : 'wire',
            `Told from others by ${words.new} instead of ${words.old}.`,
            isKnown ? 'The old client takes it for what it is.' : 'The old client does not see it any more.',
        );
    }
    const payload = (event: EventNode, side: Side) =>
        event.data.kind === 'definedTypeLinkNode' ? (side.findType(event.data)?.type ?? event.data) : event.data;
    compareTypeNodes(payload(before, sides.old), payload(after, sides.new), sides, (_kind, impact, message) =>
        add('event-changed', impact, message, EVENT_CHANGED[impact]),
    );
}

const EVENT_CHANGED = {
    compatible: 'Code that reads the event goes on working.',
    types: 'Code that reads the event does not compile; the bytes are the same.',
    wire: 'The old client refuses or misreads the event.',
} as const;
