import {
    appendTransactionMessageInstruction,
    compressTransactionMessageUsingAddressLookupTables,
    createNoopSigner,
    createTransactionMessage,
    getTransactionMessageSize,
    pipe,
    setTransactionMessageComputeUnitLimit,
    setTransactionMessageComputeUnitPrice,
    setTransactionMessageConfig,
    setTransactionMessageFeePayer,
    setTransactionMessageLoadedAccountsDataSizeLimit,
    type Address,
    type TransactionMessage,
    type TransactionMessageWithFeePayer,
} from '@solana/kit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
    assertIsDistributable,
    findChannelPdaSync,
    findTokenPdaSync,
    getDistributeInstructionAsync,
    getDistributeRequirements,
    getMaxDistributableRecipients,
    getOpenInstructionAsync,
    isPaymentChannelsError,
    type DistributionMethod,
    type Split,
    type DistributeRequirementsInput,
} from '../../src';
import { getLikelyBumpSteps } from '../../src/instructions/distribute-compute';
import { BAD_ADDRESSES } from '../fixtures/bad-input';
import { RENT_PAYER } from '../fixtures/channels';
import { TOKEN_PROGRAMS } from '../fixtures/instructions';
import {
    addressOf,
    AUTHORIZED_SIGNER,
    MINT,
    PAYEE,
    PAYER,
    PAYER_SIGNER,
    SALT,
    SPL_TOKEN,
    TOKEN_2022,
    TREASURY_OWNER,
} from '../fixtures/parties';
import { anySplits, runs } from '../fixtures/random';
import { errorOf, expectRefusal } from '../fixtures/refusals';
import { byRevision, ofEpoch } from '../fixtures/revision';
import { DEPLOYMENT, OPENED } from '../fixtures/deployment';

const FEE_PAYER = addressOf(0xee);
const TABLE = addressOf(0xef);
const [CHANNEL] = findChannelPdaSync(
    { ...OPENED, authorizedSigner: AUTHORIZED_SIGNER, mint: MINT, payee: PAYEE, payer: PAYER, salt: SALT },
    DEPLOYMENT,
);
const PLAN = {
    ...byRevision<object>({ epoch: { rentPayer: RENT_PAYER }, tombstone: {} }),
    channel: CHANNEL,
    mint: MINT,
    payee: PAYEE,
    payer: PAYER,
};
/** Most recipients in a plain transaction (docs/program.md, section 12: it names the rent payer too). */
const MOST = byRevision({ epoch: 10, tombstone: 11 });
/** Bytes of a plain transaction with 12 recipients; the rent payer takes an address and an index. */
const BYTES_OF_12 = byRevision({ epoch: 1_279 + 33, tombstone: 1_279 });
/** Data of open without its recipients (docs/program.md, section 5). */
const OPEN_DATA_SIZE = byRevision({ epoch: 33, tombstone: 25 });
const splitsOf = (count: number): Split[] =>
    Array.from({ length: count }, (_, index) => ({ bps: 1, recipient: addressOf(0x40 + index) }));
const codeOf = (call: () => unknown) => {
    try {
        call();
        return undefined;
    } catch (error) {
        return isPaymentChannelsError(error) ? error.code : error;
    }
};

/** Ways to distribute, with what the issue and docs/program.md, section 12, say of them: how many recipients have room. */
const METHODS: readonly Readonly<{ title: string; method: DistributionMethod; spl: number; token2022: number }>[] = [
    { method: {}, spl: MOST, title: 'a plain transaction', token2022: MOST },
    { method: { version: 'legacy' }, spl: MOST, title: 'a legacy transaction', token2022: MOST },
    { method: { computeUnitLimit: 1_400_000 }, spl: 10, title: 'a compute-unit limit', token2022: 10 },
    {
        method: { computeUnitLimit: 1_400_000, computeUnitPrice: true, loadedAccountsDataSizeLimit: true },
        spl: MOST - 1,
        title: 'everything that can be asked of the compute budget',
        token2022: MOST - 1,
    },
    { method: { usesLookupTable: true }, spl: 27, title: 'a lookup table', token2022: 14 },
    {
        method: { computeUnitLimit: 1_400_000, usesLookupTable: true },
        spl: 26,
        title: 'a lookup table and a compute-unit limit',
        token2022: 26,
    },
    {
        method: { computeUnitLimit: 1_400_000, computeUnitPrice: true, usesLookupTable: true },
        spl: 26,
        title: 'a lookup table, a compute-unit limit and a price',
        token2022: 26,
    },
    { method: { version: 1 }, spl: 32, title: 'version 1', token2022: 32 },
    { method: { computeUnitPrice: true, version: 1 }, spl: 32, title: 'version 1 with a priority fee', token2022: 32 },
    // A legacy message has no lookup tables, so that it does not help to have one.
    {
        method: { usesLookupTable: true, version: 'legacy' },
        spl: MOST,
        title: 'a legacy lookup table',
        token2022: MOST,
    },
    { method: { computeUnitLimit: 0 }, spl: 0, title: 'no compute units at all', token2022: 0 },
];

