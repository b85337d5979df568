import type { RootNode } from '@codama/nodes';

import { complete } from '../visitors/prepare';
import { checkWithCodama } from './codama';
import { createContext } from './context';
import { checkDefaults } from './defaults';
import { checkDiscriminators } from './discriminators';
import { checkEnds } from './ends';
import { error, type Finding, type Rule } from './finding';
import { checkHouseRules } from './house';
import { checkInputs } from './inputs';
import { checkLinks } from './links';
import { checkNames } from './names';
import { checkNumbers } from './numbers';
import { checkOffsets } from './offsets';
import { checkRecursion } from './recursion';
import { checkRendered } from './rendered';
import { checkShape } from './shape';
import { checkValues } from './values';

export type CheckOptions = {
    /** Whether the rules of this house are errors, as for the project's own `idl/`, and not warnings. */
    isHouse?: boolean;
    /**
     * What the IDL is for. In one that is only compared to another each name has to say one thing and lead somewhere; what
     * is wrong besides is a warning, and what is only wrong for a client is not looked for.
     */
    use?: 'compare' | 'render';
};

/**
 * Checks an IDL before anything is rendered from it.
 *
 * @param json The parsed file.
 * @returns What is wrong with it, errors first; an empty list when nothing is. When its shape is wrong, only that.
 */
export function checkIdl(json: unknown, options: CheckOptions = {}): Finding[] {
    return checkTree(json, options).findings;
}

function checkTree(json: unknown, { isHouse = false, use = 'render' }: CheckOptions): CheckedIdl {
    const house: Finding['severity'] = isHouse ? 'error' : 'warning';
    const findings = checkShape(json, house);
    const isBad = () => findings.some(({ severity }) => severity === 'error');
    if (isBad()) return { findings: bySeverity(findings) };

    const root = readTree(json as RootNode);
    const context = createContext(root, finding => findings.push(finding));
    checkLinks(context);
    checkRecursion(context);
    // What has no end can't be looked through for the rest.
    if (findings.some(({ rule }) => rule === 'endless-type')) return { findings: bySeverity(findings) };
    checkNames(context);
    checkDiscriminators(context, house);
    checkDefaults(context);
    if (use === 'compare') {
        const told = findings.map((finding): Finding =>
            UNCLEAR.has(finding.rule) ? finding : { ...finding, severity: 'warning' },
        );
        const isUnclear = told.some(({ severity }) => severity === 'error');
        return { findings: bySeverity(told), ...(isUnclear ? {} : { root }) };
    }
    checkNumbers(context);
    checkValues(context);
    checkInputs(context);
    checkEnds(context);
    checkOffsets(context);
    checkWithCodama(context, [...findings]);
    if (!isBad()) checkRendered(context);
    checkHouseRules(context, house);
    return { findings: bySeverity(findings), ...(isBad() ? {} : { root }) };
}

/** The rules without which an IDL does not say what it means. */
const UNCLEAR: ReadonlySet<Rule> = new Set([
    'dangling-default',
    'dangling-link',
    'duplicate-name',
    'endless-type',
    'pda-seeds',
]);

/** The tree of a file, by the standard of today. */
function readTree(root: RootNode): RootNode {
    const isOld = (root.standard as string) !== 'codama';
    const current = isOld ? ({ ...root, standard: 'codama', version: '1.0.0' } as object as RootNode) : root;
    return complete(current);
}

/** What came of reading an IDL: the tree when it can be trusted, and what the check found. */
export type CheckedIdl = { findings: Finding[]; root?: RootNode };

/** Parses and checks the text of an IDL. */
export function parseIdl(text: string, options?: CheckOptions): CheckedIdl {
    let json: unknown;
    try {
        // Some editors put a byte order mark before the text, which JSON does not have.
        json = JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text);
    } catch (cause) {
        const message = `This is not JSON: ${cause instanceof Error ? cause.message : String(cause)}.`;
        return { findings: [error({ rule: 'json', path: '', message, fix: 'Correct the file at that place.' })] };
    }
    return checkTree(json, options ?? {});
}

function bySeverity(findings: readonly Finding[]): Finding[] {
    const of = (wanted: Finding['severity']) => findings.filter(({ severity }) => severity === wanted);
    return [...of('error'), ...of('warning')];
}
