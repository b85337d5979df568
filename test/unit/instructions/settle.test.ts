import type { SignatureBytes } from '@solana/kit';
import { describe, expect, it } from 'vitest';

import {
    getSettleAndFinalizeInstructions,
    getSettleInstructions,
    type SettleAndFinalizeInput,
    type SignedVoucher,
} from '../../../src';
import { BAD_ADDRESSES, BAD_CONFIGS, BAD_SIGNERS, BAD_U64 } from '../../fixtures/bad-input';
import { accountsOf, dataOf, DEPLOYMENTS } from '../../fixtures/instructions';
import {
    addressOf,
    AUTHORIZED_SIGNER,
    ED25519_PROGRAM,
    INSTRUCTIONS_SYSVAR,
    PAYEE,
    PAYEE_SIGNER,
} from '../../fixtures/parties';
import { expectRefusal, given, withBad, type BadInput } from '../../fixtures/refusals';
import { byRevision } from '../../fixtures/revision';
import {
    CHANNEL,
    CHANNEL_HEX,
    ED25519_HEADER_HEX,
    hex,
    PUBLIC_KEY,
    unhex,
    VOUCHER,
    VOUCHER_ARGUMENT_HEX,
    VOUCHER_HEX,
    VOUCHER_SIGNATURE_HEX,
} from '../../fixtures/vectors';
import { DEPLOYMENT, deploymentWith } from '../../fixtures/deployment';

const SIGNED: SignedVoucher = {
    signature: unhex(VOUCHER_SIGNATURE_HEX) as SignatureBytes,
    signer: AUTHORIZED_SIGNER,
    voucher: VOUCHER,
};
const OTHER_CHANNEL = addressOf(9);

/** Data of the Ed25519 precompile for SIGNED: header, key, signature, message (docs/program.md, section 6.6). */
const VERIFY_DATA = ED25519_HEADER_HEX + hex(PUBLIC_KEY) + VOUCHER_SIGNATURE_HEX + VOUCHER_HEX;

/** What is wrong with a signed voucher, for every function that takes one as `voucher`. */
const badVouchersOf = <T extends { voucher?: SignedVoucher | undefined }>(input: T): BadInput[] => {
    const withVoucher = (bad: BadInput) => ({ ...bad, input: { ...input, voucher: bad.input } as never });
    return [
        ...[null, 7, VOUCHER_HEX].map(voucher => ({
            code: 'VOUCHER_INVALID' as const,
            context: { field: 'signedVoucher' },
            input: { ...input, voucher } as never,
            title: `${String(voucher)} as the signed voucher`,
        })),
        ...[null, undefined, 7].map(voucher => ({
            code: 'VOUCHER_INVALID' as const,
            context: { field: 'voucher' },
            input: { ...input, voucher: { ...SIGNED, voucher } } as never,
            title: `${String(voucher)} as the voucher in it`,
        })),
        ...withBad(SIGNED, 'signer', BAD_ADDRESSES, { code: 'ADDRESS_INVALID' }).map(withVoucher),
        ...withBad(
            SIGNED,
            'signature',
            [63, 65].map(length => ({ title: `${length} bytes`, value: new Uint8Array(length) })),
            {
                code: 'BYTES_LENGTH_INVALID',
            },
        ).map(withVoucher),
        ...withBad(VOUCHER, 'cumulativeAmount', BAD_U64, { field: 'voucher.cumulativeAmount' }).map(bad =>
            withVoucher({ ...bad, input: { ...SIGNED, voucher: bad.input } as never }),
        ),
    ];
};