describe('getMaxDistributableRecipients', () => {
    it.each(METHODS)(
        '$title: $spl recipients with SPL Token, $token2022 with Token-2022',
        ({ method, spl, token2022 }) => {
            expect(getMaxDistributableRecipients(DEPLOYMENT, method)).toBe(spl);
            expect(getMaxDistributableRecipients(DEPLOYMENT, { ...method, tokenProgram: TOKEN_2022 })).toBe(token2022);
        },
    );
});

describe('the bytes of a distribute', () => {
    const measureByKit = async (splits: readonly Split[], tokenProgram: Address, method: DistributionMethod) => {
        const distribute = await getDistributeInstructionAsync({ ...PLAN, splits, tokenProgram }, DEPLOYMENT);
        type Message = TransactionMessage & TransactionMessageWithFeePayer;
        const { computeUnitLimit, computeUnitPrice, usesLookupTable, version = 0 } = method;
        const message = pipe(
            createTransactionMessage({ version }) as TransactionMessage,
            m => setTransactionMessageFeePayer(FEE_PAYER, m) as Message,
            m => appendTransactionMessageInstruction(distribute, m) as Message,
            m => {
                if (!computeUnitPrice) return m;
                return m.version === 1
                    ? (setTransactionMessageConfig({ priorityFeeLamports: 9n }, m) as Message)
                    : setTransactionMessageComputeUnitPrice(9n, m);
            },
            m =>
                computeUnitLimit !== undefined || version === 1
                    ? setTransactionMessageComputeUnitLimit(computeUnitLimit ?? 9, m)
                    : m,
            m =>
                method.loadedAccountsDataSizeLimit || version === 1
                    ? setTransactionMessageLoadedAccountsDataSizeLimit(9, m)
                    : m,
            m =>
                usesLookupTable && m.version === 0
                    ? (compressTransactionMessageUsingAddressLookupTables(m, {
                          [TABLE]: distribute.accounts.map(({ address }) => address),
                      }) as Message)
                    : m,
        );
        return getTransactionMessageSize(message);
    };

    it('of a plan are those that kit compiles the instruction of the builder to', async () => {
        // Some recipients are parties too: their token account is there already, and takes no more bytes.
        const anyPlan = fc
            .tuple(anySplits(28), fc.subarray([PAYER, PAYEE, CHANNEL]))
            .map(([splits, parties]) => [...splits, ...parties.map(recipient => ({ bps: 1, recipient }))])
            .filter(splits => splits.reduce((sum, { bps }) => sum + bps, 0) <= 10_000);
        await fc.assert(
            fc.asyncProperty(
                anyPlan,
                fc.constantFrom(...METHODS),
                fc.constantFrom(SPL_TOKEN, TOKEN_2022),
                async (splits, { method }, tokenProgram) => {
                    const plan = { ...PLAN, splits, tokenProgram };
                    const { bytes } = getDistributeRequirements(plan, DEPLOYMENT, { ...method, feePayer: FEE_PAYER });
                    expect(bytes.needed).toBe(await measureByKit(splits, tokenProgram, method));
                },
            ),
            runs(60),
        );
    });

    it.each(METHODS)('of any plan are those of the largest: $title', ({ method }) => {
        for (const recipientCount of [0, 1, 3, 4, 11, 27, 32]) {
            const { bytes } = getDistributeRequirements({ recipientCount }, DEPLOYMENT, method);
            expect(bytes).toEqual(
                getDistributeRequirements({ ...PLAN, splits: splitsOf(recipientCount) }, DEPLOYMENT, method).bytes,
            );
        }
    });

    it('are fewer when a party pays the fee, or receives a share as well', () => {
        const plan = { ...PLAN, splits: splitsOf(12) };
        const bytesOf = (input: DistributeRequirementsInput, method?: DistributionMethod) =>
            getDistributeRequirements(input, DEPLOYMENT, method).bytes.needed;
        expect(bytesOf(plan)).toBe(BYTES_OF_12);
        expect(bytesOf(plan, { feePayer: PAYER })).toBe(BYTES_OF_12 - 32);
        const shared = { ...PLAN, splits: [...splitsOf(11), { bps: 1, recipient: PAYEE }] };
        expect(bytesOf(shared)).toBe(BYTES_OF_12 - 32);
        for (const rentPayer of ofEpoch(PAYER, PAYEE)) {
            // The payee is no account of a distribute, but the payer is.
            expect(bytesOf({ ...plan, ...{ rentPayer } })).toBe(BYTES_OF_12 - (rentPayer === PAYER ? 32 : 0));
        }
    });
});

