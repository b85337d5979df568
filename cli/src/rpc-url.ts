import { UsageError } from './io';

/** The URL of an RPC. What is wrong with it is said without what is in it, which may be a key. */
export function toRpcUrl(value: string): string {
    const url = URL.canParse(value) ? new URL(value) : undefined;
    if (url?.protocol === 'https:' || url?.protocol === 'http:') return value;
    throw new UsageError('--rpc is not a URL that begins with https:// or http://');
}
