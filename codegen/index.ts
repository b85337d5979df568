// The generator: checks a Codama IDL, compares two, renders one to a TypeScript client, and keeps the client's folder.
export { type CheckedIdl, type CheckOptions, parseIdl } from './check/check';
export { type Finding, type Rule } from './check/finding';
export { type Change, type ChangeKind, type Impact } from './diff/change';
export { diffIdl } from './diff/diff';
export { TooDeepError } from './depth';
export { findStaleFiles, type StaleFile, writeClient } from './files';
export { assertHasOnlyRendered, ForeignFolderError, MARKER_FILE } from './folder';
export { BadIdlError, type Idl, readIdl, readIdls } from './idl';
export { renderClient, type RenderedClient } from './render';
export { assertHasExactVersions, WrongVersionError } from './versions';