describe('the trace of a distribute', () => {
    // Itself, the transfers to the recipients, the payee, the payer and the treasury, and the closing of the escrow.
    it.each([
        { calls: 1 + 3 + 1, recipientCount: 0, tokenProgram: TOKEN_2022 },
        { calls: 1 + 35 + 1, recipientCount: 32, tokenProgram: TOKEN_2022 },
        { calls: 1 + 1 + 1, recipientCount: 5, tokenProgram: SPL_TOKEN },
        { calls: 1 + 2 + 1, recipientCount: 6, tokenProgram: SPL_TOKEN },
        { calls: 1 + 5 + 1, recipientCount: 32, tokenProgram: SPL_TOKEN },
    ])('is $calls for $recipientCount recipients', ({ calls, recipientCount, tokenProgram }) => {
        const requirements = getDistributeRequirements({ recipientCount, tokenProgram }, DEPLOYMENT, { version: 1 });
        expect(requirements.instructionTrace).toEqual({ max: 64, needed: calls });
        expect(requirements.maxRedirects).toBe(Math.min(recipientCount + 2, 64 - calls));
    });

    it('has the instructions of the compute budget in it, where there are such', () => {
        const trace = (method: DistributionMethod) =>
            getDistributeRequirements({ recipientCount: 1 }, DEPLOYMENT, method).instructionTrace.needed;
        expect(trace({ computeUnitLimit: 1, computeUnitPrice: true }) - trace({})).toBe(2);
        expect(trace({ computeUnitPrice: true, version: 1 })).toBe(trace({}));
    });
});

describe('the compute units of a distribute', () => {
    it('follow the bumps of the token accounts: 1,500 for each step', () => {
        const stepsOf = (splits: readonly Split[]) =>
            [CHANNEL, PAYER, PAYEE, TREASURY_OWNER, ...splits.map(s => s.recipient)]
                .map(owner => 255 - findTokenPdaSync({ mint: MINT, owner })[1])
                .reduce((sum, steps) => sum + steps, 0);
        const needed = (splits: readonly Split[]) =>
            getDistributeRequirements({ ...PLAN, splits }, DEPLOYMENT).computeUnits.needed;
        const plans = [0, 1, 2, 3, 4, 5].map((index): Split[] => [{ bps: 1, recipient: addressOf(0x40 + index) }]);
        expect(new Set(plans.map(stepsOf)).size).toBeGreaterThan(1);
        expect(new Set(plans.map(plan => needed(plan) - 1_500 * stepsOf(plan))).size).toBe(1);
    });

    it.each([
        ['nothing is asked for', {}, 200_000],
        ['a limit is asked for', { computeUnitLimit: 300_000 }, 300_000],
        ['version 1 asks for the most', { version: 1 }, 1_400_000],
        ['version 1 asks for less', { computeUnitLimit: 300_000, version: 1 }, 300_000],
    ] as const)('are limited: %s', (_, method, max) => {
        expect(getDistributeRequirements({ recipientCount: 1 }, DEPLOYMENT, method).computeUnits.max).toBe(max);
    });

    it.each([1, 4, 15, 36])('of any plan have the bumps that 99 of 100 stay below: of %s accounts', accountCount => {
        // The distribution once more, summed in another way.
        const exceed = (steps: number) => {
            let chances: number[] = Array.from({ length: 400 }, (_, index) => (index === 0 ? 1 : 0));
            for (let account = 0; account < accountCount; account++) {
                let carried = 0;
                chances = chances.map(chance => (carried = (carried + chance) / 2));
            }
            return chances.slice(steps + 1).reduce((sum, chance) => sum + chance, 0);
        };
        const steps = getLikelyBumpSteps(accountCount);
        expect(exceed(steps)).toBeLessThan(0.01);
        expect(exceed(steps - 1)).toBeGreaterThan(0.01);
    });
});

