import { createHash } from 'node:crypto';

import { type Address, type GetAccountInfoApi, type Rpc, type Slot } from '@solana/kit';

import { ACCOUNT_MISSING, ELF_INVALID } from '../core/error-definitions';
import { PaymentChannelsError } from '../core/errors';
import { assertHasMethods, toAddress } from '../core/input';
import { toResult } from '../core/json-form';
import { askRpc, assertIsFetchConfig, getRpcConfig, type FetchConfig } from '../reading/fetch-channel';
import { toMaybeEncodedAccount } from '../reading/rpc-account';
import { refuseRpcAnswer, toContextSlot, toRpcRecord } from '../runtime/rpc-answer';
import type { ProgramElf } from './elf';
import { getElfLength } from './elf-header';
import {
    getV3ProgramDataDecoder,
    getV3ProgramDecoder,
    getV4ProgramDecoder,
    V3_PROGRAM_DATA_TAG,
    V3_PROGRAM_TAG,
    V4_FINALIZED,
    V4_RETRACTED,
} from './loader-accounts';

/** A program as it is deployed. */
export type DeployedProgram = ProgramElf &
    Readonly<{
        programAddress: Address;
        /** The account that holds the ELF: the program's own with loader v2 and v4. */
        programDataAddress: Address;
        loader: 'v2' | 'v3' | 'v4';
        /** Slot of the last deployment; `undefined` with loader v2, which does not keep it. */
        deployedSlot: Slot | undefined;
        /** Wallet that can replace the program; `undefined` when nobody can any more. */
        upgradeAuthority: Address | undefined;
        /** Bytes behind the ELF, zeroes all of them, which are room for later versions. They are not in `bytes`. */
        paddingBytes: number;
        /** Slot that the RPC looked at. */
        slot: Slot;
    }>;

const LOADER_V2 = 'BPFLoader2111111111111111111111111111111111';
const LOADER_V3 = 'BPFLoaderUpgradeab1e11111111111111111111111';
const LOADER_V4 = 'LoaderV411111111111111111111111111111111111';

/** As much as an account can have. */
const MAX_BYTES = 10 * 1024 * 1024;
/** Nodes limit what they answer at once. */
const SLICE_LENGTH = 512 * 1024;

/**
 * Fetches the ELF of a program that is deployed, to run a simulator or tests against it.
 *
 * The program may be of loader v2, v3 (the upgradeable one) or v4. The account is read in slices, since nodes limit what
 * they answer at once; nothing that they answer is trusted, and a program that is deployed anew meanwhile is refused.
 *
 * @throws `ADDRESS_INVALID`; `ACCOUNT_MISSING` when there is no program; `ELF_INVALID` when it is none of these loaders, was
 * closed or retracted, changed while it was read, is larger than an account can be, or is no ELF of a program;
 * `RPC_RESPONSE_INVALID`; `NO_ANSWER`. Errors of the RPC itself (kit's `SolanaError`) come through as they are.
 *
 * @example
 * ```ts
 * const { bytes, sha256 } = await fetchProgramElf(rpc, MAINNET_DEPLOYMENT.programAddress);
 * ```
 */
export async function fetchProgramElf(
    rpc: Rpc<GetAccountInfoApi>,
    programAddress: Address,
    config: FetchConfig = {},
): Promise<DeployedProgram> {
    assertHasMethods('rpc', rpc, ['getAccountInfo']);
    assertIsFetchConfig(config);
    const address = toAddress('programAddress', programAddress);
    const source = `program ${address}`;
    const refuse = (reason: string): never => {
        throw new PaymentChannelsError(ELF_INVALID, { reason, source });
    };
    const read = createReader(rpc, config);
    const { data, owner } = await read('program', address, 0, getV4ProgramDecoder().fixedSize);
    const place = ((): Place => {
        switch (owner) {
            case LOADER_V2:
                return { account: address, field: 'program', headerLength: 0, loader: 'v2', owner };
            case LOADER_V3:
                return {
                    account: readProgram(data, refuse),
                    field: 'program data',
                    headerLength: getV3ProgramDataDecoder().fixedSize,
                    loader: 'v3',
                    owner,
                };
            case LOADER_V4:
                return {
                    account: address,
                    field: 'program',
                    headerLength: getV4ProgramDecoder().fixedSize,
                    loader: 'v4',
                    owner,
                };
            default:
                return refuse(`it is owned by ${owner}, which is none of the loaders v2, v3 and v4: it is no program`);
        }
    })();
    const { header, whole } = await readWhole(read, place, refuse);
    const facts = readHeader(place.loader, header, refuse);
    const room = whole.subarray(place.headerLength);
    const length = getElfLength(room, source);
    const isPadded = room.subarray(length).every(byte => byte === 0);
    // What is there besides belongs to it, whatever it is.
    const bytes = room.slice(0, isPadded ? length : room.length);
    return toResult({
        ...facts,
        bytes,
        loader: place.loader,
        paddingBytes: room.length - bytes.length,
        programAddress: address,
        programDataAddress: place.account,
        sha256: createHash('sha256').update(bytes).digest('hex'),
        slot: read.getSlot(),
        source,
    });
}

