// What needs Node: entry point ./node.
export { openFileJournal, type FileJournal, type FileJournalOptions } from './file-journal';
export { createNodeVoucherVerifier, type NodeVoucherVerifier, type NodeVoucherVerifierOptions } from './node-verifier';
