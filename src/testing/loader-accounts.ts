import { getAddressDecoder, getStructDecoder, getU32Decoder, getU64Decoder, getU8Decoder } from '@solana/kit';

// What the loaders of Solana keep of a program, in their accounts.

/** The account of a program of loader v3, which names the account with its ELF. */
export const getV3ProgramDecoder = () =>
    getStructDecoder([
        ['tag', getU32Decoder()],
        ['programData', getAddressDecoder()],
    ]);
export const V3_PROGRAM_TAG = 2;

/** What stands before the ELF in an account of program data of loader v3. */
export const getV3ProgramDataDecoder = () =>
    getStructDecoder([
        ['tag', getU32Decoder()],
        ['deployedSlot', getU64Decoder()],
        // 1 for a program that can be replaced. The authority takes its place also where there is none.
        ['hasAuthority', getU8Decoder()],
        ['authority', getAddressDecoder()],
    ]);
export const V3_PROGRAM_DATA_TAG = 3;

/** What stands before the ELF in the account of a program of loader v4. */
export const getV4ProgramDecoder = () =>
    getStructDecoder([
        ['deployedSlot', getU64Decoder()],
        ['authority', getAddressDecoder()],
        ['status', getU64Decoder()],
    ]);
export const V4_RETRACTED = 0n;
export const V4_FINALIZED = 2n;
