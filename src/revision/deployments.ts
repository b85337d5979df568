import type { Deployment } from './deployment';
import { EPOCH, EPOCH_PUBLISHED } from './epoch';
import { TOMBSTONE, TOMBSTONE_PUBLISHED } from './tombstone';
import { MAINNET_TREASURY_OWNER, PLACEHOLDER_TREASURY_OWNER } from './treasury-owners';

/** The program that runs on mainnet, with the owner of its treasury (docs/program.md, section 1). */
export const MAINNET_DEPLOYMENT: Deployment<'epoch'> = /* @__PURE__ */ (() =>
    Object.freeze<Deployment<'epoch'>>({
        ...EPOCH,
        programAddress: EPOCH_PUBLISHED.programAddress,
        treasuryOwner: MAINNET_TREASURY_OWNER,
    }))();

/**
 * The program of mainnet's revision for simulators and localnets: at its published address, with the placeholder that
 * stands for the treasury owner where none was set (docs/program.md, section 1). Nobody holds a key for that owner, and
 * the program on mainnet has another: {@link MAINNET_DEPLOYMENT}.
 */
export const EPOCH_LOCALNET: Deployment<'epoch'> = /* @__PURE__ */ (() =>
    Object.freeze<Deployment<'epoch'>>({
        ...EPOCH,
        programAddress: EPOCH_PUBLISHED.programAddress,
        treasuryOwner: PLACEHOLDER_TREASURY_OWNER,
    }))();

/**
 * The program of the tombstone revision for simulators and localnets, at its published address with the placeholder
 * that stands for the treasury owner where none was set (docs/program.md, section 1). No cluster runs it.
 */
export const TOMBSTONE_LOCALNET: Deployment<'tombstone'> = /* @__PURE__ */ (() =>
    Object.freeze<Deployment<'tombstone'>>({
        ...TOMBSTONE,
        programAddress: TOMBSTONE_PUBLISHED.programAddress,
        treasuryOwner: PLACEHOLDER_TREASURY_OWNER,
    }))();
