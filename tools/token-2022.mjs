// What ./testing uses of the client of Token-2022, for the build: see BUNDLED in tsup.config.ts.
export {
    AccountState,
    extension,
    getMintSize,
    getPostInitializeInstructionsForMintExtensions,
    getPreInitializeInstructionsForMintExtensions,
} from '@solana-program/token-2022';