describe('assertIsDistributable', () => {
    it.each(
        TOKEN_PROGRAMS.flatMap(token =>
            METHODS.map(row => ({ ...row, ...token, method: row.method, name: row.title })),
        ),
    )(
        'accepts as many recipients as fit, and refuses one more: $title, $name',
        ({ method, spl, token2022, tokenProgram }) => {
            const max = tokenProgram === SPL_TOKEN ? spl : token2022;
            const check = (recipientCount: number) =>
                codeOf(() => assertIsDistributable({ recipientCount, tokenProgram }, DEPLOYMENT, method));
            if (max > 0) expect(check(max)).toBeUndefined();
            if (max < 32) expect(check(max + 1)).toBe('SPLITS_NOT_DISTRIBUTABLE');
        },
    );

    it.each([
        {
            context: {
                actual: BYTES_OF_12,
                exceeded: 'bytes',
                max: 1_232,
                recipientCount: 12,
                remedies: ['through a lookup table', 'in a version 1 transaction'],
            },
            method: {},
            recipientCount: 12,
            title: 'too many for a plain transaction',
        },
        {
            context: {
                actual: byRevision({ epoch: 1_240, tombstone: 1_238 }),
                exceeded: 'bytes',
                remedies: ['in a version 1 transaction'],
            },
            method: { usesLookupTable: true },
            recipientCount: 28,
            title: 'too many for a lookup table',
        },
        {
            context: {
                exceeded: 'computeUnits',
                max: 200_000,
                remedies: [
                    'with a higher compute-unit limit',
                    'through a lookup table and with a compute-unit limit',
                    'in a version 1 transaction',
                ],
            },
            method: { usesLookupTable: true },
            recipientCount: 26,
            title: 'too many for what a transaction gets that asks for nothing',
            tokenProgram: TOKEN_2022,
        },
        {
            context: {
                exceeded: 'computeUnits',
                max: 100_000,
                remedies: [
                    'with a higher compute-unit limit',
                    'through a lookup table and with a compute-unit limit',
                    'in a version 1 transaction',
                ],
            },
            method: { computeUnitLimit: 100_000 },
            recipientCount: 10,
            title: 'too low a limit',
            tokenProgram: TOKEN_2022,
        },
    ] as const)('says what is exceeded and what helps: $title', async ({ context, method, title: _, ...plan }) => {
        await expectRefusal(() => assertIsDistributable(plan, DEPLOYMENT, method), 'SPLITS_NOT_DISTRIBUTABLE', context);
    });

    it('says it in a sentence', async () => {
        expect(await errorOf(() => assertIsDistributable({ recipientCount: 12 }, DEPLOYMENT))).toMatchObject({
            message:
                'splits name 12 recipients and could never be distributed by the given method: the transaction ' +
                `needs ${BYTES_OF_12} bytes, and has room for 1232. Name fewer, or distribute through a lookup table, or in a ` +
                'version 1 transaction, and say so at open',
        });
    });

    it('judges a plan by its own accounts: what is too much for most may fit', () => {
        const splits = [...splitsOf(MOST), { bps: 1, recipient: PAYEE }];
        expect(
            codeOf(() => assertIsDistributable({ recipientCount: MOST + 1 }, DEPLOYMENT, { feePayer: PAYER })),
        ).toBeDefined();
        expect(
            codeOf(() => assertIsDistributable({ ...PLAN, splits }, DEPLOYMENT, { feePayer: PAYER })),
        ).toBeUndefined();
    });
});

