import {
    compileTransaction,
    createTransactionMessage,
    getBase58Decoder,
    getBase64EncodedWireTransaction,
    pipe,
    setTransactionMessageFeePayer,
    setTransactionMessageLifetimeUsingBlockhash,
    appendTransactionMessageInstruction,
    type Blockhash,
    type Address,
} from '@solana/kit';
import { describe, expect, it } from 'vitest';

import {
    getLoggedEventCount,
    parseEvents,
    parseTransactionEvents,
    type ExecutedInstruction,
    type RpcTransaction,
} from '../../src';
import { addressOf, EVENT_AUTHORITY, PAYEE, PAYER, PROGRAM, SPL_TOKEN } from '../fixtures/parties';
import { expectRefusal } from '../fixtures/refusals';
import { openedAt, VECTOR_OPEN_SLOT } from '../fixtures/revision';
import { CHANNEL, CHANNEL_HEX, OPENED_EVENT_HEX, unhex } from '../fixtures/vectors';
import { DEPLOYMENT } from '../fixtures/deployment';
import { rendered } from '../fixtures/rendered';

const { OPENED_EVENT_DISCRIMINATOR, PaymentChannelsEvent, PayoutBeneficiary, RedirectReason } = rendered;

// docs/program.md, section 10: the events as the program sends them to itself.
const TAG = 'e445a52e51cb9a1d';
const OPENED = unhex(OPENED_EVENT_HEX);
const REDIRECTED = unhex(`${TAG}d116b9d754a75450${CHANNEL_HEX}${'02'.repeat(32)}0500000000000000${'0103'}`);
const UNKNOWN = unhex(`${TAG}0011223344556677${CHANNEL_HEX}`);
const OPENED_EVENT = {
    data: { channel: CHANNEL, ...openedAt(VECTOR_OPEN_SLOT) },
    eventType: PaymentChannelsEvent.Opened,
};
const REDIRECTED_EVENT = {
    data: {
        amount: 5n,
        beneficiary: PayoutBeneficiary.Payee,
        channel: CHANNEL,
        owner: PAYEE,
        reason: RedirectReason.ReassignedAuthority,
    },
    eventType: PaymentChannelsEvent.PayoutRedirected,
};
const OTHER = addressOf(9);
const SETTLE = Uint8Array.of(2);

type Step = [programAddress: Address, data: Uint8Array, stackHeight?: number];
const trace = (...steps: Step[]): ExecutedInstruction[] =>
    steps.map(([programAddress, data, stackHeight]) => ({ data, programAddress, stackHeight }));

describe('parseEvents', () => {
    it('decodes the events of the program and keeps those that it does not know', () => {
        expect(parseEvents(trace([PROGRAM, OPENED], [PROGRAM, REDIRECTED], [PROGRAM, UNKNOWN]), DEPLOYMENT)).toEqual([
            OPENED_EVENT,
            REDIRECTED_EVENT,
            { data: UNKNOWN, eventType: 'unknown' },
        ]);
    });

    it.each<[title: string, data: Uint8Array]>([
        ['shorter than its payload', OPENED.subarray(0, -1)],
        ['longer than its payload', new Uint8Array([...OPENED, 0])],
        ['the discriminator alone', new Uint8Array(OPENED_EVENT_DISCRIMINATOR)],
        ['with a beneficiary that nobody knows', new Uint8Array([...REDIRECTED.slice(0, -2), 3, 3])],
        ['with a reason that nobody knows', new Uint8Array([...REDIRECTED.slice(0, -1), 4])],
        ['the byte that selects the instruction alone', Uint8Array.of(228)],
    ])('keeps one that it can not read as unknown: %s', (_, data) => {
        expect(parseEvents(trace([PROGRAM, data]), DEPLOYMENT)).toEqual([{ data, eventType: 'unknown' }]);
    });

    const CALL: Step = [PROGRAM, SETTLE, 1];
    it.each<[title: string, steps: Step[], count: number]>([
        ['called by itself', [CALL, [PROGRAM, OPENED, 2]], 1],
        [
            'called by itself, called by another',
            [
                [OTHER, SETTLE, 1],
                [PROGRAM, SETTLE, 2],
                [PROGRAM, OPENED, 3],
            ],
            1,
        ],
        ['after it called another', [CALL, [SPL_TOKEN, SETTLE, 2], [OTHER, SETTLE, 3], [PROGRAM, OPENED, 2]], 1],
        ['twice', [CALL, [PROGRAM, OPENED, 2], [PROGRAM, REDIRECTED, 2]], 2],
        ['called by itself, heights unknown', [CALL, [PROGRAM, OPENED]], 1],
        [
            'called by itself, called by another, heights unknown',
            [
                [OTHER, SETTLE, 1],
                [PROGRAM, SETTLE],
                [PROGRAM, OPENED],
            ],
            1,
        ],
        [
            'nothing but inner instructions',
            [
                [PROGRAM, OPENED, 2],
                [SPL_TOKEN, SETTLE, 3],
                [PROGRAM, OPENED, 2],
            ],
            2,
        ],
        ['an instruction of the transaction', [[PROGRAM, OPENED, 1]], 0],
        [
            'called by another program',
            [
                [OTHER, SETTLE, 1],
                [PROGRAM, OPENED, 2],
            ],
            0,
        ],
        ['called by another that it called', [CALL, [OTHER, SETTLE, 2], [PROGRAM, OPENED, 3]], 0],
        ['called by another, heights unknown', [CALL, [OTHER, SETTLE, 1], [PROGRAM, OPENED]], 0],
        ['of another program', [CALL, [OTHER, OPENED, 2]], 0],
        [
            'of another program, called by itself',
            [
                [OTHER, SETTLE, 1],
                [OTHER, OPENED, 2],
            ],
            0,
        ],
        ['no event', [CALL, [PROGRAM, SETTLE, 2], [PROGRAM, new Uint8Array(), 2]], 0],
    ])('finds only what the program said to itself: %s', (_, steps, count) => {
        expect(parseEvents(trace(...steps), DEPLOYMENT)).toHaveLength(count);
    });

    it('follows the deployment', async () => {
        expect(parseEvents(trace([OTHER, OPENED]), { ...DEPLOYMENT, programAddress: OTHER })).toEqual([OPENED_EVENT]);
        expect(parseEvents(trace([PROGRAM, OPENED]), { ...DEPLOYMENT, programAddress: OTHER })).toEqual([]);
        await expectRefusal(
            () => parseEvents([], { ...DEPLOYMENT, programAddress: 'x' as Address }),
            'ADDRESS_INVALID',
        );
    });

    it.each([
        null,
        'text',
        [null],
        [{ data: OPENED }],
        [{ data: 'text', programAddress: PROGRAM }],
        [{ data: OPENED, programAddress: PROGRAM, stackHeight: 0 }],
        [{ data: OPENED, programAddress: PROGRAM, stackHeight: 1e9 }],
    ])('refuses what is no list of instructions: %o', async value => {
        await expectRefusal(
            () => parseEvents(value as unknown as ExecutedInstruction[], DEPLOYMENT),
            'RPC_RESPONSE_INVALID',
        );
    });
});

