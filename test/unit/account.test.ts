import type { Address, EncodedAccount } from '@solana/kit';
import { describe, expect, it } from 'vitest';

import { decodeChannelAccount, isClosedChannelAccount } from '../../src';
import { borshEncode, SCHEMAS } from '../fixtures/borsh';
import { EXTRA_FIELDS } from '../fixtures/channels';
import { addressOf, AUTHORIZED_SIGNER, MINT, PAYEE, PAYER, PROGRAM, SALT, SYSTEM_PROGRAM } from '../fixtures/parties';
import { expectRefusal } from '../fixtures/refusals';
import { CHANNEL_SIZE, HAS_TOMBSTONES, OTHER_REVISION, REVISION, STATUSES, UNKNOWN_STATUS } from '../fixtures/revision';
import { CHANNEL, DEPOSIT, DISTRIBUTION_HASH_HEX, GRACE_PERIOD, unhex } from '../fixtures/vectors';
import { DEPLOYMENT, deploymentWith } from '../fixtures/deployment';

const OTHER_PROGRAM = addressOf(0x77);

const FIELDS = {
    ...EXTRA_FIELDS,
    authorizedSigner: AUTHORIZED_SIGNER,
    bump: 252,
    closureStartedAt: -1n,
    deposit: DEPOSIT,
    discriminator: 1,
    distributionHash: unhex(DISTRIBUTION_HASH_HEX),
    gracePeriod: GRACE_PERIOD,
    mint: MINT,
    payee: PAYEE,
    payer: PAYER,
    payerWithdrawnAt: 1_750_000_000n,
    salt: SALT,
    settlement: { payoutWatermark: 1n, settled: 2n },
    status: 0,
    version: 1,
};

/** The account of a channel with some bytes overwritten: [offset, byte]. */
function channelAccount(...overwrite: [offset: number, byte: number][]): EncodedAccount {
    const data = borshEncode(SCHEMAS.channel, FIELDS);
    for (const [offset, byte] of overwrite) data[offset] = byte;
    return accountOf(data);
}

function accountOf(data: Uint8Array, owner: Address = PROGRAM): EncodedAccount {
    return {
        address: CHANNEL,
        data,
        executable: false,
        lamports: 1n as EncodedAccount['lamports'],
        programAddress: owner,
        space: BigInt(data.length),
    };
}

const DISCRIMINATOR = 0;
const VERSION = 1;
const STATUS = 3;