describe('open', () => {
    const INPUT = {
        // A sponsor: who pays the rent himself takes no address more.
        ...byRevision<object>({ epoch: { rentPayer: createNoopSigner(RENT_PAYER) }, tombstone: {} }),
        authorizedSigner: AUTHORIZED_SIGNER,
        deposit: 1n,
        gracePeriodSeconds: 1,
        mint: MINT,
        payee: PAYEE,
        payer: PAYER_SIGNER,
        salt: SALT,
    };

    it.each([
        [MOST, undefined],
        [10, { computeUnitLimit: 200_000 }],
        [26, { computeUnitLimit: 200_000, usesLookupTable: true }],
        [27, { usesLookupTable: true }],
        [32, { version: 1 }],
    ] as const)('takes %s recipients, distributed %o', async (count, distribution) => {
        const open = await getOpenInstructionAsync(
            { ...OPENED, ...INPUT, distribution, splits: splitsOf(count) },
            DEPLOYMENT,
        );
        expect(open.data.length).toBe(OPEN_DATA_SIZE + 34 * count);
    });

    it.each([
        [MOST + 1, undefined],
        [11, { computeUnitLimit: 200_000 }],
        [27, { computeUnitLimit: 200_000, usesLookupTable: true }],
        [28, { usesLookupTable: true }],
        [32, { computeUnitLimit: 50_000, version: 1 }],
    ] as const)('refuses %s recipients, distributed %o', async (count, distribution) => {
        const input = { ...INPUT, distribution, splits: splitsOf(count) };
        await expectRefusal(
            () => getOpenInstructionAsync({ ...OPENED, ...input }, DEPLOYMENT),
            'SPLITS_NOT_DISTRIBUTABLE',
            {
                recipientCount: count,
            },
        );
    });
});

describe('a bad input', () => {
    const require = (plan: object, method: unknown = {}) =>
        getDistributeRequirements(plan as never, DEPLOYMENT, method as never);

    it.each([
        ['a version that is none', { version: 2 }, 'TRANSACTION_VERSION_UNSUPPORTED', 'distribution.version'],
        [
            'a limit above the most',
            { computeUnitLimit: 1_400_001 },
            'INTEGER_OUT_OF_RANGE',
            'distribution.computeUnitLimit',
        ],
        ['a limit that is no integer', { computeUnitLimit: 1.5 }, 'INTEGER_NOT_EXACT', 'distribution.computeUnitLimit'],
        ['a limit that is null', { computeUnitLimit: null }, 'INTEGER_NOT_EXACT', 'distribution.computeUnitLimit'],
        ['a fee payer that is null', { feePayer: null }, 'ADDRESS_INVALID', 'distribution.feePayer'],
        ['no method', null, 'INPUT_INVALID', 'distribution'],
        ['text as a method', 'version 1', 'INPUT_INVALID', 'distribution'],
    ] as const)('is refused by name: %s', async (_, method, code, field) => {
        await expectRefusal(() => require({ recipientCount: 1 }, method), code, { field });
    });

    it.each([
        ['more than the program takes', { recipientCount: 33 }, 'INTEGER_OUT_OF_RANGE'],
        ['less than none', { recipientCount: -1 }, 'INTEGER_OUT_OF_RANGE'],
        ['no number', {}, 'INTEGER_NOT_EXACT'],
        ['a token program that is none', { recipientCount: 1, tokenProgram: PAYER }, 'TOKEN_PROGRAM_UNSUPPORTED'],
        ['splits that are none', { ...PLAN, splits: undefined }, 'SPLITS_INVALID'],
    ] as const)('is refused: %s', async (_, plan, code) => {
        await expectRefusal(() => require(plan), code);
    });

    it.each(
        ['channel', 'mint', 'payee', 'payer', ...ofEpoch('rentPayer')].flatMap(field =>
            BAD_ADDRESSES.map(bad => ({ ...bad, field })),
        ),
    )('is refused by name: $title as $field', async ({ field, value }) => {
        await expectRefusal(() => require({ ...PLAN, [field]: value, splits: [] }), 'ADDRESS_INVALID', { field });
    });

    it('takes nothing but true for a lookup table', () => {
        const { bytes } = require({ recipientCount: 12 }, { usesLookupTable: 'no' });
        expect(bytes.needed).toBe(BYTES_OF_12);
    });
});
