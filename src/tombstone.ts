// The rendered client of the interface that the first SDKs speak, and nothing else.
export * from '../generated/tombstone';
