// A small model of the program and of what it needs of the runtime: a second reading of the spec to test against.
export { toEncodedAccount } from './layout';
export { type ErrorIdentity } from './refusal';
export { runTransaction, type Outcome } from './transaction';
export * from './world';
