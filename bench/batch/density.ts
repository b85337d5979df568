/** How many channels a full transaction holds, in each revision of the program, against what its limits have room for. */

import type { Address, AddressesByLookupTableAddress, TransactionSigner } from '@solana/kit';

import { TOMBSTONE_LOCALNET, EPOCH_LOCALNET, type ChannelState } from '../../src';
import {
    planBatchSettle,
    type BatchItem,
    type BatchMode,
    type BatchPlan,
    planBatchReclaim,
} from '../../src/settlement';
import type { Deployment } from '../../src/revision/deployment';
import type { RevisionName } from '../../src/revision/revision-types';
import { BATCH_NOW, makeBatch, nameToAddress } from '../../test/fixtures/batch';
import type { BenchRow } from '../report';
import { getChannelBound } from './bound';

const CHANNELS = 600;
const MAX_TABLE_LENGTH = 256;
const INSTRUCTIONS_SYSVAR = 'Sysvar1nstructions1111111111111111111111111' as Address;
/** Later than that the rent of every channel can come back. */
const SLOT = 1_000_000n;

/** How a batch can be sent. */
type Way = Readonly<{
    name: string;
    options: Readonly<{
        version: 'legacy' | 0 | 1;
        computeUnitLimit?: boolean;
        lookupTables?: AddressesByLookupTableAddress;
    }>;
}>;

/** Something that is done with every channel of a batch. */
type Deed = Readonly<{ name: string; revision: RevisionName; plan: (way: Way) => Pick<BatchPlan, 'transactions'> }>;

/** Settling and ending channels in both revisions, and reclaiming their rent in the one that has it. */
export function measureDensityByRevision(merchant: TransactionSigner): BenchRow[] {
    const items = makeBatch({ channels: CHANNELS, payee: merchant });
    const settle = (deployment: Deployment, mode: string): Deed => ({
        name: mode,
        plan: ({ options }) =>
            planBatchSettle<RevisionName>(
                items as BatchItem<RevisionName>[],
                { ...options, feePayer: merchant, mode: mode as BatchMode, unixTimestamp: BATCH_NOW },
                deployment,
            ),
        revision: deployment.revision,
    });
    const distributed = items.map(({ channel }) => ({
        ...channel,
        kind: 'distributed',
    })) as unknown as ChannelState<'epoch'>[];
    const deeds: Deed[] = [
        settle(TOMBSTONE_LOCALNET, 'settle'),
        settle(EPOCH_LOCALNET, 'settle'),
        settle(TOMBSTONE_LOCALNET, 'settleAndFinalize'),
        settle(EPOCH_LOCALNET, 'settleAndFinalize'),
        {
            name: 'reclaim',
            plan: ({ options }) =>
                planBatchReclaim(distributed, { ...options, feePayer: merchant, slot: SLOT }, EPOCH_LOCALNET),
            revision: 'epoch',
        },
    ];
    const ways: Way[] = [
        { name: 'legacy', options: { version: 'legacy' } },
        {
            name: 'version 0 with tables and compute budget',
            options: { computeUnitLimit: true, lookupTables: makeTables(items), version: 0 },
        },
        { name: 'version 1', options: { version: 1 } },
    ];
    return deeds.flatMap(({ name, plan, revision }) =>
        ways.map((way): BenchRow => {
            const planned = plan(way);
            const value = Math.max(...planned.transactions.map(({ channels }) => channels.length));
            const baseline = getChannelBound(planned);
            return {
                baseline,
                bench: 'batch',
                case: `${name}, ${way.name}, ${revision}`,
                ratio: value / baseline,
                unit: 'channels',
                value,
            };
        }),
    );
}

/** Tables with every channel, and what all of the transactions name besides. */
function makeTables(items: readonly BatchItem[]): AddressesByLookupTableAddress {
    const shared = [INSTRUCTIONS_SYSVAR, nameToAddress('rent payer')];
    const room = MAX_TABLE_LENGTH - shared.length;
    const tables: Record<Address, Address[]> = {};
    for (let start = 0; start < items.length; start += room) {
        const addresses = items.slice(start, start + room).map(({ channel }) => channel.address);
        tables[nameToAddress(`table ${start}`)] = [...shared, ...addresses];
    }
    return tables as AddressesByLookupTableAddress;
}