const base58 = (bytes: Uint8Array) => getBase58Decoder().decode(bytes);
const KEYS = [PAYER, PROGRAM, EVENT_AUTHORITY];
const inner = (programIdIndex: number, data: Uint8Array, stackHeight: number | null = 2) => ({
    accounts: [2],
    data: base58(data),
    programIdIndex,
    stackHeight,
});
/** A transaction as getTransaction answers it in JSON: one call of the program that emits an event. */
const answer = (
    meta: object = {},
    message: object = {},
    instructions: unknown[] = [inner(1, OPENED)],
): RpcTransaction => ({
    meta: {
        err: null,
        innerInstructions: [{ index: 0, instructions }],
        loadedAddresses: { readonly: [], writable: [] },
        logMessages: [],
        ...meta,
    },
    transaction: {
        message: {
            accountKeys: KEYS,
            instructions: [{ accounts: [], data: base58(SETTLE), programIdIndex: 1, stackHeight: 1 }],
            ...message,
        },
        signatures: [],
    },
});

describe('parseTransactionEvents', () => {
    it('reads the JSON of an RPC', () => {
        expect(parseTransactionEvents(answer(), DEPLOYMENT)).toEqual([OPENED_EVENT]);
    });

    it('reads it with bigints for the numbers, and without heights', () => {
        const [first] = [inner(1, OPENED, null)];
        expect(parseTransactionEvents(answer({}, {}, [{ ...first, programIdIndex: 1n }]), DEPLOYMENT)).toEqual([
            OPENED_EVENT,
        ]);
    });

    it('finds programs that come from lookup tables: the writable addresses first', () => {
        const loadedAddresses = { readonly: [OTHER, PROGRAM], writable: [PAYEE] };
        const call = [{ accounts: [], data: base58(SETTLE), programIdIndex: 4, stackHeight: 1 }];
        const message = { accountKeys: [PAYER, SPL_TOKEN], instructions: call };
        expect(parseTransactionEvents(answer({ loadedAddresses }, message, [inner(4, OPENED)]), DEPLOYMENT)).toEqual([
            OPENED_EVENT,
        ]);
        expect(parseTransactionEvents(answer({ loadedAddresses }, message, [inner(3, OPENED)]), DEPLOYMENT)).toEqual(
            [],
        );
    });

    it('reads JSON that the node parsed', () => {
        const keys = KEYS.map(pubkey => ({ pubkey, signer: false, source: 'transaction', writable: false }));
        const call = [{ accounts: [], data: base58(SETTLE), programId: PROGRAM, stackHeight: 1 }];
        const parsed = {
            parsed: { info: {}, type: 'transfer' },
            program: 'spl-token',
            programId: SPL_TOKEN,
            stackHeight: 2,
        };
        const event = { accounts: [EVENT_AUTHORITY], data: base58(OPENED), programId: PROGRAM, stackHeight: 2 };
        const transaction = answer({}, { accountKeys: keys, instructions: call }, [parsed, event]);
        expect(parseTransactionEvents(transaction, DEPLOYMENT)).toEqual([OPENED_EVENT]);
    });

    it.each(['legacy', 0] as const)('reads the wire bytes of a transaction of version %s', version => {
        const wire = pipe(
            createTransactionMessage({ version }),
            m => setTransactionMessageFeePayer(PAYER, m),
            m =>
                setTransactionMessageLifetimeUsingBlockhash(
                    { blockhash: OTHER as string as Blockhash, lastValidBlockHeight: 1n },
                    m,
                ),
            m => appendTransactionMessageInstruction({ data: SETTLE, programAddress: PROGRAM }, m),
            m => getBase64EncodedWireTransaction(compileTransaction(m)),
        );
        const { meta } = answer();
        expect(parseTransactionEvents({ meta, transaction: [wire, 'base64'] }, DEPLOYMENT)).toEqual([OPENED_EVENT]);
        const asBase58 = base58(new Uint8Array(Buffer.from(wire, 'base64')));
        expect(parseTransactionEvents({ meta, transaction: [asBase58, 'base58'] }, DEPLOYMENT)).toEqual([OPENED_EVENT]);
    });

    it('finds none in a transaction that failed', () => {
        expect(parseTransactionEvents(answer({ err: { InstructionError: [0, { Custom: 1 }] } }), DEPLOYMENT)).toEqual(
            [],
        );
    });

    it.each<[field: string, transaction: unknown]>([
        ['transaction', null],
        ['transaction.meta', { ...answer(), meta: null }],
        ['transaction.meta.err', answer({ err: undefined })],
        ['transaction.meta.innerInstructions', answer({ innerInstructions: null })],
        ['transaction.meta.innerInstructions[0]', answer({ innerInstructions: [5] })],
        [
            'transaction.meta.innerInstructions[0].index',
            answer({ innerInstructions: [{ index: 1, instructions: [] }] }),
        ],
        ['transaction.meta.innerInstructions[0].instructions', answer({ innerInstructions: [{ index: 0 }] })],
        ['transaction.meta.innerInstructions[0].instructions[0].programIdIndex', answer({}, {}, [inner(3, OPENED)])],
        ['transaction.meta.innerInstructions[0].instructions[0].data', answer({}, {}, [{ programIdIndex: 1 }])],
        [
            'transaction.meta.innerInstructions[0].instructions[0].data',
            answer({}, {}, [{ data: '0', programIdIndex: 1 }]),
        ],
        ['transaction.meta.innerInstructions[0].instructions[0].stackHeight', answer({}, {}, [inner(1, OPENED, 65)])],
        ['transaction.meta.loadedAddresses', answer({ loadedAddresses: 1 })],
        [
            'transaction.meta.loadedAddresses.writable[0]',
            answer({ loadedAddresses: { readonly: [], writable: ['x'] } }),
        ],
        ['transaction.transaction', { ...answer(), transaction: 5 }],
        ['transaction.transaction[0]', { ...answer(), transaction: ['AAAA', 'base64'] }],
        ['transaction.transaction[1]', { ...answer(), transaction: ['AAAA', 'base32'] }],
        ['transaction.transaction.message', { ...answer(), transaction: {} }],
        ['transaction.transaction.message.accountKeys[0]', answer({}, { accountKeys: ['x'] })],
        ['transaction.transaction.message.instructions', answer({}, { instructions: 5 })],
    ])('refuses what it can not read, by the place: %s', async (field, transaction) => {
        const refused = () => parseTransactionEvents(transaction as RpcTransaction, DEPLOYMENT);
        await expectRefusal(refused, 'RPC_RESPONSE_INVALID', { field });
    });
});

describe('getLoggedEventCount', () => {
    const call = (program: Address, depth: number, ...lines: string[]) => [
        `Program ${program} invoke [${depth}]`,
        ...lines,
        `Program ${program} success`,
    ];
    it.each<[title: string, logs: string[], count: number | undefined]>([
        ['two', call(PROGRAM, 1, ...call(PROGRAM, 2), ...call(SPL_TOKEN, 2), ...call(PROGRAM, 2)), 2],
        ['none of another program', call(OTHER, 1, ...call(PROGRAM, 2), ...call(OTHER, 2)), 0],
        [
            'none of a transaction that failed',
            [...call(PROGRAM, 1, ...call(PROGRAM, 2)), `Program ${OTHER} invoke [1]`, `Program ${OTHER} failed: x`],
            0,
        ],
        ['nobody knows how many behind a cut', [`Program ${PROGRAM} invoke [1]`, 'Log truncated'], undefined],
        ['none in no logs', [], 0],
    ])('is %s', (_, logs, count) => {
        expect(getLoggedEventCount(logs, DEPLOYMENT)).toBe(count);
    });
});
