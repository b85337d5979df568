import type { Rpc } from '@solana/kit';

import { assertHasMethods, assertIsInput, readMembers } from '../../core/input';
import { readSafely } from '../../core/read-safely';
import type { Cluster } from '../cluster';
import type { RevisionName } from '../../revision/revision-types';
import type { Simulator } from '../simulator';
import { Faults } from './faults';

/**
 * Faults for one connection among several: pass them to `createSimulatorRpc`, or to {@link withFaults}. Nothing goes wrong
 * before something is injected.
 *
 * @throws `INPUT_INVALID` for anything but a simulator.
 *
 * @example
 * ```ts
 * const faults = createFaults(simulator);
 * faults.inject({ fault: 'lagReads', slots: 3 });
 * const laggingNode = createSimulatorRpc(simulator, { faults });
 * ```
 */
export function createFaults(simulator: Simulator): Faults {
    assertIsInput('simulator', simulator);
    const { cluster } = readMembers('simulator', simulator, ['cluster']);
    assertHasMethods('simulator.cluster', cluster, ['mark', 'restore']);
    return new Faults(cluster as Cluster<RevisionName>);
}

/**
 * An RPC of kit whose requests go wrong by faults, wherever they go: one to a simulator that is served in another process,
 * for example.
 *
 * @throws `INPUT_INVALID` for anything but an RPC and faults.
 *
 * @example
 * ```ts
 * const faults = createFaults(simulator);
 * faults.inject({ fault: 'refuse', method: 'getLatestBlockhash', times: 2 });
 * const flaky = withFaults(createSimulatorRpc(simulator), faults);
 * ```
 */
export function withFaults<TApi>(rpc: Rpc<TApi>, faults: Faults): Rpc<TApi> {
    assertIsInput('rpc', rpc);
    assertIsFaults('faults', faults);
    type Method = (...params: readonly unknown[]) => { send: (options?: unknown) => Promise<unknown> };
    // Nothing but methods is asked of the RPC that was given.
    return new Proxy({} as Rpc<TApi>, {
        get: (_, name) => {
            // It is no promise, whatever kit makes of the name.
            if (typeof name !== 'string' || name === 'then') return undefined;
            const method = readSafely(() => Reflect.get(rpc, name) as Method | undefined, undefined);
            if (typeof method !== 'function') return method;
            return (...params: readonly unknown[]) => ({
                send: async (options?: unknown) =>
                    await faults.intercept({ method: name, params }, () => method(...params).send(options)),
            });
        },
    });
}

/** @throws `INPUT_INVALID`. */
export function assertIsFaults(field: string, value: unknown): asserts value is Faults {
    assertHasMethods(field, value, ['inject', 'intercept']);
}
