import { camelCase } from '@codama/nodes';
import { isAddress } from '@solana/kit';

import { findTooDeep, MAX_DEPTH } from '../depth';
import { isRawNode, joinPath, type RawNode } from '../nodes';
import { isNormalized } from '../visitors/normalize-names';
import { error, warning, type Finding, type Report } from './finding';
import { NODE_SPECS, type Attribute } from './node-specs';

/** The newest version of the standard whose nodes are known here. */
const KNOWN_VERSION = { major: 1, minor: 7 };

/** How an IDL of Anchor becomes one of Codama; the second form where there is no package.json. */
const CONVERT_ANCHOR =
    'Convert it first: npx codama convert in.json out.json (in a folder without a package.json: ' +
    'npx -p codama -p @codama/nodes-from-anchor codama convert in.json out.json), and use out.json.';

/** What collects the findings of a file, and the severity of what only this house asks for. */
type Scope = Readonly<{ house: Finding['severity']; report: Report }>;

/**
 * Checks that a JSON value is a tree of Codama nodes: the standard and its version, known kinds, and for each node its
 * attributes. What passes can be given to code that trusts the types of nodes.
 *
 * @param house The severity of what a file of this house has to be and a good one of someone else need not.
 */
export function checkShape(json: unknown, house: Finding['severity']): Finding[] {
    const findings: Finding[] = [];
    const scope: Scope = { house, report: finding => findings.push(finding) };
    if (!isRawNode(json) || json.kind !== 'rootNode') {
        const isAnchor = isAnchorIdl(json);
        scope.report(
            error({
                rule: 'shape',
                path: '',
                message: `This is not a Codama IDL: ${isAnchor ? 'an Anchor IDL' : describe(json)} instead of a rootNode.`,
                fix: isAnchor
                    ? CONVERT_ANCHOR
                    : `Pass the JSON of a Codama root node. Is it an Anchor IDL? ${CONVERT_ANCHOR}`,
            }),
        );
        return findings;
    }
    checkStandard(json, scope);
    const deep = findTooDeep(json);
    if (deep === undefined) checkNode(json, '', scope);
    else {
        scope.report(
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

/** Whether this is what Anchor writes: an object without kinds, whose instructions have arguments called "args". */
function isAnchorIdl(json: unknown): boolean {
    if (typeof json !== 'object' || json === null || isRawNode(json)) return false;
    const { address, instructions, metadata, version } = json as Record<string, unknown>;
    const hasArguments = (item: unknown) => typeof item === 'object' && item !== null && 'args' in item;
    const isOfAnchor = [address, metadata, version].some(attribute => attribute !== undefined);
    return Array.isArray(instructions) && isOfAnchor && instructions.every(hasArguments);
}

function checkStandard({ standard, version }: RawNode, { house, report }: Scope): void {
    // Kinobi is what Codama was called before: most of its files hold only what is a node of Codama today.
    if (standard === 'kinobi') {
        report({
            severity: house,
            rule: 'standard',
            path: 'standard',
            message: 'The standard is "kinobi" instead of "codama".',
            fix:
                'It is read as Codama. Set "standard" to "codama" and "version" to "1.0.0" by hand (codama convert leaves ' +
                'it as it is), and mend what the check then finds.',
        });
        return;
    }
    if (standard !== 'codama') {
        report(
            error({
                rule: 'standard',
                path: 'standard',
                message: `The standard is ${describe(standard)} instead of "codama".`,
                fix: 'Set "standard" to "codama" and "version" to "1.0.0" if this is a Codama IDL, and mend what the check then finds.',
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

function checkNode(node: RawNode, path: string, scope: Scope): void {
    const { report } = scope;
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
        checkAttribute(value, expected, joinPath(path, attribute), scope);
        if (expected.type === 'name') checkName(value, node, joinPath(path, attribute), scope);
    }
}

function checkAttribute(value: unknown, expected: Attribute, path: string, scope: Scope): void {
    const { report } = scope;
    if (expected.type === 'nodes') {
        if (!Array.isArray(value)) return reportShape(value, expected, path, report);
        value.forEach((item, index) => checkAttribute(item, { ...expected, type: 'node' }, `${path}[${index}]`, scope));
    } else if (expected.type === 'node') {
        if (!isRawNode(value)) return reportShape(value, expected, path, report);
        // A kind that does not exist is reported as such, wherever it stands.
        const isKnown = NODE_SPECS[value.kind] !== undefined;
        if (isKnown && expected.kinds.length > 0 && !expected.kinds.includes(value.kind)) {
            return reportShape(value, expected, path, report);
        }
        checkNode(value, path, scope);
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
            return typeof value === 'string' && isNormalized(camelCase(value));
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

/** Says where a name is another in what is rendered; where something is named, and not at each link to it. */
function checkName(name: unknown, { kind }: RawNode, path: string, { house, report }: Scope): void {
    if (typeof name !== 'string' || isNormalized(name)) return;
    const normal = camelCase(name);
    if (!isNormalized(normal)) return;
    if (house === 'error') {
        reportShape(name, { type: 'name' }, path, report);
    } else if (!/(Link|Value|Discriminator)Node$/.test(kind)) {
        report(
            warning({
                rule: 'shape',
                path,
                message: `The name ${JSON.stringify(name)} is not in camelCase.`,
                fix: `Nothing has to be done: it is rendered as "${normal}", the name that Codama makes of it.`,
            }),
        );
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
