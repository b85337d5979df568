import { isOffCurveAddress, type TransactionSigner } from '@solana/kit';

import type { AddressOrSigner, TokenInput } from '../channel/find-pdas';
import {
    findChannelPdaSync,
    findEscrowPdaSync,
    findEventAuthorityPdaSync,
    findTokenPdaSync,
} from '../channel/find-pdas-sync';
import { toSplits, type Split } from '../channel/splits';
import { getProgramConfig, getPart, type DeploymentParts } from '../revision/deployment';
import { ADDRESS_OFF_CURVE, PAYER_IS_PAYEE, SPLITS_RECIPIENT_IS_CHANNEL } from '../core/error-definitions';
import { PaymentChannelsError } from '../core/errors';
import { readTerms, toAddress, toSigner, toTokenProgram, toU32, toU64 } from '../core/input';
import type { RevisionName, RevisionTypes } from '../revision/revision-types';
import type { DistributeParts } from './distribute';
import { assertAreDistributable, type DistributionMethod } from './distribute-limit';
import type { DistributionAddressesInput } from '../channel/distribution-addresses';

/** What building `open` needs of a deployment: the splits are checked against what `distribute` will take. */
export type OpenParts<TRevision extends RevisionName = RevisionName> = DeploymentParts<'open', TRevision> &
    DistributeParts<TRevision>;

/** Input of {@link getOpenInstructionAsync}. */
export type OpenInput<TRevision extends RevisionName = RevisionName> = TokenInput &
    RevisionTypes[TRevision]['openInput'] &
    Readonly<{
        /** Wallet that locks the deposit and, where there is no rent payer, pays all rent. */
        payer: TransactionSigner;
        /** Wallet that is paid by vouchers; not the payer. */
        payee: AddressOrSigner;
        /** Ed25519 key that signs the vouchers; the payer by default. */
        authorizedSigner?: AddressOrSigner | undefined;
        /**
         * Number that distinguishes channels with the same four parties (u64). That of a closed channel can't be used again.
         */
        salt: bigint | number;
        /** Amount to lock, in base units of the token (u64), at least 1. */
        deposit: bigint | number;
        /** Seconds between requestClose and finalize in which the payee can still settle (u32), at least 1. */
        gracePeriodSeconds: bigint | number;
        /** Recipients and their shares, fixed for the life of the channel; the payee gets the rest of 10,000 bps. */
        splits: readonly Split[];
        /**
         * How the channel will be distributed; by default in a plain version 0 transaction, which has room for 11
         * recipients (10 on mainnet). Splits that need more room are refused unless this says how they get it: they
         * can't be changed once the channel is open, and splits that can't be distributed lock the deposit.
         */
        distribution?: DistributionMethod | undefined;
    }>;

const NAMES = [
    'authorizedSigner',
    'deposit',
    'distribution',
    'gracePeriodSeconds',
    'mint',
    'payee',
    'payer',
    'salt',
    'splits',
    'tokenProgram',
] as const;
const OPTIONAL = ['authorizedSigner', 'distribution', 'tokenProgram'] as const;

/**
 * Opens a channel: creates its account and its escrow and moves the deposit into the escrow (docs/program.md, section
 * 7.1).
 *
 * Derives the channel, the escrow and the payer's token account. The channel's address is that of
 * `findChannelPda` for the same input.
 *
 * @throws By field: `SIGNER_INVALID`, `ADDRESS_INVALID`, `ADDRESS_OFF_CURVE`, `TOKEN_PROGRAM_UNSUPPORTED`,
 * `INTEGER_NOT_EXACT`, `INTEGER_OUT_OF_RANGE`; `PAYER_IS_PAYEE`; `SPLITS_RECIPIENT_IS_CHANNEL` and the other errors of
 * {@link toSplits}; `OPEN_SLOT_OUT_OF_WINDOW` for an open slot that can't land at the current slot, if that is given;
 * `SPLITS_NOT_DISTRIBUTABLE` and the other errors of {@link assertIsDistributable}.
 *
 * @example
 * ```ts
 * const open = await getOpenInstructionAsync(
 *     { deposit: 1_000_000n, gracePeriodSeconds: 3_600, mint, openSlot, payee, payer, salt: 1n, splits: [] },
 *     MAINNET_DEPLOYMENT,
 * );
 * ```
 */
export async function getOpenInstructionAsync<TRevision extends RevisionName>(
    terms: OpenInput<TRevision>,
    deployment: OpenParts<TRevision>,
): Promise<RevisionTypes[TRevision]['openInstruction']> {
    const input = readTerms('input', terms as OpenInput, NAMES, OPTIONAL);
    const payer = toSigner('payer', input.payer);
    const payee = toAddress('payee', input.payee);
    if (payer.address === payee) throw new PaymentChannelsError(PAYER_IS_PAYEE, { address: payee });
    // Only a field that is left out has a default: null would silently let another key sign.
    const { authorizedSigner: authorizedSignerInput = payer.address } = input;
    const authorizedSigner = toAddress('authorizedSigner', authorizedSignerInput);
    if (isOffCurveAddress(authorizedSigner)) {
        throw new PaymentChannelsError(ADDRESS_OFF_CURVE, { address: authorizedSigner, field: 'authorizedSigner' });
    }
    const mint = toAddress('mint', input.mint);
    const tokenProgram = toTokenProgram('tokenProgram', input.tokenProgram);
    const salt = toU64('salt', input.salt);
    const deposit = toU64('deposit', input.deposit, 1n);
    const gracePeriod = toU32('gracePeriodSeconds', input.gracePeriodSeconds, 1n);
    const recipients = toSplits(input.splits, deployment);

    const { build, toFields } = getPart(deployment, 'open');
    const extra = toFields(terms, payer);

    const parties = { authorizedSigner, mint, payee, payer: payer.address };
    const [channel] = findChannelPdaSync<RevisionName>({ ...parties, ...extra, salt }, deployment);
    const index = recipients.findIndex(({ recipient }) => recipient === channel);
    if (index >= 0) {
        throw new PaymentChannelsError(SPLITS_RECIPIENT_IS_CHANNEL, { channel, field: `splits[${index}].recipient` });
    }
    const token = { mint, tokenProgram };
    assertAreDistributable<TRevision>(
        {
            ...token,
            channel,
            payee,
            payer: payer.address,
            rentPayer: extra.rentPayer?.address,
            splits: recipients,
        } as DistributionAddressesInput,
        deployment,
        input.distribution,
    );
    const [channelTokenAccount] = findEscrowPdaSync({ ...token, channel });
    const [payerTokenAccount] = findTokenPdaSync({ ...token, owner: payer.address });
    const [eventAuthority] = findEventAuthorityPdaSync(deployment);
    const instruction = build(
        {
            ...token,
            ...extra,
            authorizedSigner,
            channel,
            channelTokenAccount,
            deposit,
            eventAuthority,
            gracePeriod,
            payee,
            payer,
            payerTokenAccount,
            recipients,
            salt,
        },
        getProgramConfig(deployment),
    );
    return instruction as RevisionTypes[TRevision]['openInstruction'];
}
