import type { RootNode } from '@codama/nodes';
import { expect, it } from 'vitest';

import { parseIdl } from '../../codegen/check/check';
import { NODE_SPECS, type Attribute } from '../../codegen/check/node-specs';
import { diffIdl } from '../../codegen/diff/diff';
import { DEFAULTS, MEANINGS, type Meaning } from '../../codegen/diff/meanings';
import { walkNodes, type RawNode } from '../../codegen/nodes';
import { EVERY_NODE } from './every-node';

// Each attribute of each kind of node of the standard is told as what it is: one that the standard gains makes the first
// test fail until somebody decides that, and each that an IDL can hold is changed here, in an IDL that holds every node.

type Node = Record<string, unknown>;

/** Kinds that only stand where it is said how something is shown. */
const isShown = (kind: string) => /Display|^instruction(Account|Argument)?LinkNode$/.test(kind);

it('says of each attribute of the standard what it means, and of nothing else', () => {
    const attributes = (table: Readonly<Record<string, object>>) =>
        Object.entries(table).map(([kind, spec]) => [kind, Object.keys(spec).sort()]);
    expect(Object.fromEntries(attributes(MEANINGS))).toEqual(Object.fromEntries(attributes(NODE_SPECS)));
    for (const [kind, defaults] of Object.entries(DEFAULTS)) {
        expect(Object.keys(MEANINGS[kind]!)).toEqual(expect.arrayContaining(Object.keys(defaults)));
    }
});

it('holds every kind of node in an IDL that the check finds good', () => {
    expect(
        parseIdl(JSON.stringify(EVERY_NODE), { use: 'compare' }).findings.filter(
            ({ severity }) => severity === 'error',
        ),
    ).toEqual([]);
    const kinds = new Set([...walkNodes(EVERY_NODE as RawNode)].map(({ node }) => node.kind));
    expect(Object.keys(NODE_SPECS).filter(kind => !kinds.has(kind) && !isShown(kind))).toEqual([]);
});

/** Other values for an attribute, all of a shape that the standard allows. */
function getAlternatives(kind: string, attribute: string, value: unknown): unknown[] {
    const expected: Attribute = NODE_SPECS[kind]![attribute]!;
    if (expected.type === 'name' && OTHERS[kind] !== undefined) return [OTHERS[kind]];
    switch (expected.type) {
        case 'address':
            return [THIRD];
        case 'boolean':
            return [value !== true];
        case 'docs':
            return [['Other docs.'], []];
        case 'integer':
        case 'number':
        case 'size':
            return typeof value === 'number' ? [value + 1] : [1_000];
        case 'literal':
            return expected.values.filter(other => other !== value).slice(-2);
        case 'name':
        case 'string':
            return typeof value === 'string' ? [attribute === 'data' ? '77' : `${value}2`] : ['something'];
        case 'version':
            return ['1.1.0'];
        case 'node':
            if (attribute === 'display') return [{ kind: 'stringDisplayNode' }];
            return value !== undefined && expected.optional ? [undefined] : [];
        case 'nodes': {
            if (!Array.isArray(value) || value.length === 0) return [];
            return [value.slice(0, -1), ...(expected.optional ? [undefined] : [])];
        }
    }
}

const THIRD = 'Config1111111111111111111111111111111111111';
/** Names of other things that exist, for what names one. */
const OTHERS: Readonly<Record<string, string>> = {
    accountBumpValueNode: 'inline',
    accountFieldValueNode: 'inline',
    accountLinkNode: 'shelf',
    accountValueNode: 'vote',
    argumentValueNode: 'bump',
    definedTypeLinkNode: 'other',
    enumValueNode: 'rest',
    fieldDiscriminatorNode: 'also',
    pdaLinkNode: 'crate',
    programLinkNode: 'till',
};

type Edit = { attribute: string; before: unknown; after: unknown; kind: string; meaning: Meaning; path: string };

