import type { AccountNode, EventNode, PdaNode, PdaSeedNode } from '@codama/nodes';

import { toComparable } from '../compare';
import { encodeConstant, toHex } from '../constants';
import { describePattern, getPattern } from '../discriminators';
import { describeType, getFields, getSize } from '../types';
import { align } from './align';
import type { AddChange } from './change';
import { compareFields } from './fields';
import { compareTypeNodes } from './types';
import { isLinkTo, type Side, type Sides } from './side';

/** What tells an account from others, in a few words. */
export function describeAccountMark(account: AccountNode, side: Side): string | undefined {
    const discriminators = account.discriminators ?? [];
    const pattern = getPattern(discriminators, getFields(account.data, side.findType) ?? [], side.findType);
    return pattern && discriminators.length > 0 ? describePattern(pattern) : undefined;
}

/** What tells an event from others, in a few words. */
export function describeEventMark(event: EventNode, side: Side): string | undefined {
    const discriminators = event.discriminators ?? [];
    const pattern = getPattern(discriminators, getFields(event.data, side.findType) ?? [], side.findType);
    return pattern && discriminators.length > 0 ? describePattern(pattern) : undefined;
}

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
    const bytesOnly = (account: AccountNode, side: Side) =>
        describeAccountMark(
            {
                ...account,
                discriminators: (account.discriminators ?? []).filter(({ kind }) => kind !== 'sizeDiscriminatorNode'),
            },
            side,
        );
    const [oldMark, newMark] = [bytesOnly(before, sides.old), bytesOnly(after, sides.new)];
    if (oldMark !== newMark) {
        add(
            'account-type-discriminator',
            'wire',
            `Told from others by ${newMark ?? 'no bytes'} instead of ${oldMark ?? 'no bytes'}.`,
            'The old client does not recognize it.',
        );
    }
    const sizeOf = (account: AccountNode, side: Side) => account.size ?? getSize(account.data, side.findType);
    const [oldSize, newSize] = [sizeOf(before, sides.old), sizeOf(after, sides.new)];
    if (oldSize !== newSize) {
        const bytes = (size: number | undefined) => (size === undefined ? 'of variable size' : `${size} bytes`);
        add(
            'account-type-size',
            'wire',
            `Is ${bytes(newSize)} instead of ${bytes(oldSize)}.`,
            'Filters and checks by size do not find it, and its rent is another.',
        );
    }
    const fields = (account: AccountNode, side: Side) => getFields(account.data, side.findType) ?? [];
    compareFields(fields(before, sides.old), fields(after, sides.new), { of: 'account' }, sides, add);
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
    const [oldMark, newMark] = [describeEventMark(before, sides.old), describeEventMark(after, sides.new)];
    if (oldMark !== newMark) {
        add(
            'event-discriminator',
            'wire',
            `Told from others by ${newMark ?? 'nothing'} instead of ${oldMark ?? 'nothing'}.`,
            'The old client does not see it any more.',
        );
    }
    const payload = (event: EventNode, side: Side) =>
        event.data.kind === 'definedTypeLinkNode' ? (side.findType(event.data)?.type ?? event.data) : event.data;
    compareTypeNodes(payload(before, sides.old), payload(after, sides.new), sides, (_kind, impact, message) =>
        add(
            'event-changed',
            impact,
            message,
            impact === 'wire'
                ? 'The old client refuses or misreads the event.'
                : 'Code that reads the event does not compile; the bytes are the same.',
        ),
    );
}

/** Whether a defined type is the payload of an event and of nothing else, so that its changes are those of the event. */
export function isEventPayload(name: string, { program }: Side): boolean {
    const rest = { ...program, events: program.events.filter(({ data }) => !isLinkTo(data, name)) };
    const isLinked = toComparable(rest).includes(toComparable({ kind: 'definedTypeLinkNode', name }));
    return rest.events.length < program.events.length && !isLinked;
}

/** Compares a PDA of both IDLs. */
export function comparePdas(before: PdaNode, after: PdaNode, sides: Sides, add: AddChange): void {
    const meaning = 'The address is another: the old client derives the wrong one.';
    if (before.name !== after.name) {
        add(
            'pda-renamed',
            'types',
            `\`${before.name}\` is now called \`${after.name}\`.`,
            'Code that names it does not compile.',
        );
    }
    if (before.programId !== after.programId) {
        add(
            'pda-program',
            'wire',
            `Derived from ${after.programId ?? 'the program itself'} instead of ${before.programId ?? 'the program itself'}.`,
            meaning,
        );
    }
    const named = ({ seeds }: PdaNode, side: Side) => seeds.map(seed => ({ name: nameSeed(seed, side), seed }));
    const typeOf = ({ seed }: { seed: PdaSeedNode }) => `${seed.kind} ${toComparable(seed.type)}`;
    const alignment = align(named(before, sides.old), named(after, sides.new), (a, b) => typeOf(a) === typeOf(b));
    for (const item of alignment) {
        if (item.how === 'added') {
            add(
                'seed-added',
                'wire',
                `Seed ${item.new.name}, ${describeType(item.new.seed.type)}, added at ${item.newIndex}.`,
                meaning,
            );
        } else if (item.how === 'removed') {
            add('seed-removed', 'wire', `Seed ${item.old.name} removed from ${item.oldIndex}.`, meaning);
        } else {
            if (item.how === 'moved') {
                add(
                    'seed-moved',
                    'wire',
                    `Seed ${item.new.name} moved from ${item.oldIndex} to ${item.newIndex}.`,
                    meaning,
                );
            }
            if (item.how === 'renamed') {
                const isConstant = item.new.seed.kind === 'constantPdaSeedNode';
                if (isConstant) {
                    add(
                        'seed-changed',
                        'wire',
                        `Seed ${item.newIndex} is ${item.new.name} instead of ${item.old.name}.`,
                        meaning,
                    );
                } else {
                    add(
                        'seed-renamed',
                        'types',
                        `Seed ${item.newIndex}, ${item.old.name}, is now called ${item.new.name}.`,
                        'Code that names it does not compile; the address is the same.',
                    );
                }
            }
            if (typeOf(item.old) !== typeOf(item.new)) {
                add(
                    'seed-changed',
                    'wire',
                    `Seed ${item.new.name} is ${describeType(item.new.seed.type)} instead of ${describeType(item.old.seed.type)}.`,
                    meaning,
                );
            }
        }
    }
}

/** A seed by its name, or by its value when that is always the same. */
function nameSeed(seed: PdaSeedNode, side: Side): string {
    if (seed.kind === 'variablePdaSeedNode') return `\`${seed.name}\``;
    const { type, value } = seed;
    if (value.kind === 'stringValueNode') return JSON.stringify(value.string);
    if (value.kind === 'programIdValueNode') return 'the program itself';
    const bytes = encodeConstant(type, value, side.findType);
    return bytes ? `0x${toHex(bytes)}` : toComparable(value);
}