describe.each(DEPLOYMENTS)('on $title', ({ config, program }) => {
    it('getSettleInstructions verifies the voucher and, directly behind, settles it (docs/program.md, section 7.2)', () => {
        const instructions = getSettleInstructions({ voucher: SIGNED }, deploymentWith(config));
        expect(instructions.map(({ programAddress }) => programAddress)).toEqual([ED25519_PROGRAM, program]);
        const [verify, settle] = instructions;
        expect(accountsOf(verify)).toEqual([]);
        expect(dataOf(verify)).toBe(VERIFY_DATA);
        expect(accountsOf(settle)).toEqual([
            [CHANNEL, 'W'],
            [INSTRUCTIONS_SYSVAR, ''],
        ]);
        expect(dataOf(settle)).toBe(`02${VOUCHER_ARGUMENT_HEX}`);
    });

    const accounts = [
        [PAYEE, 'S'],
        [CHANNEL, 'W'],
        [INSTRUCTIONS_SYSVAR, ''],
    ];

    it('getSettleAndFinalizeInstructions does so with the last voucher (docs/program.md, section 7.4)', () => {
        const input = { channel: CHANNEL, payee: PAYEE_SIGNER, voucher: SIGNED };
        const instructions = getSettleAndFinalizeInstructions(input, deploymentWith(config));
        expect(instructions.map(({ programAddress }) => programAddress)).toEqual([ED25519_PROGRAM, program]);
        const [verify, settleAndFinalize] = instructions;
        expect(dataOf(verify)).toBe(VERIFY_DATA);
        expect(accountsOf(settleAndFinalize)).toEqual(accounts);
        expect(dataOf(settleAndFinalize)).toBe(`04${VOUCHER_ARGUMENT_HEX}01`);
    });

    it.each([{}, { voucher: undefined }])('and without a voucher is one instruction that says so: %o', voucher => {
        const input = { channel: CHANNEL, payee: PAYEE_SIGNER, ...voucher };
        const instructions = getSettleAndFinalizeInstructions(input, deploymentWith(config));
        expect(instructions.map(({ programAddress }) => programAddress)).toEqual([program]);
        expect(accountsOf(instructions[0])).toEqual(accounts);
        // The 48 bytes, where the data has them, are there and nobody looks at them.
        const noVoucher = byRevision({ epoch: '', tombstone: `${CHANNEL_HEX}${'00'.repeat(16)}` });
        expect(dataOf(instructions[0])).toBe(`04${noVoucher}00`);
    });
});

describe('getSettleInstructions', () => {
    const INPUT = { channel: CHANNEL, voucher: SIGNED };

    it('settles the channel that the voucher names, whether or not the caller names it too', () => {
        expect(getSettleInstructions({ voucher: SIGNED }, DEPLOYMENT)).toEqual(
            getSettleInstructions(INPUT, DEPLOYMENT),
        );
    });

    const BAD_INPUTS: BadInput[] = [
        ...badVouchersOf(INPUT),
        ...withBad(INPUT, 'voucher', [{ title: 'undefined', value: undefined }], {
            code: 'VOUCHER_INVALID',
            field: 'signedVoucher',
        }),
        ...withBad(INPUT, 'channel', given(BAD_ADDRESSES), { code: 'ADDRESS_INVALID' }),
        {
            code: 'VOUCHER_CHANNEL_MISMATCH',
            context: { channel: OTHER_CHANNEL, voucherChannelId: CHANNEL },
            input: { ...INPUT, channel: OTHER_CHANNEL } as never,
            title: 'the voucher of another channel',
        },
    ];
    it.each(BAD_INPUTS)('refuses $title: $code', async ({ code, context, input }) => {
        await expectRefusal(() => getSettleInstructions(input, DEPLOYMENT), code, context);
    });

    it.each(BAD_CONFIGS)('refuses $title as the program address', async ({ config }) => {
        const field = 'deployment.programAddress';
        await expectRefusal(() => getSettleInstructions(INPUT, config), 'ADDRESS_INVALID', { field });
    });
});

describe('getSettleAndFinalizeInstructions', () => {
    const INPUT = { channel: CHANNEL, payee: PAYEE_SIGNER, voucher: SIGNED } satisfies SettleAndFinalizeInput;

    it('carries the signer of the payee', () => {
        expect(getSettleAndFinalizeInstructions(INPUT, DEPLOYMENT)[1].accounts[0].signer).toBe(PAYEE_SIGNER);
    });

    const BAD_INPUTS: BadInput[] = [
        ...badVouchersOf(INPUT),
        ...withBad(INPUT, 'payee', BAD_SIGNERS, { code: 'SIGNER_INVALID' }),
        ...withBad(INPUT, 'channel', BAD_ADDRESSES, { code: 'ADDRESS_INVALID' }),
        ...withBad({ ...INPUT, voucher: undefined }, 'channel', BAD_ADDRESSES, { code: 'ADDRESS_INVALID' }).map(
            bad => ({ ...bad, title: `${bad.title}, without a voucher` }),
        ),
        {
            code: 'VOUCHER_CHANNEL_MISMATCH',
            context: { channel: OTHER_CHANNEL, voucherChannelId: CHANNEL },
            input: { ...INPUT, channel: OTHER_CHANNEL } as never,
            title: 'the voucher of another channel',
        },
    ];
    it.each(BAD_INPUTS)('refuses $title: $code', async ({ code, context, input }) => {
        await expectRefusal(() => getSettleAndFinalizeInstructions(input, DEPLOYMENT), code, context);
    });

    it.each(BAD_CONFIGS)('refuses $title as the program address', async ({ config }) => {
        const field = 'deployment.programAddress';
        await expectRefusal(() => getSettleAndFinalizeInstructions(INPUT, config), 'ADDRESS_INVALID', { field });
    });
});
