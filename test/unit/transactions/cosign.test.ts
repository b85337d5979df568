import type { Address } from '@solana/kit';
import { afterEach, describe, expect, it, vi } from 'vitest';

import {
    assembleOpenTransaction,
    assembleTopUpTransaction,
    cosignTransaction,
    inspectOpenTransaction,
    inspectTopUpTransaction,
    type InspectedOpen,
    type InspectedTransaction,
    type TransactionCosigner,
} from '../../../src';
import { addressOf, MINT, SPL_TOKEN } from '../../fixtures/parties';
import { expectRefusal } from '../../fixtures/refusals';
import { OTHER_REVISION, REVISION } from '../../fixtures/revision';
import { CHANNEL } from '../../fixtures/vectors';
import {
    ATTACKER_KEY,
    BLOCKHASH,
    OPEN_AGREEMENT,
    OPEN_INPUT,
    OPERATOR,
    OPERATOR_KEY,
    PAYER,
    PAYER_KEY,
    TOP_UP_AGREEMENT,
} from '../inspect/stage';
import { DEPLOYMENT, OPENED } from '../../fixtures/deployment';

// The operator's key signs what an inspection accepted, and nothing that only looks like it.

const INPUT = { ...OPEN_INPUT, blockhash: BLOCKHASH, operator: OPERATOR, payer: PAYER_KEY };

const inspectOpen = async (): Promise<InspectedOpen> => {
    const { wire } = await assembleOpenTransaction({ ...OPENED, ...INPUT }, DEPLOYMENT);
    const inspection = await inspectOpenTransaction(wire, OPEN_AGREEMENT, DEPLOYMENT);
    if (!inspection.isAccepted) throw new Error('not accepted');
    return inspection.inspected;
};
const inspectTopUp = async () => {
    const token = { mint: MINT, tokenProgram: SPL_TOKEN };
    const input = { ...token, amount: 1_000_000n, blockhash: BLOCKHASH, channel: CHANNEL };
    const { wire } = await assembleTopUpTransaction({ ...input, operator: OPERATOR, payer: PAYER_KEY }, DEPLOYMENT);
    const inspection = await inspectTopUpTransaction(wire, TOP_UP_AGREEMENT, DEPLOYMENT);
    if (!inspection.isAccepted) throw new Error('not accepted');
    return inspection.inspected;
};
const withRefused = async (): Promise<unknown> => {
    const { transaction, wire } = await assembleOpenTransaction({ ...OPENED, ...INPUT }, DEPLOYMENT);
    const inspection = await inspectOpenTransaction(wire, { ...OPEN_AGREEMENT, maxFeeLamports: 1n }, DEPLOYMENT);
    return { ...inspection, operator: OPERATOR, transaction };
};

/** The operator's signer, and whether it was asked. */
const createWitness = () => {
    const witness = {
        address: OPERATOR,
        isAsked: false,
        signTransactions: (...args: Parameters<typeof OPERATOR_KEY.signTransactions>) => {
            witness.isAsked = true;
            return OPERATOR_KEY.signTransactions(...args);
        },
    };
    return witness;
};

it('what an inspection returned is signed, as often as it is asked for', async () => {
    for (const inspected of [await inspectOpen(), await inspectTopUp()]) {
        const cosigned = await cosignTransaction(inspected, OPERATOR_KEY, DEPLOYMENT);
        expect(cosigned.messageBytes).toEqual(inspected.transaction.messageBytes);
        expect(await cosignTransaction(inspected, OPERATOR_KEY, DEPLOYMENT)).toEqual(cosigned);
    }
});

describe('an engine that breaks down', () => {
    const { subtle } = crypto;
    const real = { importKey: subtle.importKey.bind(subtle), verify: subtle.verify.bind(subtle) };
    afterEach(() => {
        vi.unstubAllGlobals();
    });

    it.each(['importKey', 'verify'] as const)('in %s says nothing of a signature', async name => {
        const inspected = await inspectOpen();
        const { wire } = await assembleOpenTransaction({ ...OPENED, ...INPUT }, DEPLOYMENT);
        const broken = { ...real, [name]: () => Promise.reject(new Error('out of memory')) };
        vi.stubGlobal('crypto', { subtle: broken });
        await expectRefusal(() => cosignTransaction(inspected, OPERATOR_KEY, DEPLOYMENT), 'VERIFIER_FAILED');
        await expectRefusal(() => inspectOpenTransaction(wire, OPEN_AGREEMENT, DEPLOYMENT), 'VERIFIER_FAILED');
        vi.unstubAllGlobals();
        expect(await inspectOpenTransaction(wire, OPEN_AGREEMENT, DEPLOYMENT)).toMatchObject({ isAccepted: true });
    });
});

