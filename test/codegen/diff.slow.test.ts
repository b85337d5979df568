import type { RootNode } from '@codama/nodes';
import { describe, expect, it } from 'vitest';

import { parseIdl } from '../../codegen/check/check';
import { CHANGE_KINDS, isBreaking } from '../../codegen/diff/change';
import { diffIdl } from '../../codegen/diff/diff';
import { LAYOUTS, REST, TYPES } from './diff-rows/data';
import { ACCOUNTS, ARGUMENTS, INSTRUCTIONS } from './diff-rows/instructions';
import type { Row } from './diff-rows/row';
import { loadIdl, mutate, type Json } from './mutate';
import { sample } from '../fixtures/depth';

// Each small edit to an IDL is told as exactly the change that it is: one row an edit, at least one for each kind of
// change, and the same edit undone.

const before = loadIdl() as unknown as RootNode;

/** The changes that an edit makes, as `impact kind subject: message`. */
function diff(edit: (program: Json, root: Json) => void): string[] {
    return describeAll(before, mutate(edit) as unknown as RootNode);
}
const describeAll = (before: RootNode, after: RootNode) =>
    diffIdl(before, after).map(({ impact, kind, message, subject }) => `${impact} ${kind} ${subject}: ${message}`);

describe.each([
    ['instructions', INSTRUCTIONS],
    ['accounts of instructions', ACCOUNTS],
    ['arguments', ARGUMENTS],
    ['layouts of accounts and types', LAYOUTS],
    ['types', TYPES],
    ['PDAs, events, errors, constants, programs', REST],
] as const)('%s', (_, rows) => {
    it.each(rows as Row[])('%s', (_, edit, changes) => {
        expect(diff(edit)).toEqual(changes);
    });

    it.each(rows as Row[])('undone: %s', (_, edit, changes) => {
        const undone = describeAll(mutate(edit) as unknown as RootNode, before);
        expect(undone).toHaveLength(changes.length);
    });

    it.each(sample(rows as Row[], 6))('leaves an IDL that can be compared: %s', (_, edit) => {
        const { findings } = parseIdl(JSON.stringify(mutate(edit)));
        // Some of the edits are mistakes as well, which the check tells: here only the shape has to be right.
        expect(findings.filter(({ rule }) => rule === 'shape')).toEqual([]);
    });
});

it('has a row for every kind of change', () => {
    const rows = [...INSTRUCTIONS, ...ACCOUNTS, ...ARGUMENTS, ...LAYOUTS, ...TYPES, ...REST];
    const seen = new Set(
        [
            ...rows.flatMap(([, edit]) => diffIdl(before, mutate(edit) as unknown as RootNode)),
            ...rows.flatMap(([, edit]) => diffIdl(mutate(edit) as unknown as RootNode, before)),
        ].map(({ kind }) => kind),
    );
    expect([...seen].sort()).toEqual([...CHANGE_KINDS].sort());
});

it('finds no change from an IDL to itself', () => {
    expect(diffIdl(before, structuredClone(before))).toEqual([]);
});

it('calls what is compatible not breaking, and nothing else', () => {
    const impacts = new Set(
        diffIdl(before, loadIdl('epoch') as unknown as RootNode)
            .filter(isBreaking)
            .map(({ impact }) => impact),
    );
    expect(impacts).toEqual(new Set(['types', 'wire']));
});