describe('decodeChannelAccount', () => {
    it('decodes the account of a channel and keeps everything around its data', () => {
        const account = channelAccount();
        expect(decodeChannelAccount(account, DEPLOYMENT)).toEqual({ ...account, data: FIELDS });
    });

    it.each(Object.values(STATUSES))('knows status %i', status => {
        expect(decodeChannelAccount(channelAccount([STATUS, status]), DEPLOYMENT).data.status).toBe(status);
    });

    it('refuses every other status', async () => {
        for (let status = UNKNOWN_STATUS; status <= 255; status += 1) {
            const account = channelAccount([STATUS, status]);
            await expectRefusal(() => decodeChannelAccount(account, DEPLOYMENT), 'ACCOUNT_MALFORMED', {
                address: CHANNEL,
                reason: expect.stringContaining('status') as string,
            });
        }
    });

    it('names the revision of a channel of another one', async () => {
        const account = accountOf(new Uint8Array(OTHER_REVISION.channelSize).fill(1));
        await expectRefusal(() => decodeChannelAccount(account, DEPLOYMENT), 'REVISION_MISMATCH', {
            expected: REVISION,
            field: `account ${CHANNEL}`,
            given: OTHER_REVISION.name,
        });
    });

    it('refuses every other length', async () => {
        for (let length = 0; length <= 300; length += 1) {
            // A channel of the other revision is named, see above.
            if (length === CHANNEL_SIZE || length === OTHER_REVISION.channelSize) continue;
            const data = new Uint8Array(length).fill(1);
            await expectRefusal(() => decodeChannelAccount(accountOf(data), DEPLOYMENT), 'ACCOUNT_MALFORMED', {
                address: CHANNEL,
                reason: expect.stringContaining(`it has ${length} bytes`) as string,
            });
        }
    });

    it.each([
        { account: channelAccount([DISCRIMINATOR, 0]), reason: 'discriminator is 0', title: 'no discriminator' },
        {
            account: channelAccount([DISCRIMINATOR, 2]),
            reason: 'discriminator is 2',
            title: 'the discriminator of a tombstone, but the length of a channel',
        },
        { account: channelAccount([VERSION, 0]), reason: 'version is 0', title: 'version 0' },
        { account: channelAccount([VERSION, 2]), reason: 'version is 2', title: 'a later version' },
        {
            account: accountOf(Uint8Array.of(2)),
            // The epoch revision has no tombstones: it is one more account of a wrong length.
            reason: HAS_TOMBSTONES ? 'closed' : 'it has 1 bytes',
            title: 'the tombstone of a closed channel',
        },
    ])('refuses $title', async ({ account, reason }) => {
        await expectRefusal(() => decodeChannelAccount(account, DEPLOYMENT), 'ACCOUNT_MALFORMED', {
            address: CHANNEL,
            reason: expect.stringContaining(reason) as string,
        });
    });

    it.each([
        { config: undefined, expectedOwner: PROGRAM, owner: SYSTEM_PROGRAM, title: 'an account of the System program' },
        { config: undefined, expectedOwner: PROGRAM, owner: OTHER_PROGRAM, title: 'a channel of another deployment' },
        {
            config: { programAddress: OTHER_PROGRAM },
            expectedOwner: OTHER_PROGRAM,
            owner: PROGRAM,
            title: 'a channel of the default deployment where another is asked for',
        },
    ])('refuses $title', async ({ config, expectedOwner, owner }) => {
        const account = accountOf(borshEncode(SCHEMAS.channel, FIELDS), owner);
        await expectRefusal(() => decodeChannelAccount(account, deploymentWith(config)), 'ACCOUNT_OWNER_MISMATCH', {
            address: CHANNEL,
            expectedOwner,
            owner,
        });
    });

    it('takes the owner from the deployment', () => {
        const account = accountOf(borshEncode(SCHEMAS.channel, FIELDS), OTHER_PROGRAM);
        expect(decodeChannelAccount(account, { ...DEPLOYMENT, programAddress: OTHER_PROGRAM }).data).toEqual(FIELDS);
    });

    it('looks at the owner before anything else: a stranger owns any bytes it likes', async () => {
        const account = accountOf(new Uint8Array(), SYSTEM_PROGRAM);
        await expectRefusal(() => decodeChannelAccount(account, DEPLOYMENT), 'ACCOUNT_OWNER_MISMATCH');
    });
});

describe.runIf(HAS_TOMBSTONES)('isClosedChannelAccount', () => {
    it.each([
        { account: accountOf(Uint8Array.of(2)), expected: true, title: 'the tombstone' },
        { account: accountOf(Uint8Array.of(1)), expected: false, title: 'one other byte' },
        { account: accountOf(Uint8Array.of(2, 0)), expected: false, title: 'a byte more' },
        { account: accountOf(new Uint8Array()), expected: false, title: 'no byte' },
        { account: channelAccount(), expected: false, title: 'a channel' },
        { account: accountOf(Uint8Array.of(2), SYSTEM_PROGRAM), expected: false, title: 'the byte of a stranger' },
    ])('is $expected for $title', ({ account, expected }) => {
        expect(isClosedChannelAccount(account, DEPLOYMENT)).toBe(expected);
    });

    it('takes the owner from the deployment', () => {
        const config = { programAddress: OTHER_PROGRAM };
        expect(isClosedChannelAccount(accountOf(Uint8Array.of(2), OTHER_PROGRAM), { ...DEPLOYMENT, ...config })).toBe(
            true,
        );
        expect(isClosedChannelAccount(accountOf(Uint8Array.of(2)), { ...DEPLOYMENT, ...config })).toBe(false);
    });
});
