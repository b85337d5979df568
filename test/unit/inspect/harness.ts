import type { Transaction } from '@solana/kit';
import { describe, expect, it } from 'vitest';

import {
    inspectOpenTransaction,
    inspectTopUpTransaction,
    type Deployment,
    type InspectionMismatch,
    type OpenAgreement,
    type TopUpAgreement,
} from '../../../src';
import type { RevisionName } from '../../../src/revision/revision-types';
import { toOpenAgreement, toTopUpAgreement } from '../../../src/transactions/check-agreement';
import { applyRules } from '../../../src/transactions/inspect-transaction';
import { getOpenToInspect, getTopUpToInspect } from '../../../src/transactions/inspect/channel-instruction';
import { getInspectionContext } from '../../../src/transactions/inspect/inspection-context';
import { OPEN_RULES, TOP_UP_RULES } from '../../../src/transactions/inspect/rules/all-rules';
import { toDecodedTransaction } from '../../../src/transactions/wire-transaction';
import { OPEN_AGREEMENT, TOP_UP_AGREEMENT } from './stage';
import { DEPLOYMENT } from '../../fixtures/deployment';

/** A transaction that must not be signed, and the rules that see to it. */
export type Attack = {
    title: string;
    /** The deployment, if not the default one, with what has to be agreed there besides. */
    deployment?: Deployment;
    /** What was agreed instead; an open unless it names an amount. */
    agreement?:
        | Partial<OpenAgreement | OpenAgreement<'epoch'>>
        | ({ amount: TopUpAgreement['amount'] } & Partial<TopUpAgreement>);
    forge: () => Promise<Transaction> | Transaction;
    /** Every mismatch, as `CODE path`, in any order. */
    mismatches: readonly string[];
    /** The rules that report them. More than one where rules overlap; then `overlap` says why that can't be helped. */
    stoppedBy: readonly [string, ...string[]];
    overlap?: string;
};

/** Everything that rules of these names, or all rules, find wrong with a transaction. */
async function judge(
    attack: Attack,
    isApplied: (rule: string) => boolean,
): Promise<{ rule: string; mismatches: readonly InspectionMismatch[] }[]> {
    const decoded = toDecodedTransaction(await attack.forge());
    const deployment = attack.deployment ?? DEPLOYMENT;
    if (isTopUp(attack.agreement)) {
        const agreement = toTopUpAgreement({ ...TOP_UP_AGREEMENT, ...attack.agreement });
        const context = await getInspectionContext(decoded, agreement, getTopUpToInspect(deployment), deployment);
        return TOP_UP_RULES.filter(({ name }) => isApplied(name)).map(rule => ({
            mismatches: applyRules([rule], context),
            rule: rule.name,
        }));
    }
    const agreed = { ...OPEN_AGREEMENT, ...attack.agreement } as OpenAgreement<RevisionName>;
    const agreement = toOpenAgreement<RevisionName>(agreed, deployment);
    const context = await getInspectionContext(decoded, agreement, getOpenToInspect(deployment), deployment);
    return OPEN_RULES.filter(({ name }) => isApplied(name)).map(rule => ({
        mismatches: applyRules([rule], context),
        rule: rule.name,
    }));
}

function isTopUp(agreement: Attack['agreement']): agreement is { amount: TopUpAgreement['amount'] } {
    return agreement !== undefined && 'amount' in agreement;
}

/** The public verdict on a transaction by an agreement. */
export const inspect = (
    transaction: string | Transaction,
    agreement: Attack['agreement'] = {},
    deployment: Deployment = DEPLOYMENT,
) =>
    isTopUp(agreement)
        ? inspectTopUpTransaction(transaction, { ...TOP_UP_AGREEMENT, ...agreement }, deployment)
        : inspectOpenTransaction<RevisionName>(
              transaction,
              { ...OPEN_AGREEMENT, ...agreement } as OpenAgreement<RevisionName>,
              deployment,
          );

export const listMismatches = (mismatches: readonly InspectionMismatch[]) =>
    mismatches.map(({ code, path }) => `${code} ${path}`).sort();

/**
 * Tests each attack: the public function refuses it for exactly the listed mismatches; exactly the listed rules stop
 * it; and without them it gets through, which proves that it is those that stop it.
 */
export function describeAttacks(title: string, attacks: readonly Attack[]): void {
    describe.each(attacks)(`${title}: $title`, attack => {
        it(`is refused`, async () => {
            const inspection = await inspect(await attack.forge(), attack.agreement, attack.deployment);
            expect(inspection.isAccepted).toBe(false);
            if (!inspection.isAccepted) {
                expect(listMismatches(inspection.mismatches)).toEqual([...attack.mismatches].sort());
            }
        });

        it(`is stopped by ${attack.stoppedBy.join(', ')} and nothing else`, async () => {
            const findings = await judge(attack, () => true);
            const stoppedBy = findings.filter(({ mismatches }) => mismatches.length > 0).map(({ rule }) => rule);
            expect(stoppedBy.sort()).toEqual([...attack.stoppedBy].sort());
            const unstopped = await judge(attack, name => !attack.stoppedBy.includes(name));
            expect(unstopped.flatMap(({ mismatches }) => mismatches)).toEqual([]);
            if (attack.stoppedBy.length > 1) expect(attack.overlap).toBeTypeOf('string');
        });
    });
}
