import { STORE_NOT_DURABLE } from '../core/error-definitions';
import { PaymentChannelsError } from '../core/errors';
import { readMembers, readOnlyMembers, toBoolean, toOneOf } from '../core/input';
import { DURABILITIES, type ChannelStore, type Durability } from './store';

/** What a server or a worker asks of its store. */
export type DurabilityRequirement = Readonly<{
    /** `several` where more than one process takes vouchers or settles: only a `shared` store is for that. `one` by default. */
    replicas?: 'one' | 'several' | undefined;
    /** Takes a store that forgets everything with the process: for tests, and for trying things out. */
    allowEphemeral?: boolean | undefined;
}>;

/**
 * Refuses a store that would lose vouchers, or that the replicas of a service would not share. There is no default and no
 * fallback: whoever wants a store in memory says so, by name.
 *
 * @throws `STORE_NOT_DURABLE` with what the store is and what was needed; `INPUT_INVALID` by field, also for a name that is
 * misspelt.
 *
 * @example
 * ```ts
 * assertIsDurable(store, { replicas: 'one' });
 * ```
 */
export function assertIsDurable(
    store: Pick<ChannelStore, 'durability'>,
    requirement: DurabilityRequirement = {},
): void {
    const durability = toOneOf(
        'store.durability',
        readMembers('store', store, ['durability']).durability,
        DURABILITIES,
    );
    const given = readOnlyMembers('requirement', requirement, { allowEphemeral: true, replicas: true });
    const allowsEphemeral = toBoolean('requirement.allowEphemeral', given.allowEphemeral ?? false);
    const replicas = toOneOf('requirement.replicas', given.replicas ?? 'one', ['one', 'several']);
    const enough: readonly Durability[] = [
        'shared',
        ...(replicas === 'one' ? (['machine'] as const) : []),
        ...(replicas === 'one' && allowsEphemeral ? (['process'] as const) : []),
    ];
    if (enough.includes(durability)) return;
    throw new PaymentChannelsError(STORE_NOT_DURABLE, { durability, enough });
}
