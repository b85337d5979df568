// The rendered client of the interface that runs on mainnet, and nothing else.
export * from '../generated/epoch';
