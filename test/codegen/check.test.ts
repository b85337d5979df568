import { describe, expect, it } from 'vitest';

import { checkIdl, parseIdl } from '../../codegen/check/check';
import { RULES } from '../../codegen/check/finding';
import { DEFAULTS, DISCRIMINATORS, HOUSE, NUMBERS } from './check-rows/meaning';
import { RENDERED_NAMES, VALUES } from './check-rows/rendered';
import type { Row } from './check-rows/row';
import { LINKS, NAMES, SHAPE } from './check-rows/structure';
import { loadIdl, mutate, named, set } from './mutate';

// Each mistake in an IDL is told as exactly the finding that it is: where, what, and how to mend it.

const GROUPS = [
    ['shape', SHAPE],
    ['links', LINKS],
    ['names and codes', NAMES],
    ['discriminators', DISCRIMINATORS],
    ['defaults and PDAs', DEFAULTS],
    ['numbers', NUMBERS],
    ['names in what is rendered', RENDERED_NAMES],
    ['values and inputs', VALUES],
    ['rules of this house', HOUSE],
] as const;

/** What the check finds after each edit. */
const findingsOf = new Map<Row[1], ReturnType<typeof checkIdl>>();
function check(edit: Row[1]) {
    const findings = findingsOf.get(edit) ?? checkIdl(mutate(edit), { isHouse: true });
    findingsOf.set(edit, findings);
    return findings;
}

describe.each(GROUPS)('%s', (_, rows) => {
    it.each(rows as Row[])('%s', (_, edit, expected) => {
        const findings = check(edit);
        expect(findings.map(({ message, path, rule, severity }) => `${severity} ${rule} ${path}: ${message}`)).toEqual(
            expected,
        );
        for (const { fix } of findings) expect(fix).toMatch(/^[A-Z].{10,}\.$/s);
    });
});

it('has a mistake for every rule', () => {
    const rules = GROUPS.flatMap(([, rows]) => rows as readonly Row[])
        .flatMap(([, edit]) => check(edit))
        .map(({ rule }) => rule);
    expect([...new Set([...rules, ...parseIdl('{').findings.map(({ rule }) => rule)])].sort()).toEqual(
        [...RULES].sort(),
    );
});

it.each(['tombstone', 'epoch'])('finds nothing in idl/%s.json', revision => {
    expect(checkIdl(loadIdl(revision), { isHouse: true })).toEqual([]);
});

it.each([
    [null, 'null'],
    [[], 'a list'],
    ['{}', '"{}"'],
    [{ kind: 'programNode' }, 'a programNode'],
    [{ instructions: [], name: 'anchor' }, 'an object without a "kind"'],
])('refuses what is not a root node: %j', (json, what) => {
    expect(checkIdl(json).map(({ message }) => message)).toEqual([
        `This is not a Codama IDL: ${what} instead of a rootNode.`,
    ]);
});

it('says by which command an Anchor IDL becomes one that can be read', () => {
    const anchor = { address: 'x', instructions: [{ args: [], name: 'ring' }], metadata: { name: 'till' } };
    const [finding] = checkIdl(anchor);
    expect(finding!.message).toBe('This is not a Codama IDL: an Anchor IDL instead of a rootNode.');
    expect(finding!.fix).toContain('npx codama convert in.json out.json');
});

it('tells where a file stops being JSON', () => {
    const { findings, root } = parseIdl('{ "kind": "rootNode",');
    expect(root).toBeUndefined();
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({ path: '', rule: 'json', severity: 'error' });
    expect(findings[0]!.message).toMatch(/position 21/);
});

it("takes the rules of this house as warnings in anyone else's file", () => {
    for (const [, edit] of HOUSE) {
        const findings = checkIdl(mutate(edit));
        expect(findings.map(({ severity }) => severity)).toEqual(['warning']);
    }
    const bare = mutate(program => set(named(program['accounts'], 'closedChannel'), 'discriminators', []));
    expect(checkIdl(bare).map(({ rule, severity }) => `${severity} ${rule}`)).toEqual(['warning indistinguishable']);
});

it('lets nothing wrong with one IDL hide in a crash: any value in the place of any other is a finding or fine', () => {
    const places: (() => void)[] = [];
    const root = loadIdl();
    const collect = (node: unknown): void => {
        if (typeof node !== 'object' || node === null) return;
        for (const key of Object.keys(node)) {
            const holder = node as Record<string, unknown>;
            const original = holder[key];
            for (const value of [undefined, null, 0, -1, 1.5, '', 'x', true, [], {}, { kind: 'rootNode' }]) {
                places.push(() => {
                    holder[key] = value;
                    expect(() => checkIdl(root, { isHouse: true })).not.toThrow();
                    holder[key] = original;
                });
            }
            if (key !== 'errors' && key !== 'docs') collect(original);
        }
    };
    collect(root);
    // Each of some 20,000 takes milliseconds: a fixed sample of them.
    for (const [index, place] of places.entries()) if (index % 37 === 0) place();
});
