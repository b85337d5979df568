import { isAddress } from '@solana/kit';

import { isRawNode, joinPath, type RawNode } from '../nodes';
import { error, warning, type Finding, type Report } from './finding';
import { NODE_SPECS, type Attribute } from './node-specs';

/** The newest version of the standard whose nodes are known here. */
const KNOWN_VERSION = { major: 1, minor: 7 };

/** Objects and lists in each other: far more than anything real needs, few enough for what calls itself for each. */
const MAX_DEPTH = 200;

/**
 * Checks that a JSON value is a tree of Codama nodes: the standard and its version, known kinds, and for each node its
 * attributes. What passes can be given to code that trusts the types of nodes.
 */
export function checkShape(json: unknown): Finding[] {
    const findings: Finding[] = [];
    const report: Report = finding => findings.push(finding);
    if (!isRawNode(json) || json.kind !== 'rootNode') {
        report(
            error({
                rule: 'shape',
                path: '',
                message: `This is not a Codama IDL: ${describe(json)} instead of a rootNode.`,
                fix: 'Pass the JSON of a Codama root node. An Anchor IDL has to be turned into one first (@codama/nodes-from-anchor).',
            }),
        );
        return findings;
    }
    checkStandard(json, report);
    const deep = findTooDeep(json);
    if (deep === undefined) checkNode(json, '', report);
    else {
        report(
            error({
                rule: 'shape',
                path: deep,
                message: `Objects and lists stand in each other more than ${MAX_DEPTH} deep.`,
                fix: 'Declare types of their own for what is in there, and link to them.',
            }),
        );
    }
    return findings;
}

