/** Names that differ little from others and are words in their own right: none is a misspelling of another. */
const WORDS = ['channel', 'channelId', 'channels', 'payee', 'payer', 'salt', 'slot', 'status', 'state'];
/** Results of earlier comparisons, by the known name and then by the written one. */
const comparisons = /* @__PURE__ */ new Map<string, Map<string, boolean>>();
const MAX_COMPARISONS = 500;

/** Other names for the same member, used by the rendered clients and by other functions of this package. */
const SAYS_THE_SAME: Readonly<Record<string, readonly string[]>> = {
    expiresAt: ['expiration', 'expiry'],
    voucher: ['hasVoucher', 'signedVoucher'],
};

/** Whether a name is another one with at most two wrong characters, or with one where that name is short. */
export function isMisspelling(written: string, name: string): boolean {
    if (Object.hasOwn(SAYS_THE_SAME, name) && SAYS_THE_SAME[name]!.includes(written)) return true;
    if (written === name || Math.abs(written.length - name.length) > 2 || WORDS.includes(written)) return false;
    let known = comparisons.get(name);
    if (known === undefined) comparisons.set(name, (known = new Map<string, boolean>()));
    let isNear = known.get(written);
    if (isNear === undefined) {
        isNear = getEditDistance(written.toLowerCase(), name.toLowerCase()) <= (name.length > 5 ? 2 : 1);
        if (known.size >= MAX_COMPARISONS) known.clear();
        known.set(written, isNear);
    }
    return isNear;
}

export const MAX_NAME_LENGTH = 64;

/** The name that a misspelt one most likely stands for. */
export function findNearest(name: string, names: readonly string[]): string | undefined {
    if (name.length > MAX_NAME_LENGTH) return undefined;
    const simple = name.toLowerCase();
    let nearest: string | undefined;
    // A third of it may be wrong.
    let least = Math.max(2, Math.floor(name.length / 3)) + 1;
    for (const other of names) {
        const distance = getEditDistance(simple, other.toLowerCase());
        if (distance < least) [nearest, least] = [other, distance];
    }
    if (nearest !== undefined) return nearest;
    const byLength = (a: string, b: string) => Math.abs(a.length - name.length) - Math.abs(b.length - name.length);
    return names.filter(other => isPartOf(simple, other.toLowerCase())).sort(byLength)[0];
}

function isPartOf(a: string, b: string): boolean {
    return Math.min(a.length, b.length) > 3 && (a.includes(b) || b.includes(a));
}

/** Edit distance: the number of characters to insert, remove or replace. */
function getEditDistance(a: string, b: string): number {
    let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
    for (let row = 1; row <= a.length; row++) {
        const current = [row];
        for (let column = 1; column <= b.length; column++) {
            const replaced = previous[column - 1]! + Number(a[row - 1] !== b[column - 1]);
            current.push(Math.min(replaced, previous[column]! + 1, current[column - 1]! + 1));
        }
        previous = current;
    }
    return previous[b.length]!;
}
