import { readDeeply, readOnlyMembers, toI64 } from '../core/input';
import { toResult } from '../core/json-form';
import { acceptVoucher, commitDelivery, reserveDelivery } from './accept';
import { activate, observe, recordOpen, seeTopUp, takeView } from './chain-view';
import { commitCharge, releaseCharge, reserve } from './charge';
import type { Answers, Decision, LedgerCommand } from './commands';
import { readPolicy } from './policy';
import { readCommand } from './read-command';
import { Draft, type DecisionContext, type VersionedRecord } from './draft';
import { end } from './ending';
import { noteWork, quarantine, touch } from './work';

/**
 * Decides what a command makes of the record of a channel: a change to be committed, and the answer to give once that is
 * done. Nothing is read, written or waited for here; what it says is bound to the version of the record that it was given,
 * so that a commit which comes too late conflicts, and the command is decided again.
 *
 * A refusal may come with a change too: what was learnt on the way, such as that the payer has begun to close the channel.
 *
 * @param stored The record with its version, as read; `undefined` where there is none.
 * @param command What is asked, with everything that had to be found out before: whether a signature is good, what the
 * chain shows, which rows there are.
 * @param context `now` in unix seconds, and the server's rules.
 * @throws `INPUT_INVALID`, `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE`, by field. `LEDGER_INVARIANT_BROKEN` when the result would contradict itself, which is a fault of this package: nothing may
 * be committed then.
 *
 * @example
 * ```ts
 * const { change, result } = decide(stored, { kind: 'touch', at: now() }, { now: now(), policy: createLedgerPolicy() });
 * ```
 */
export function decide<TCommand extends LedgerCommand>(
    stored: VersionedRecord | undefined,
    command: TCommand,
    context: DecisionContext,
): Decision<Answers[TCommand['kind']]> {
    const given = readCommand(command);
    const { now, policy } = readOnlyMembers('context', context, { now: true, policy: true });
    const checked: DecisionContext = { now: toI64('context.now', now), policy: readPolicy(policy) };
    const decision = readDeeply('command', 'with a record and rows that are what their types say', command, () =>
        decideAny(stored, given, checked),
    );
    return toResult<Decision<unknown>>(decision) as Decision<Answers[TCommand['kind']]>;
}

function decideAny(
    stored: VersionedRecord | undefined,
    command: LedgerCommand,
    context: DecisionContext,
): Decision<Answers[keyof Answers]> {
    if (command.kind === 'open') return recordOpen(stored, command);
    if (command.kind === 'activate') return activate(stored, command, context);
    if (stored === undefined) {
        return { change: null, events: [], result: { code: 'CHANNEL_NOT_FOUND', kind: 'refused' } };
    }
    const draft = new Draft(stored, context);
    if ('observation' in command && command.observation !== undefined) takeView(draft, command.observation);
    switch (command.kind) {
        case 'acceptVoucher':
            return acceptVoucher(draft, command);
        case 'reserve':
            return reserve(draft, command);
        case 'commitCharge':
            return commitCharge(draft, command);
        case 'releaseCharge':
            return releaseCharge(draft, command);
        case 'reserveDelivery':
            return reserveDelivery(draft, command);
        case 'commitDelivery':
            return commitDelivery(draft, command);
        case 'topUpSeen':
            return seeTopUp(draft, command);
        case 'touch':
            return touch(draft, command);
        case 'observe':
            return observe(draft, command);
        case 'end':
            return end(draft, command);
        case 'worked':
            return noteWork(draft, command);
        case 'quarantine':
            return quarantine(draft, command);
    }
}
