// Entry point ./node: everything that needs Node.
export { openFileJournal, type FileJournal, type FileJournalOptions } from './file-journal';
export { createNodeVoucherVerifier, type NodeVoucherVerifier, type NodeVoucherVerifierOptions } from './node-verifier';
