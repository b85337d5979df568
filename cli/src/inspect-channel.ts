import { createSolanaRpc, isAddress } from '@solana/kit';
import {
    decodeChannelData,
    fetchChannelState,
    getChannelFigures,
    type ChannelData,
    type ChannelState,
} from 'solana-payment-channels';

import { toRpcUrl } from './rpc-url';
import { UsageError } from './io';
import type { Form } from './inspect-input';
import {
    IncompleteError,
    readForFirst,
    toFields,
    toTime,
    type Context,
    type Kind,
    type Reading,
} from './inspect-reading';

const TITLES: Readonly<Record<string, string>> = {
    absent: 'No channel: there is no account at the address',
    closed: 'The tombstone of a closed channel: its address can never be opened again (docs/program.md, section 3.2)',
    closing: 'A channel that its payer has begun to close',
    distributed: 'A channel that is paid out, with the rent left in its account',
    finalized: 'A channel that is finalized: only the payouts are left',
    open: 'An open channel',
};

/** The data of an account. */
export const CHANNEL: Kind = {
    description: "the data of a channel's account, or the one byte that a closed channel leaves",
    name: 'channel',
    read: async ({ bytes }: Form & { as: 'bytes' }, { deployments }: Context) => {
        const read = await readForFirst(deployments, deployment => decodeChannelData(bytes, deployment));
        const notes = [
            'The address follows from the fields; nothing proves that there is such an account (--rpc reads it).',
        ];
        return { ...read, ...toReading(read.value), notes: read.value.kind === 'closed' ? [] : notes };
    },
    takes: 'bytes',
};

/** The address of a channel, of a cluster that is asked. */
export const ADDRESS: Kind = {
    description: 'the address of a channel, which --rpc reads',
    name: 'address',
    read: async ({ text }: Form & { as: 'text' }, { deployments, rpcUrl }: Context) => {
        if (!isAddress(text)) throw new UsageError('it is not an address of 32 bytes in base58');
        if (rpcUrl === undefined) {
            throw new IncompleteError(`${text} is an address: --rpc URL reads what is there`);
        }
        const rpc = createSolanaRpc(toRpcUrl(rpcUrl));
        const read = await readForFirst(deployments, deployment => fetchChannelState(rpc, text, deployment));
        const { slot, ...state } = read.value;
        const otherRevisions = state.kind === 'absent' ? [] : read.otherRevisions;
        return {
            ...read,
            ...toReading(state),
            notes: [`Read at slot ${slot}.`],
            otherRevisions,
            value: { ...toReading(state).value, slot },
        };
    },
    takes: 'text',
};

function toReading(state: ChannelData | ChannelState): Pick<Reading, 'isGood' | 'tables' | 'title' | 'value'> {
    const { kind } = state;
    const title = TITLES[kind]!;
    if (kind === 'absent' || kind === 'closed') {
        const tables = state.address === undefined ? [] : [toFields({ address: state.address })];
        return { isGood: true, tables, title, value: state };
    }
    const { address, channel } = state;
    const figures = getChannelFigures(state);
    const { closureStartedAt, discriminator: _, payerWithdrawnAt, settlement, status, version, ...fields } = channel;
    return {
        isGood: true,
        tables: [
            toFields({
                address,
                status: `${kind} (${status})`,
                version,
                ...('deadlineAt' in state && state.deadlineAt !== undefined
                    ? { deadlineAt: toTime(state.deadlineAt) }
                    : {}),
                ...('reclaimableFromSlot' in state ? { reclaimableFromSlot: state.reclaimableFromSlot } : {}),
                ...fields,
                settled: settlement.settled,
                payoutWatermark: settlement.payoutWatermark,
                closureStartedAt: toTime(closureStartedAt),
                payerWithdrawnAt: toTime(payerWithdrawnAt),
            }),
            toFields(
                { spendable: figures.spendable, undistributed: figures.undistributed, refundable: figures.refundable },
                'What follows, in base units of the token',
            ),
        ],
        title,
        value: { ...state, figures },
    };
}
