import type { RootNode } from '@codama/nodes';

import { completeLists } from '../visitors/complete-lists';
import { checkWithCodama } from './codama';
import { createContext } from './context';
import { checkDefaults } from './defaults';
import { checkDiscriminators } from './discriminators';
import { error, type Finding } from './finding';
import { checkHouseRules } from './house';
import { checkLinks } from './links';
import { checkNames } from './names';
import { checkNumbers } from './numbers';
import { checkShape } from './shape';

export type CheckOptions = {
    /** Whether the rules of this house are errors, as for the project's own `idl/`, and not warnings. */
    isHouse?: boolean;
};

/**
 * Checks an IDL before anything is rendered from it.
 *
 * @param json The parsed file.
 * @returns What is wrong with it, errors first; an empty list when nothing is. When its shape is wrong, only that.
 */
export function checkIdl(json: unknown, { isHouse = false }: CheckOptions = {}): Finding[] {
    const findings = checkShape(json);
    if (findings.some(({ severity }) => severity === 'error')) return bySeverity(findings);

    const house: Finding['severity'] = isHouse ? 'error' : 'warning';
    const context = createContext(completeLists(json as RootNode), finding => findings.push(finding));
    checkLinks(context);
    checkNames(context);
    checkDiscriminators(context, house);
    checkDefaults(context);
    checkNumbers(context);
    checkWithCodama(context, [...findings]);
    checkHouseRules(context, house);
    return bySeverity(findings);
}

/** What came of reading an IDL: the tree when it can be trusted, and what the check found. */
export type CheckedIdl = { findings: Finding[]; root?: RootNode };

/** Parses and checks the text of an IDL. */
export function parseIdl(text: string, options?: CheckOptions): CheckedIdl {
    let json: unknown;
    try {
        json = JSON.parse(text);
    } catch (cause) {
        const message = `This is not JSON: ${cause instanceof Error ? cause.message : String(cause)}.`;
        return { findings: [error({ rule: 'json', path: '', message, fix: 'Correct the file at that place.' })] };
    }
    const findings = checkIdl(json, options);
    const isBad = findings.some(({ severity }) => severity === 'error');
    return isBad ? { findings } : { findings, root: completeLists(json as RootNode) };
}

function bySeverity(findings: readonly Finding[]): Finding[] {
    const of = (wanted: Finding['severity']) => findings.filter(({ severity }) => severity === wanted);
    return [...of('error'), ...of('warning')];
}