/** What is inside of an attribute counts for no more than the attribute itself; the lists of a program are only lists. */
function getMeaning(kind: string, attribute: string, ancestors: readonly RawNode[], below: RawNode): Meaning {
    const order: Meaning[] = ['docs', 'text', 'types', 'wire'];
    const steps = ancestors.flatMap((node, index) => {
        const inner = ancestors[index + 1] ?? below;
        if (node.kind === 'rootNode' || node.kind === 'programNode') return [];
        const [step] = Object.entries(node).find(
            ([, value]) => value === inner || (Array.isArray(value) && value.includes(inner)),
        )!;
        return [MEANINGS[node.kind]![step]!];
    });
    return order[Math.min(...[...steps, MEANINGS[kind]![attribute]!].map(meaning => order.indexOf(meaning)))]!;
}

function* getEdits(): Generator<Edit> {
    for (const { ancestors, node, path } of walkNodes(EVERY_NODE as RawNode)) {
        if (isShown(node.kind) || ancestors.some(({ kind }) => isShown(kind) || kind === 'providedNode')) continue;
        for (const attribute of Object.keys(NODE_SPECS[node.kind]!)) {
            const before = node[attribute] ?? DEFAULTS[node.kind]?.[attribute];
            for (const after of getAlternatives(node.kind, attribute, before)) {
                const meaning = getMeaning(node.kind, attribute, ancestors, node);
                yield { after, attribute, before: node[attribute], kind: node.kind, meaning, path };
            }
        }
    }
}

/** The IDL with each node in one place only, so that an edit changes no other. */
const copy = () => JSON.parse(JSON.stringify(EVERY_NODE)) as Node;

/** The node at a path. */
function getNode(root: object, path: string): Node {
    const steps = path.split(/[.[\]]+/).filter(Boolean);
    return steps.reduce((node, step) => node[step] as Node, root as Node);
}

/** The IDL with one attribute of one node changed. */
function applyEdit({ after, attribute, path }: Pick<Edit, 'after' | 'attribute' | 'path'>): RootNode {
    const root = copy();
    const node = getNode(root, path);
    if (after === undefined) Reflect.deleteProperty(node, attribute);
    else node[attribute] = after;
    return root as unknown as RootNode;
}

/** What is in the lists of a program, `program.accounts[0]` for instance, and what of it each names, itself included. */
const ITEMS = new Map<string, Node>(
    ['program', 'additionalPrograms[0]'].flatMap(program =>
        Object.entries(getNode(EVERY_NODE, program)).flatMap(([list, items]) =>
            Array.isArray(items)
                ? (items as Node[]).map((item, index) => [`${program}.${list}[${index}]`, item] as const)
                : [],
        ),
    ),
);
const namesIn = (node: unknown) => new Set(JSON.stringify(node).match(/"[a-z]\w*"/g));

/**
 * An IDL before and after an edit, with as much of its lists as has to do with the edit: what names the edited item, and
 * whatever those name. Hundreds of edits are compared, and most of the IDL has nothing to say to most of them.
 */
function getPair(edit: Edit): readonly [before: RootNode, after: RootNode] {
    const [whole, edited] = [copy(), applyEdit(edit)];
    const place = /^(?:program|additionalPrograms\[0\])\.\w+\[\d+\]/.exec(edit.path)?.[0];
    if (place === undefined) return [whole as unknown as RootNode, edited];
    const own = JSON.stringify(ITEMS.get(place)!['name'] ?? '');
    const kept = new Set<string>([
        place,
        ...[...ITEMS].flatMap(([path, item]) => (namesIn(item).has(own) ? [path] : [])),
    ]);
    // A set goes on with what is added to it.
    for (const path of kept) {
        const names = new Set([...namesIn(ITEMS.get(path)), ...namesIn(getNode(edited, path))]);
        for (const [other, { name }] of ITEMS) if (names.has(JSON.stringify(name))) kept.add(other);
    }
    for (const root of [whole, edited as unknown as Node]) {
        for (const program of ['program', 'additionalPrograms[0]']) {
            const node = getNode(root, program);
            for (const [list, items] of Object.entries(node)) {
                if (!Array.isArray(items)) continue;
                node[list] = items.filter((_, index) => kept.has(`${program}.${list}[${index}]`));
            }
        }
    }
    return [whole as unknown as RootNode, edited];
}

/** Whether an edit leaves an IDL in which everything that is named exists, so that it can be compared. */
const isGood = (edit: Edit) =>
    parseIdl(JSON.stringify(getPair(edit)[1]), { use: 'compare' }).findings.every(
        ({ severity }) => severity !== 'error',
    );
