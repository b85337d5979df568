import { createNoopSigner } from '@solana/kit';

import { EPOCH_LOCALNET } from '../../../../src/revision/deployments';
import { getOpenInstructionAsync } from '../../../../src/instructions/open';
import type { Attack } from '../harness';
import { ATTACKER, forge, OPEN_INPUT, OPERATOR, PAYER } from '../stage';

// Attacks that only the epoch revision has: on the open slot, and on who pays the rent.

const CURRENT_SLOT = 350_000_000n;
const DEPLOYMENT = EPOCH_LOCALNET;
const AGREEMENT = { currentSlot: CURRENT_SLOT, rentLamports: 4_711_920n, rentPayer: OPERATOR };

const forgeOpen = async (openSlot: bigint, rentPayer = OPERATOR) =>
    await forge({
        instructions: [
            await getOpenInstructionAsync<'epoch'>(
                { ...OPEN_INPUT, openSlot, rentPayer: createNoopSigner(rentPayer) },
                DEPLOYMENT,
            ),
        ],
    });

export const EPOCH_ATTACKS: readonly Attack[] = [
    {
        agreement: AGREEMENT,
        deployment: DEPLOYMENT,
        forge: () => forgeOpen(CURRENT_SLOT + 1n),
        mismatches: ['OPEN_SLOT_OUT_OF_BOUNDS open.openSlot'],
        stoppedBy: ['openSlot'],
        title: 'a slot in the future, so that the operator signs what can land only later',
    },
    {
        agreement: AGREEMENT,
        deployment: DEPLOYMENT,
        forge: () => forgeOpen(CURRENT_SLOT - 1_351n),
        mismatches: ['OPEN_SLOT_OUT_OF_BOUNDS open.openSlot'],
        stoppedBy: ['openSlot'],
        title: 'a slot so old that the transaction may fail at the expense of the operator',
    },
    {
        agreement: { ...AGREEMENT, openSlot: CURRENT_SLOT - 5n },
        deployment: DEPLOYMENT,
        forge: () => forgeOpen(CURRENT_SLOT - 4n),
        mismatches: ['OPEN_SLOT_OUT_OF_BOUNDS open.openSlot'],
        stoppedBy: ['openSlot'],
        title: 'another slot than the agreed one',
    },
    {
        agreement: { ...AGREEMENT, rentPayer: PAYER },
        deployment: DEPLOYMENT,
        forge: () => forgeOpen(CURRENT_SLOT),
        mismatches: ['ACCOUNT_MISMATCH instructions[0].accounts[1]', 'OPERATOR_EXPOSED instructions[0].accounts[1]'],
        overlap: 'the operator in the place of the payer is another account, and exposes the operator',
        stoppedBy: ['accountAddresses', 'operatorAccounts'],
        title: 'the operator as the rent payer, who agreed to the fee alone',
    },
    {
        agreement: AGREEMENT,
        deployment: DEPLOYMENT,
        forge: () => forgeOpen(CURRENT_SLOT, PAYER),
        mismatches: ['ACCOUNT_MISMATCH instructions[0].accounts[1]'],
        stoppedBy: ['accountAddresses'],
        title: 'the payer as the rent payer, to whom the rent would go back',
    },
    {
        agreement: AGREEMENT,
        deployment: DEPLOYMENT,
        forge: () => forgeOpen(CURRENT_SLOT, ATTACKER),
        mismatches: ['ACCOUNT_MISMATCH instructions[0].accounts[1]', 'SIGNER_UNEXPECTED accounts[1]'],
        overlap: 'a rent payer that was not agreed is a signer that was not agreed',
        stoppedBy: ['accountAddresses', 'unexpectedSigners'],
        title: 'a rent payer that nobody knows',
    },
];
