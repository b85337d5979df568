import {
    decodeVoucher,
    parseSignedVoucherJson,
    toSignedVoucherJson,
    toVoucherJson,
    verifyVoucher,
    type Voucher,
} from 'solana-payment-channels';

import type { Form } from './inspect-input';
import { readForFirst, toFields, toTime, type Context, type Kind } from './inspect-reading';

const toShown = ({ channelId, cumulativeAmount, expiresAt }: Voucher) => ({
    channelId,
    cumulativeAmount,
    expiresAt: expiresAt === 0n ? '0 (never)' : toTime(expiresAt),
});

/** The JSON of a signed voucher. */
export const VOUCHER: Kind = {
    description: 'a signed voucher in JSON: says whether the signature is good',
    name: 'voucher',
    read: async ({ text }: Form & { as: 'text' }, { deployments }: Context) => {
        const signed = parseSignedVoucherJson(text);
        // The JSON is the same for all revisions; the bytes that are signed are not, so that the signature tells.
        const verdicts = await Promise.all(
            deployments.map(deployment => verifyVoucher(signed, signed.signer, deployment)),
        );
        const found = deployments.find((_, index) => verdicts[index]);
        const revisions = deployments.map(({ revision }) => revision).join(' or ');
        const verdict = found === undefined ? `not good for ${revisions}` : `good for ${found.revision}`;
        return {
            deployment: found,
            isGood: found !== undefined,
            notes: [
                found === undefined
                    ? 'Nobody can settle it: another key signed, or something else was signed.'
                    : 'Whether the signer is the one that the channel has is in its account.',
            ],
            tables: [toFields({ ...toShown(signed.voucher), signature: verdict, signer: signed.signer })],
            title: 'A signed voucher',
            value: { isSignatureValid: found !== undefined, signedVoucher: toSignedVoucherJson(signed) },
        };
    },
    takes: 'text',
};

/** What is signed as a voucher. */
export const VOUCHER_BYTES: Kind = {
    description: 'the bytes of a voucher, which are what is signed',
    isToldByLength: true,
    name: 'voucher-bytes',
    read: async ({ bytes }: Form & { as: 'bytes' }, { deployments }: Context) => {
        const read = await readForFirst(deployments, deployment => decodeVoucher(bytes, deployment));
        return {
            ...read,
            isGood: true,
            tables: [toFields(toShown(read.value))],
            title: `A voucher, ${bytes.length} bytes (docs/program.md, section 3.4)`,
            value: { voucher: toVoucherJson(read.value) },
        };
    },
    takes: 'bytes',
};
