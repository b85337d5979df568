// What tests that run for both revisions import in the place of src/: the entry point ./epoch under the names of the root
// entry point, with the open slot that every channel of these tests has.

import * as epoch from '../../src/epoch';
import { VECTOR_OPEN_SLOT } from '../fixtures/revision';

export * from '../../src/epoch';
export { compareBatchOptions, planBatchSettle, planBatchSettleAsync, planLookupTables } from './batch';
export {
    getSealInstruction as getFinalizeInstruction,
    getSettleAndSealInstructions as getSettleAndFinalizeInstructions,
    isSealable as isFinalizable,
} from '../../src/epoch';

/** That of the spec's vectors; the simulators of these tests start at it. */
export const OPEN_SLOT = VECTOR_OPEN_SLOT;

/** The same function, the input of which has the open slot unless it says another. */
function withOpenSlot<TFunction extends (...args: never[]) => unknown>(given: TFunction, index = 0): TFunction {
    const call = (...args: unknown[]): unknown => {
        const input = args[index];
        if (typeof input === 'object' && input !== null) args[index] = { openSlot: OPEN_SLOT, ...input };
        return given(...(args as never[]));
    };
    return call as unknown as TFunction;
}

/** The same function, with the payer as the rent payer unless the input says another. */
function withRentPayer<TFunction extends (...args: never[]) => unknown>(given: TFunction): TFunction {
    const call = (...args: unknown[]): unknown => {
        const [input, ...rest] = args as [{ payer?: unknown } | undefined, ...unknown[]];
        const known = typeof input === 'object' && input !== null ? { rentPayer: input.payer, ...input } : input;
        return given(...([known, ...rest] as never[]));
    };
    return call as unknown as TFunction;
}

export const assembleOpenTransaction = withOpenSlot(epoch.assembleOpenTransaction);
export const assessOpen = withOpenSlot(epoch.assessOpen);
export const fetchChannelFromSeeds = withOpenSlot(epoch.fetchChannelFromSeeds, 1);
export const fetchMaybeChannelFromSeeds = withOpenSlot(epoch.fetchMaybeChannelFromSeeds, 1);
export const fetchOpenAssessment = withOpenSlot(epoch.fetchOpenAssessment, 1);
export const getDistributeInstructionAsync = withRentPayer(epoch.getDistributeInstructionAsync);
export const getDistributeInstructionsAsync = withRentPayer(epoch.getDistributeInstructionsAsync);
export const findCheapChannelSalt = withOpenSlot(epoch.findCheapChannelSalt);
export const findChannelPda = withOpenSlot(epoch.findChannelPda);
export const findChannelPdaSync = withOpenSlot(epoch.findChannelPdaSync);
export const createAddressCache = (input?: Parameters<typeof epoch.createAddressCache>[0]): epoch.AddressCache => {
    const cache = epoch.createAddressCache(input);
    return { ...cache, findChannelPdaSync: withOpenSlot(cache.findChannelPdaSync) };
};
export const getOpenInstructionAsync = withOpenSlot(epoch.getOpenInstructionAsync);
export const getOpenInstructionsAsync = withOpenSlot(epoch.getOpenInstructionsAsync);

const inspect: typeof epoch.inspectOpenTransaction = (transaction, agreement, ...rest) => {
    const agreed =
        typeof agreement === 'object' && (agreement as unknown) !== null
            ? ({ ...{ currentSlot: OPEN_SLOT }, ...(agreement as object) } as typeof agreement)
            : agreement;
    return epoch.inspectOpenTransaction(transaction, agreed, ...rest);
};
export { inspect as inspectOpenTransaction };

/** With the name that the root entry point has for sealed. */
export const ChannelStatus = { ...epoch.ChannelStatus, Finalized: epoch.ChannelStatus.Sealed };

type Client = epoch.PaymentChannelsPluginRequirements & { simulator?: { getClock: () => { slot: bigint } } };

/** The plugin with the names of the root entry point's, and channels that are opened for the slot of now. */
export const paymentChannels = (config?: epoch.PaymentChannelsPluginConfig) => (client: Client) => {
    const extended = epoch.paymentChannels(config)(client);
    const { instructions, pdas, ...rest } = extended.paymentChannels;
    const getSlot = () => client.simulator?.getClock().slot ?? OPEN_SLOT;
    return Object.assign(Object.create(Object.getPrototypeOf(extended) as object) as object, extended, {
        paymentChannels: {
            ...rest,
            instructions: {
                ...instructions,
                finalize: instructions.seal,
                settleAndFinalize: instructions.settleAndSeal,
            },
            pdas: {
                ...pdas,
                channel: (seeds: epoch.ChannelSeedsInput) => pdas.channel({ ...seeds, openSlot: getSlot() }),
            },
        },
    });
};
