// What needs Node: entry point ./node.
export { createNodeVoucherVerifier, type NodeVoucherVerifier, type NodeVoucherVerifierOptions } from './verifier';
