import { address, getBase58Decoder, type Address, type Signature } from '@solana/kit';

import { decide } from '../../../src/ledger/decide';
import type { Answers, Decision, LedgerCommand, ReceivedVoucher } from '../../../src/ledger/commands';
import type { VersionedRecord } from '../../../src/ledger/draft';
import { createLedgerPolicy, type LedgerPolicy, type LedgerPolicyOptions } from '../../../src/ledger/policy';
import type { ChainView } from '../../../src/ledger/record';
import type {
    PlannedIdentity,
    RowChange,
    RowKind,
    RowValues,
    StoredRow,
    TransactionRow,
} from '../../../src/ledger/rows';

export const NOW = 1_750_000_000n;
export const CHANNEL = address('9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin');
const WALLET = address('4zMMC9srt5Ri5X14GAgXhaHii3GnPAEERYPJgZJDncDU');
const MINT = address('EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v');

/** A text in the form of a signature that is another one for every number. */
export const toSignature = (number: number) =>
    getBase58Decoder().decode(
        new Uint8Array(64)
            .fill(7)
            .fill(number % 256, 62)
            .fill(number / 256, 63),
    ) as Signature;

export const IDENTITY: PlannedIdentity = {
    authorizedSigner: WALLET,
    channel: CHANNEL,
    createdAt: NOW,
    gracePeriodSeconds: 900,
    lookupTable: null,
    mint: MINT,
    network: 'localnet',
    openFingerprint: 'fingerprint of the open',
    openSignature: toSignature(1),
    openSlot: 350_000_000n,
    openingChallengeId: 'challenge 1',
    payee: MINT,
    payer: WALLET,
    profile: 'draft',
    programAddress: MINT,
    rentPayer: WALLET,
    revision: 'epoch',
    salt: 7n,
    splits: [{ bps: 300, recipient: WALLET }],
    tokenProgram: MINT,
    voucherSigner: 'client',
};

export const VIEW: ChainView = {
    closureStartedAt: null,
    commitment: 'confirmed',
    deposit: 1_000n,
    observedAt: NOW,
    observedSlot: 100n,
    paidOut: 0n,
    payerWithdrawn: 0n,
    reclaimableFromSlot: null,
    settled: 0n,
    status: 'open',
};

export const OPEN_ROW: StoredRow<'transaction'> = {
    key: IDENTITY.openSignature,
    kind: 'transaction',
    value: {
        channel: CHANNEL,
        kind: 'open',
        lastValidBlockHeight: 1_000n,
        open: { identity: IDENTITY, idleTimeoutSeconds: 600 },
        outcome: 'pending',
        recordedAt: NOW,
        wire: 'AQ==',
    } satisfies TransactionRow,
    version: 1,
};

/** A ledger of one channel in memory: decides and applies, as a store and the loop around it do. */
export class TestLedger {
    stored: VersionedRecord | undefined;
    readonly rows = new Map<string, StoredRow>();
    now = NOW;
    readonly policy: LedgerPolicy;

    constructor(options: LedgerPolicyOptions = {}) {
        this.policy = createLedgerPolicy(options);
    }

    decide<TCommand extends LedgerCommand>(command: TCommand): Decision<Answers[TCommand['kind']]> {
        return decide(this.stored, command, { now: this.now, policy: this.policy });
    }

    /** Decides and commits; the answer or the refusal. */
    do<TCommand extends LedgerCommand>(command: TCommand) {
        const decision = this.decide(command);
        this.apply(decision);
        return decision.result;
    }

    apply({ change }: Decision<unknown>): void {
        if (change === null) return;
        if (change.expected !== (this.stored?.version ?? 'absent')) throw new Error('conflict');
        for (const row of change.rows) this.#write(row);
        if (change.record) this.stored = { record: change.record, version: (this.stored?.version ?? 0) + 1 };
    }

    #write(row: RowChange): void {
        const id = `${row.kind} ${row.key}`;
        const before = this.rows.get(id);
        if (row.expected !== 'any' && row.expected !== (before?.version ?? 'absent'))
            throw new Error(`conflict: ${id}`);
        if (row.value === 'delete') this.rows.delete(id);
        else
            this.rows.set(id, {
                key: row.key,
                kind: row.kind,
                value: row.value,
                version: (before?.version ?? 0) + 1,
            } as StoredRow);
    }

    row<TKind extends RowKind>(kind: TKind, key: string) {
        return this.rows.get(`${kind} ${key}`) as StoredRow<TKind> | undefined;
    }

    value<TKind extends RowKind>(kind: TKind, key: string): RowValues[TKind] | undefined {
        return this.row(kind, key)?.value as RowValues[TKind] | undefined;
    }

    get record() {
        return this.stored!.record;
    }

    /** Opens the channel: the row of the transaction, then the record. */
    open(view: Partial<ChainView> = {}) {
        this.do({ kind: 'open', signature: IDENTITY.openSignature, transaction: OPEN_ROW.value });
        return this.do({
            chain: { ...VIEW, ...view },
            challenge: { expiresAt: NOW + 300n, id: 'challenge 1' },
            kind: 'activate',
            openedSlot: 99n,
            row: this.row('transaction', IDENTITY.openSignature)!,
        });
    }

    /** A request to be charged, with the row of its key as it stands. */
    request(key: string, price: bigint, fingerprint = `request ${key}`, owner = 'process 1') {
        return {
            fingerprint,
            key,
            owner,
            price,
            row: this.row('charge', `${CHANNEL}/${key}`),
            units: 1n,
            until: this.now + 30n,
        };
    }

    accept(cumulativeAmount: bigint, fields: Partial<ReceivedVoucher> = {}) {
        return this.do({ kind: 'acceptVoucher', voucher: toVoucher(cumulativeAmount, fields) });
    }

    pay(cumulativeAmount: bigint, key: string, price: bigint, fields: Partial<ReceivedVoucher> = {}) {
        const charge = this.request(key, price);
        return this.do({ charge, kind: 'acceptVoucher', voucher: toVoucher(cumulativeAmount, fields) });
    }

    commit(key: string, amount: bigint, owner = 'process 1') {
        const row = this.row('charge', `${CHANNEL}/${key}`)!;
        return this.do({ amount, kind: 'commitCharge', owner, receipt: null, response: null, row, units: 1n });
    }

    release(key: string, owner = 'process 1') {
        return this.do({ kind: 'releaseCharge', owner, row: this.row('charge', `${CHANNEL}/${key}`)! });
    }

    see(view: Partial<ChainView>, isAbsenceProven?: boolean) {
        const { chain } = this.record;
        const seen = { ...chain, observedSlot: chain.observedSlot + 1n, observedAt: this.now, ...view };
        return this.do({ chain: seen, isAbsenceProven, kind: 'observe' });
    }
}

export function toVoucher(cumulativeAmount: bigint, fields: Partial<ReceivedVoucher> = {}): ReceivedVoucher {
    return {
        channelId: CHANNEL as Address,
        cumulativeAmount,
        expiresAt: 0n,
        isSignatureGood: true,
        signature: toSignature(Number(cumulativeAmount % 9_000n)),
        ...fields,
    };
}