describe('nothing else is', () => {
    type Make = () => Promise<unknown>;
    it.each<[string, Make]>([
        ['a copy by spreading', async () => ({ ...(await inspectOpen()) })],
        ['a copy by Object.assign', async () => Object.assign({}, await inspectOpen())],
        ['a copy by structuredClone', async () => structuredClone(await inspectOpen())],
        ['an object that inherits from it', async () => Object.create(await inspectOpen()) as unknown],
        ['a proxy of it', async () => new Proxy(await inspectOpen(), {})],
        ['a spread top-up', async () => ({ ...(await inspectTopUp()) })],
        [
            'what was assembled',
            async () => ({
                operator: OPERATOR,
                ...(await assembleOpenTransaction({ ...OPENED, ...INPUT }, DEPLOYMENT)),
            }),
        ],
        ['what was refused', withRefused],
        [
            'the fields of one with the transaction of another',
            async () => ({ ...(await inspectOpen()), transaction: (await inspectTopUp()).transaction }),
        ],
    ])('%s', async (_, make) => {
        const witness = createWitness();
        const inspected = (await make()) as InspectedTransaction;
        await expectRefusal(() => cosignTransaction(inspected, witness, DEPLOYMENT), 'TRANSACTION_NOT_INSPECTED');
        expect(witness.isAsked).toBe(false);
    });

    it('the inspection itself in the place of what it inspected', async () => {
        const { wire } = await assembleOpenTransaction({ ...OPENED, ...INPUT }, DEPLOYMENT);
        const inspection = (await inspectOpenTransaction(
            wire,
            OPEN_AGREEMENT,
            DEPLOYMENT,
        )) as unknown as InspectedTransaction;
        await expectRefusal(() => cosignTransaction(inspection, OPERATOR_KEY, DEPLOYMENT), 'SIGNER_INVALID');
    });

    it.each<[string, (transaction: InspectedTransaction['transaction']) => void]>([
        ['a signature', ({ signatures }) => (signatures[PAYER] as unknown as Uint8Array).fill(7)],
        ['the message', ({ messageBytes }) => ((messageBytes as unknown as Uint8Array)[messageBytes.length - 1]! ^= 1)],
    ])('what was inspected, with %s changed since', async (_, change) => {
        const inspected = await inspectOpen();
        change(inspected.transaction);
        const witness = createWitness();
        await expect(cosignTransaction(inspected, witness, DEPLOYMENT)).rejects.toMatchObject({
            name: 'PaymentChannelsError',
        });
        expect(witness.isAsked).toBe(false);
    });

    it('what was inspected, with the message changed and signed again since', async () => {
        const inspected = await inspectOpen();
        const { messageBytes, signatures } = inspected.transaction as unknown as {
            messageBytes: Uint8Array;
            signatures: Record<Address, Uint8Array>;
        };
        // Another amount, well signed by the payer: only what was remembered tells.
        const other = await assembleOpenTransaction({ ...OPENED, ...INPUT, deposit: 1_999_999n }, DEPLOYMENT);
        messageBytes.set(other.transaction.messageBytes);
        signatures[PAYER]!.set(other.transaction.signatures[PAYER]!);
        const witness = createWitness();
        await expectRefusal(() => cosignTransaction(inspected, witness, DEPLOYMENT), 'TRANSACTION_NOT_INSPECTED');
        expect(witness.isAsked).toBe(false);
    });

    it('what a signer changes in its place while it signs', async () => {
        const signer: TransactionCosigner = {
            address: OPERATOR,
            signTransactions: async transactions => {
                const other = await assembleOpenTransaction({ ...OPENED, ...INPUT, deposit: 1_999_999n }, DEPLOYMENT);
                for (const { messageBytes, signatures } of transactions) {
                    (messageBytes as unknown as Uint8Array).set(other.transaction.messageBytes);
                    (signatures[PAYER] as unknown as Uint8Array).set(other.transaction.signatures[PAYER]!);
                }
                return await OPERATOR_KEY.signTransactions(transactions);
            },
        };
        const inspected = await inspectOpen();
        await expectRefusal(() => cosignTransaction(inspected, signer, DEPLOYMENT), 'TRANSACTION_MESSAGE_CHANGED');
    });

    it('an inspection for another operator', async () => {
        await expectRefusal(
            async () => cosignTransaction(await inspectOpen(), ATTACKER_KEY, DEPLOYMENT),
            'SIGNER_INVALID',
            {
                field: 'operator',
            },
        );
    });

    it('an inspection for another deployment than the one that is asked for', async () => {
        const inspected = await inspectOpen();
        await expectRefusal(
            () => cosignTransaction(inspected, OPERATOR_KEY, { ...DEPLOYMENT, programAddress: addressOf(0x77) }),
            'DEPLOYMENT_MISMATCH',
            { field: 'deployment.programAddress' },
        );
        const other = OTHER_REVISION.name;
        await expectRefusal(
            () => cosignTransaction(inspected, OPERATOR_KEY, { ...DEPLOYMENT, revision: other }),
            'REVISION_MISMATCH',
            { expected: REVISION },
        );
    });

    it.each([undefined, null, 7, 'inspected', [], new Map(), Proxy.revocable({}, {})].map(value => [value] as const))(
        'a value like %s',
        async value => {
            await expect(cosignTransaction(value as never, OPERATOR_KEY, DEPLOYMENT)).rejects.toMatchObject({
                name: 'PaymentChannelsError',
            });
        },
    );
});
