// What needs Node: entry point ./node.
export { openFileJournal, type FileJournal, type FileJournalOptions } from './journal';
export { createNodeVoucherVerifier, type NodeVoucherVerifier, type NodeVoucherVerifierOptions } from './verifier';
