// Entry point ./node: everything that needs Node.
export { createNodeVoucherVerifier, type NodeVoucherVerifier, type NodeVoucherVerifierOptions } from './node-verifier';