type Refuse = (reason: string) => never;
type Place = Readonly<{
    account: Address;
    field: string;
    headerLength: number;
    loader: DeployedProgram['loader'];
    owner: string;
}>;

/** Reads slices of accounts, none of an earlier slot than the one before. */
function createReader(rpc: Rpc<GetAccountInfoApi>, config: FetchConfig) {
    let slot = BigInt(config.minContextSlot ?? 0n);
    const read = async (field: string, address: Address, offset: number, length: number) => {
        const at = { ...getRpcConfig(config), ...(slot === 0n ? {} : { minContextSlot: slot }) };
        const answer: unknown = await askRpc('getAccountInfo', config, options =>
            rpc.getAccountInfo(address, { dataSlice: { length, offset }, encoding: 'base64', ...at }).send(options),
        );
        slot = toContextSlot('getAccountInfo', answer, slot);
        const { value } = toRpcRecord('getAccountInfo', answer);
        const account = toMaybeEncodedAccount('getAccountInfo.value', address, value);
        if (!account.exists) throw new PaymentChannelsError(ACCOUNT_MISSING, { address, field });
        if (account.data.length > length) refuseRpcAnswer('getAccountInfo.value.data', account.data);
        return { data: new Uint8Array(account.data), owner: account.programAddress as string };
    };
    return Object.assign(read, { getSlot: () => slot });
}

/** The address of the account that has the ELF of a program of loader v3. */
function readProgram(data: Uint8Array, refuse: Refuse): Address {
    const decoder = getV3ProgramDecoder();
    const program = data.length === decoder.fixedSize ? decoder.decode(data) : undefined;
    if (program?.tag !== V3_PROGRAM_TAG) return refuse('its account is not that of a program of loader v3');
    return program.programData;
}

async function readWhole(
    read: ReturnType<typeof createReader>,
    { account, field, headerLength, owner: loader }: Place,
    refuse: Refuse,
): Promise<Readonly<{ header: Uint8Array; whole: Uint8Array }>> {
    const slices: Uint8Array[] = [];
    let length = 0;
    for (;;) {
        const { data, owner } = await read(field, account, length, SLICE_LENGTH);
        if (owner !== loader) refuse(`its data is owned by ${owner}, and not by its loader`);
        slices.push(data);
        length += data.length;
        if (length > MAX_BYTES) refuse(`it has more than ${MAX_BYTES.toLocaleString('en-US')} bytes`);
        if (data.length < SLICE_LENGTH) break;
    }
    const whole = new Uint8Array(Buffer.concat(slices));
    const header = whole.slice(0, headerLength);
    const again = await read(field, account, 0, Math.max(headerLength, 1));
    if (headerLength > 0 && !Buffer.from(again.data).equals(header)) refuse('it was deployed anew while it was read');
    return { header, whole };
}

function readHeader(
    loader: DeployedProgram['loader'],
    header: Uint8Array,
    refuse: Refuse,
): Pick<DeployedProgram, 'deployedSlot' | 'upgradeAuthority'> {
    switch (loader) {
        case 'v2':
            return { deployedSlot: undefined, upgradeAuthority: undefined };
        case 'v3': {
            const decoder = getV3ProgramDataDecoder();
            const data = header.length === decoder.fixedSize ? decoder.decode(header) : undefined;
            if (data?.tag !== V3_PROGRAM_DATA_TAG) {
                return refuse('the account that should have its ELF is not one of program data');
            }
            const { authority, deployedSlot, hasAuthority } = data;
            if (hasAuthority > 1) return refuse("its upgrade authority can't be read");
            return { deployedSlot, upgradeAuthority: hasAuthority === 1 ? authority : undefined };
        }
        case 'v4': {
            const decoder = getV4ProgramDecoder();
            if (header.length !== decoder.fixedSize) {
                return refuse('its account is too short for a program of loader v4');
            }
            const { authority, deployedSlot, status } = decoder.decode(header);
            if (status === V4_RETRACTED || status > V4_FINALIZED) {
                return refuse('it is retracted, so that nobody can run it');
            }
            return { deployedSlot, upgradeAuthority: status === V4_FINALIZED ? undefined : authority };
        }
    }
}