const EDITS = [...getEdits()].filter(edit => !isEqual(edit));
const name = ({ after, attribute, before, kind, path }: Edit) =>
    `${kind}.${attribute} at ${path}: ${JSON.stringify(before)?.slice(0, 40)} → ${JSON.stringify(after)?.slice(0, 40)}`;
const tell = (before: RootNode, after: RootNode) =>
    diffIdl(before, after).map(({ impact, message, subject }) => `${impact}: ${subject}: ${message}`);
const isTold = (changes: readonly string[], meaning: Meaning) => changes.some(change => change.startsWith(meaning));

/** What says the same, for what it stands at. */
function isEqual({ attribute, kind, path }: Edit): boolean {
    const node = path
        .split(/[.[\]]+/)
        .reduce<Node>((node, step) => (node[step] as Node | undefined) ?? node, EVERY_NODE);
    const accounts = (node['accounts'] ?? []) as Node[];
    return (
        // One byte has no order, and what is not there no strategy.
        (attribute === 'endian' && /^([iu]8|shortU16)$/.test(String(node['format']))) ||
        (attribute === 'defaultValueStrategy' && node['defaultValue'] === undefined) ||
        (attribute === 'optionalAccountStrategy' && !accounts.some(({ isOptional }) => isOptional === true)) ||
        // The bytes of a constant are the same in many types, and a PDA that is written out needs no name.
        (attribute === 'format' && /(discriminators|pda\.seeds)\[\d\]\.(constant\.)?type$/.test(path)) ||
        (attribute === 'name' && kind === 'pdaNode' && path.endsWith('defaultValue.pda'))
    );
}

const TOLD = new Map(
    EDITS.map(edit => {
        const [before, after] = getPair(edit);
        return [edit, { back: tell(after, before), there: tell(before, after) }] as const;
    }),
);
const anyOf = (edit: Edit) => Object.values(TOLD.get(edit)!).flat();
const isToldTwice = (edit: Edit) => Object.values(TOLD.get(edit)!).every(changes => changes.length > 0);

it.each<[Meaning, (edit: Edit) => boolean]>([
    [
        'wire',
        edit => {
            // To ask for less breaks nothing: what was built is accepted, and whoever gave a value can go on giving it.
            const isLess = edit.before === undefined || edit.after === undefined || edit.attribute === 'isSigner';
            return isToldTwice(edit) && (isLess || isEmpty(edit) || isTold(anyOf(edit), 'wire'));
        },
    ],
    ['types', edit => isToldTwice(edit) && isTold(anyOf(edit), 'types') && !isTold(anyOf(edit), 'wire')],
    ['text', edit => isToldTwice(edit) && anyOf(edit).every(change => change.startsWith('compatible'))],
    ['docs', edit => anyOf(edit).length === 0],
])('tells each attribute that is declared as %s as that, in both directions', (meaning, isRight) => {
    const edits = EDITS.filter(edit => edit.meaning === meaning);
    expect(edits.length).toBeGreaterThan(0);
    expect(
        edits.filter(edit => !isRight(edit) && isGood(edit)).map(edit => ({ edit: name(edit), ...TOLD.get(edit)! })),
    ).toEqual([]);
});

function isEmpty({ after }: Edit): boolean {
    return Array.isArray(after) && after.length === 0;
}

it('changes each attribute that an IDL can have another of', () => {
    const all = Object.entries(NODE_SPECS).flatMap(([kind, spec]) =>
        Object.entries(spec).flatMap(([attribute, { optional, type }]) =>
            isShown(kind) || (type === 'node' && !optional) ? [] : [`${kind}.${attribute}`],
        ),
    );
    const isChanged = (name: string) => EDITS.some(edit => `${edit.kind}.${edit.attribute}` === name && isGood(edit));
    // Another value would name what is not there, or leave a seed without one.
    expect(all.filter(attribute => !isChanged(attribute))).toEqual([
        'rootNode.standard',
        'pdaSeedValueNode.name',
        'pdaValueNode.seeds',
    ]);
});

it('never says the same of both sides', () => {
    const same = EDITS.flatMap(anyOf).filter(change =>
        /(?:^|: | is | as | to | by | called )(.+) instead of \1\.?$/.test(change),
    );
    expect(same).toEqual([]);
});
