import { describe, expect, it } from 'vitest';

import { decodeChannelRecord, decodeRow, encodeChannelRecord, encodeRow } from '../../../src/ledger/ledger-json';
import type { ChannelRecord } from '../../../src/ledger/record';
import type { ChargeRow } from '../../../src/ledger/rows';
import { CHANNEL, NOW, OPEN_ROW, TestLedger } from './records';

type Members = Record<string, unknown>;

function getRecord(): ChannelRecord {
    const ledger = new TestLedger();
    ledger.open({ deposit: 2n ** 64n - 1n });
    ledger.pay(2n ** 63n, 'a key', 2n ** 62n, { expiresAt: NOW + 5_000n });
    ledger.do({ amount: 7n, kind: 'reserveDelivery', row: undefined });
    ledger.do({ error: { code: 'RPC_UNAVAILABLE', isTransient: true }, kind: 'worked' });
    return ledger.record;
}

const change = (text: string, edit: (json: Members) => void) => {
    const json = JSON.parse(text) as Members;
    edit(json);
    return JSON.stringify(json);
};

describe('the text of a record', () => {
    it('gives the record back, to the last unit of a u64', () => {
        const record = getRecord();
        expect(decodeChannelRecord(CHANNEL, encodeChannelRecord(record))).toEqual({
            unknown: undefined,
            value: record,
        });
        expect(encodeChannelRecord(record)).toContain('"deposit":"18446744073709551615"');
    });

    it('keeps the members of a newer version, wherever they stand in an object, when it is written again', () => {
        const newer = change(encodeChannelRecord(getRecord()), json => {
            json.proofs = [{ binding: 'x' }];
            (json.chain as Members).leader = { name: 'y', rank: 3 };
            Object.defineProperty(json, '__proto__', { enumerable: true, value: 'z' });
        });
        const { unknown, value } = decodeChannelRecord(CHANNEL, newer);
        const again = encodeChannelRecord({ ...value, attempts: 9 }, unknown);
        const json = JSON.parse(again) as Members;
        expect(json).toMatchObject({
            attempts: 9,
            chain: { leader: { name: 'y', rank: 3 } },
            proofs: [{ binding: 'x' }],
        });
        expect(Object.getOwnPropertyDescriptor(json, '__proto__')?.value).toBe('z');
        expect(value).not.toHaveProperty('proofs');
    });

    it.each<[string, (json: Members) => void, string]>([
        ['a member that is missing', json => delete json.spent, 'spent'],
        ['an amount that is a number', json => (json.accepted = 5), 'accepted'],
        ['an amount with a zero in front', json => (json.accepted = '05'), 'accepted'],
        ['a status of its own', json => ((json.chain as Members).status = 'ajar'), 'chain.status'],
        ['an address that is none', json => ((json.identity as Members).payer = 'x'), 'identity.payer'],
        ['a voucher without its signature', json => delete (json.voucher as Members).signature, 'voucher.signature'],
        ['amounts that contradict each other', json => (json.spent = '18446744073709551615'), 'spent and reserved'],
        ['a list where an object has to be', json => (json.chain = []), 'chain'],
    ])('is refused with %s', (_, edit, named) => {
        const text = change(encodeChannelRecord(getRecord()), edit);
        expect(() => decodeChannelRecord(CHANNEL, text)).toThrowError(
            expect.objectContaining({
                code: 'LEDGER_RECORD_INVALID',
                message: expect.stringContaining(named),
            }) as Error,
        );
    });

    it.each(['', '{', 'null', '[]', '7', '{"accepted":"1","accepted":"2"}', `"${'x'.repeat(2 ** 21)}"`])(
        'is refused as damaged, without an error of another kind: %.20s',
        text => {
            expect(() => decodeChannelRecord(CHANNEL, text)).toThrowError(
                expect.objectContaining({ code: 'LEDGER_RECORD_INVALID' }) as Error,
            );
        },
    );
});

describe('the text of a row', () => {
    it('gives rows of every kind back', () => {
        const charge: ChargeRow = {
            endedAt: null,
            fingerprint: 'f',
            owner: 'process 1',
            price: 5n,
            receipt: '{"x":1}',
            response: { body: 'AQ==', headers: [['content-type', 'text/plain']], status: 200 },
            stage: 'committed',
            startedAt: NOW,
            units: 1n,
        };
        expect(decodeRow('charge', 'k', encodeRow('charge', charge)).value).toEqual(charge);
        expect(decodeRow('transaction', 'k', encodeRow('transaction', OPEN_ROW.value)).value).toEqual(OPEN_ROW.value);
        const { openSignature: signature } = OPEN_ROW.value.open!.identity;
        const delivery = { amount: 1n, committedAt: NOW, cumulative: 2n, signature };
        expect(decodeRow('delivery', 'k', encodeRow('delivery', delivery)).value).toEqual(delivery);
        const settlement = {
            action: 'settle',
            amount: null,
            at: NOW,
            channel: CHANNEL,
            feeLamports: 5_000n,
            outcome: 'landed' as const,
            slot: 9n,
        };
        expect(decodeRow('settlement', 'k', encodeRow('settlement', settlement)).value).toEqual(settlement);
        const challenge = { channel: CHANNEL, expiresAt: NOW };
        expect(decodeRow('challenge', 'k', encodeRow('challenge', challenge)).value).toEqual(challenge);
    });

    it('is refused when a header is no pair', () => {
        const text = '{"body":null,"headers":[["a"]],"status":200}';
        const row = `{"endedAt":null,"fingerprint":"","owner":"","price":"0","receipt":null,"response":${text},"stage":"committed","startedAt":"0","units":"0"}`;
        expect(() => decodeRow('charge', 'k', row)).toThrowError(
            expect.objectContaining({ code: 'LEDGER_RECORD_INVALID' }) as Error,
        );
    });
});