/** The start of a path to what stands in more objects and lists than anything can be; found without going down by calls. */
function findTooDeep(json: RawNode): string | undefined {
    const open: { depth: number; path: string; value: unknown }[] = [{ depth: 0, path: '', value: json }];
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

function checkStandard({ standard, version }: RawNode, report: Report): void {
    if (standard !== 'codama') {
        report(
            error({
                rule: 'standard',
                path: 'standard',
                message: `The standard is ${describe(standard)} instead of "codama".`,
                fix: 'Bring the file up to the Codama standard (a kinobi IDL: read it with Codama and write it again).',
            }),
        );
    }
    const [major, minor] = typeof version === 'string' ? version.split('.').map(Number) : [];
    if (major === undefined || minor === undefined) return;
    if (major !== KNOWN_VERSION.major) {
        report(
            error({
                rule: 'standard',
                path: 'version',
                message: `Version ${String(version)} of the Codama standard is not known here.`,
                fix: `Use an IDL of version ${KNOWN_VERSION.major}, or a newer version of this package.`,
            }),
        );
    } else if (minor > KNOWN_VERSION.minor) {
        report(
            warning({
                rule: 'standard',
                path: 'version',
                message: `Version ${String(version)} of the Codama standard is newer than the last one known here, ${KNOWN_VERSION.major}.${KNOWN_VERSION.minor}.`,
                fix: 'Look for attributes that are new in it: they have no effect on what is rendered.',
            }),
        );
    }
}

function checkNode(node: RawNode, path: string, report: Report): void {
    const spec = NODE_SPECS[node.kind];
    if (spec === undefined) {
        report(
            error({
                rule: 'unknown-kind',
                path,
                message: `There is no kind of node called "${node.kind}".`,
                fix: 'Correct the kind; the kinds of the Codama standard end in "Node".',
            }),
        );
        return;
    }
    for (const [attribute, expected] of Object.entries(spec)) {
        const value = node[attribute];
        if (value === undefined || value === null) {
            if (expected.optional) continue;
            report(
                error({
                    rule: 'shape',
                    path,
                    message: `This ${node.kind} has no "${attribute}".`,
                    fix: `Add "${attribute}": ${describeExpected(expected)}.`,
                }),
            );
            continue;
        }
        checkAttribute(value, expected, joinPath(path, attribute), report);
    }
}

function checkAttribute(value: unknown, expected: Attribute, path: string, report: Report): void {
    if (expected.type === 'nodes') {
        if (!Array.isArray(value)) return reportShape(value, expected, path, report);
        value.forEach((item, index) =>
            checkAttribute(item, { ...expected, type: 'node' }, `${path}[${index}]`, report),
        );
    } else if (expected.type === 'node') {
        if (!isRawNode(value)) return reportShape(value, expected, path, report);
        // A kind that does not exist is reported as such, wherever it stands.
        const isKnown = NODE_SPECS[value.kind] !== undefined;
        if (isKnown && expected.kinds.length > 0 && !expected.kinds.includes(value.kind)) {
            return reportShape(value, expected, path, report);
        }
        checkNode(value, path, report);
        const inner = expected.nested === undefined ? undefined : unwrap(value);
        if (inner !== undefined && NODE_SPECS[inner.kind] !== undefined && inner.kind !== expected.nested) {
            reportShape(inner, { ...expected, kinds: [expected.nested!] }, path, report);
        }
    } else if (!isOfType(value, expected)) {
        reportShape(value, expected, path, report);
    }
}

/** What is inside of the types around it that only add sizes and offsets. */
function unwrap(node: RawNode): RawNode | undefined {
    const { type } = node;
    const isWrapper = NODE_SPECS[node.kind]?.['type']?.type === 'node' && node.kind.endsWith('TypeNode');
    if (!isWrapper) return node;
    return isRawNode(type) ? unwrap(type) : undefined;
}

function isOfType(value: unknown, expected: Attribute): boolean {
    switch (expected.type) {
        case 'node':
        case 'nodes':
            return false;
        case 'address':
            return typeof value === 'string' && isAddress(value);
        case 'boolean':
            return typeof value === 'boolean';
        case 'docs':
            return Array.isArray(value) && value.every(line => typeof line === 'string');
        case 'integer':
            return Number.isSafeInteger(value);
        case 'literal':
            return (expected.values as readonly unknown[]).includes(value);
        case 'name':
            return typeof value === 'string' && /^[a-z][a-zA-Z0-9]*$/.test(value);
        case 'number':
            return typeof value === 'number';
        case 'size':
            return Number.isSafeInteger(value) && (value as number) >= 0;
        case 'string':
            return typeof value === 'string';
        case 'version':
            return typeof value === 'string' && /^\d+\.\d+\.\d+/.test(value);
    }
}

function reportShape(value: unknown, expected: Attribute, path: string, report: Report): void {
    const rule = expected.type === 'literal' && path.endsWith('.format') ? 'number' : 'shape';
    const what = describeExpected(expected);
    report(error({ rule, path, message: `This is ${describe(value)} instead of ${what}.`, fix: `Make it ${what}.` }));
}

function describeExpected(expected: Attribute): string {
    switch (expected.type) {
        case 'address':
            return 'an address: the base58 of 32 bytes';
        case 'boolean':
            return 'true or false';
        case 'docs':
            return 'a list of strings';
        case 'integer':
            return 'a whole number';
        case 'literal':
            return list(expected.values.map(value => JSON.stringify(value)));
        case 'name':
            return 'a name in camelCase, of letters and digits';
        case 'node':
        case 'nodes': {
            const kinds = expected.nested === undefined ? expected.kinds : [expected.nested];
            const some =
                kinds.length > 6 ? `${kinds.slice(0, 3).join(', ')} or another of ${kinds.length} kinds` : list(kinds);
            return expected.type === 'node' ? `a node: ${some}` : `a list of nodes: ${some}`;
        }
        case 'number':
            return 'a number';
        case 'size':
            return 'a whole number that is not negative';
        case 'string':
            return 'a string';
        case 'version':
            return 'a version such as "1.0.0"';
    }
}

function list(items: readonly string[]): string {
    return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} or ${items.at(-1)!}`;
}

function describe(value: unknown): string {
    if (isRawNode(value)) return `a ${value.kind}`;
    if (Array.isArray(value)) return 'a list';
    if (typeof value === 'object' && value !== null) return 'an object without a "kind"';
    return value === undefined ? 'nothing' : JSON.stringify(value);
}
