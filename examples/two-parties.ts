// The payer signs, the operator pays the fee: `npx tsx examples/two-parties.ts`. The two halves would run on two
// machines; what goes from one to the other is a string.

import {
    assembleOpenTransaction,
    cosignTransaction,
    inspectOpenTransaction,
    MAINNET_DEPLOYMENT,
    type OpenAgreement,
} from 'solana-payment-channels';
import { createSimulator, createSimulatorRpc } from 'solana-payment-channels/testing';

const simulator = await createSimulator({ deployment: MAINNET_DEPLOYMENT });
// On a cluster: createSolanaRpc(url).
const rpc = createSimulatorRpc(simulator);

const payer = await simulator.createFundedSigner({ lamports: 10_000_000n });
const operator = await simulator.createFundedSigner();
const merchant = (await simulator.createSigner()).address;
const mint = await simulator.createMint();
await simulator.mintTokens({ amount: 5_000n, mint, owner: payer.address });

// The operator says what it would sign, and gives out a blockhash.
const { value: blockhash } = await rpc.getLatestBlockhash().send();
const openSlot = await rpc.getSlot().send();
const agreement: OpenAgreement<'epoch'> = {
    authorizedSigner: payer.address,
    blockhashes: [blockhash],
    currentSlot: openSlot,
    deposit: { max: 10_000n, min: 1_000n },
    gracePeriodSeconds: { min: 3_600 },
    maxFeeLamports: 10_000n,
    memos: { required: ['order 42'] },
    mint,
    operator: operator.address,
    payee: merchant,
    payer: payer.address,
    salt: 42n,
    splits: [],
};

// The payer builds the transaction, signs its part and sends it as text.
const { wire } = await assembleOpenTransaction(
    {
        blockhash,
        deposit: 2_000n,
        gracePeriodSeconds: 3_600,
        memo: 'order 42',
        mint,
        openSlot,
        operator: operator.address,
        payee: merchant,
        payer,
        salt: 42n,
        splits: [],
    },
    MAINNET_DEPLOYMENT,
);

// The operator trusts nothing in it: everything is derived again and compared.
const inspection = await inspectOpenTransaction(wire, agreement, MAINNET_DEPLOYMENT);
if (!inspection.isAccepted) throw new Error(JSON.stringify(inspection.mismatches));
const { channel, deposit, maxOperatorCostLamports } = inspection.inspected;
console.log(`channel ${channel}, deposit ${deposit}, at most ${maxOperatorCostLamports} lamports for the operator`);
const result = simulator.sendTransaction(await cosignTransaction(inspection.inspected, operator, MAINNET_DEPLOYMENT));
console.log(result.ok ? `opened, ${result.feeLamports} lamports` : result.failure.message);

// Had the payer sent the merchant's money to itself, the operator would have seen it.
const thief = await assembleOpenTransaction(
    {
        blockhash,
        deposit: 2_000n,
        gracePeriodSeconds: 3_600,
        memo: 'order 42',
        mint,
        openSlot,
        operator: operator.address,
        payee: merchant,
        payer,
        salt: 42n,
        splits: [{ bps: 9_999, recipient: payer.address }],
    },
    MAINNET_DEPLOYMENT,
);
const refused = await inspectOpenTransaction(thief.wire, agreement, MAINNET_DEPLOYMENT);
console.log(refused.isAccepted ? 'accepted' : refused.mismatches.map(({ code, path }) => `${code} at ${path}`));
