import {
    createNoopSigner,
    isSignerRole,
    type AccountMeta,
    type Address,
    type Instruction,
    type SignatureBytes,
} from '@solana/kit';

import { decodeAddress } from '../../core/address-bytes';
import { findFieldRange } from '../../core/field-range';
import type { Deployment } from '../../revision/deployment';
import { toAddressBytes, U64_MAX } from '../../core/input';
import { getFinalizeInstruction } from '../../instructions/finalize';
import { getSettleInstructions } from '../../instructions/settle';
import { getSettleAndFinalizeInstructions } from '../../instructions/settle-and-finalize';
import { SIGNATURE_LENGTH, type SignedVoucher } from '../../voucher/voucher';
import type { Party } from '../../runtime/party';

// Kit's encoders take tens of microseconds for an instruction, most of it for base58. Of thousands of instructions that
// differ in a few fields, the builders therefore make one, and the others are copies of it with those fields replaced.
// Where the fields are, the builders tell as well: where bytes and accounts differ between two instructions.

/** Builds what the builders of these names do, in the time that copying takes. The input is checked already. */
export type SettleTemplates = Readonly<{
    settle: (signed: SignedVoucher) => readonly Instruction[];
    settleAndFinalize: (signed: SignedVoucher, payee: Party) => readonly Instruction[];
    finalizeByPayee: (channel: Address, payee: Party) => readonly Instruction[];
    finalize: (channel: Address) => readonly Instruction[];
}>;

// Two addresses without a common byte. The channel of the samples is the first, and their payee the second.
const BLANK = '11111111111111111111111111111111' as Address;
const getFull = () => decodeAddress(new Uint8Array(32).fill(0xff));
const getSample = (fields: Partial<SignedVoucher['voucher']> = {}, signer = BLANK, signatureByte = 0) => ({
    signature: new Uint8Array(SIGNATURE_LENGTH).fill(signatureByte) as SignatureBytes,
    signer,
    voucher: { channelId: BLANK, cumulativeAmount: 0n, expiresAt: 0n, ...fields },
});

export function createSettleTemplates(deployment: Deployment): SettleTemplates {
    const full = getFull();
    const payee = createNoopSigner(full);
    const settle = createPairTemplate(voucher => getSettleInstructions({ voucher }, deployment));
    const settleAndFinalize = createPairTemplate(voucher =>
        getSettleAndFinalizeInstructions({ channel: voucher.voucher.channelId, payee, voucher }, deployment),
    );
    const finalize = createAccountsTemplate(getFinalizeInstruction({ channel: BLANK }, deployment), [BLANK]);
    const byPayee = (channel: Address) => getSettleAndFinalizeInstructions({ channel, payee }, deployment)[0];
    const finalizeByPayee = createAccountsTemplate(byPayee(BLANK), [BLANK, full]);
    const channelOffset = findFieldRange(byPayee(BLANK).data, byPayee(full).data)?.[0];
    return {
        finalize: channel => [finalize([{ address: channel }])],
        finalizeByPayee: (channel, party) => {
            const instruction = finalizeByPayee([{ address: channel }, party]);
            if (channelOffset === undefined) return [instruction];
            const data = new Uint8Array(instruction.data!);
            data.set(toAddressBytes('channel', channel), channelOffset);
            return [Object.freeze({ ...instruction, data })];
        },
        settle: signed => settle(signed, [{ address: signed.voucher.channelId }]),
        settleAndFinalize: (signed, party) => settleAndFinalize(signed, [{ address: signed.voucher.channelId }, party]),
    };
}

/** A precompile instruction and the one behind it, by a voucher and the accounts for the sample's channel and payee. */
function createPairTemplate(build: (sample: SignedVoucher) => readonly [Instruction, Instruction]) {
    const full = getFull();
    const base = build(getSample());
    const find = (index: 0 | 1, other: SignedVoucher) =>
        findFieldRange(base[index].data!, build(other)[index].data!)?.[0];
    const other = getSample({ channelId: full });
    const offsets = {
        message: [find(0, other)!, find(1, other)],
        signature: find(0, getSample({}, BLANK, 0xff))!,
        signer: find(0, getSample({}, full))!,
    } as const;
    const amountOffset = find(0, getSample({ cumulativeAmount: U64_MAX }))!;
    const expiryOffset = find(0, getSample({ expiresAt: -1n }))!;
    // From the channel on; where the instruction has no voucher in its data, there is nothing to copy.
    const messageEnd = expiryOffset + BigInt64Array.BYTES_PER_ELEMENT;
    const withAccounts = createAccountsTemplate(base[1], [BLANK, full]);

    return ({ signature, signer, voucher }: SignedVoucher, accounts: readonly TemplateAccount[]) => {
        const verifyData = new Uint8Array(base[0].data!);
        verifyData.set(toAddressBytes('signer', signer), offsets.signer);
        verifyData.set(signature, offsets.signature);
        verifyData.set(toAddressBytes('voucher.channelId', voucher.channelId), offsets.message[0]);
        const view = new DataView(verifyData.buffer);
        view.setBigUint64(amountOffset, voucher.cumulativeAmount, true);
        view.setBigInt64(expiryOffset, voucher.expiresAt, true);
        const verify = Object.freeze({ data: verifyData, programAddress: base[0].programAddress });
        const instruction = withAccounts(accounts);
        if (offsets.message[1] === undefined) return [verify, instruction] as const;
        const data = new Uint8Array(base[1].data!);
        data.set(verifyData.subarray(offsets.message[0], messageEnd), offsets.message[1]);
        return [verify, Object.freeze({ ...instruction, data })] as const;
    };
}

/** An account in the place of a placeholder; the role is the template's. */
export type TemplateAccount = Readonly<{ address: Address; signer?: Party['signer'] }>;

/** An instruction whose placeholders are replaced by other accounts, in their order. */
export function createAccountsTemplate(instruction: Instruction, placeholders: readonly Address[]) {
    const { accounts: metas = [], data, programAddress } = instruction;
    const template = metas.map(({ address, role }): AccountMeta => Object.freeze({ address, role }));
    const places = template.map(({ address }) => placeholders.indexOf(address));
    return (accounts: readonly TemplateAccount[]) =>
        Object.freeze({
            accounts: template.map((meta, index): AccountMeta => {
                const account = accounts[places[index]!];
                if (account === undefined) return meta;
                const { address, signer } = account;
                const { role } = meta;
                return signer !== undefined && isSignerRole(role)
                    ? ({ address, role, signer } as AccountMeta)
                    : { address, role };
            }),
            data,
            programAddress,
        });
}
