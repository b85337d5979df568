import { canMatchBoth, type Pattern } from '../discriminators';

/** A pattern with the name of what it tells. */
export type NamedPattern = Readonly<{
    name: string;
    pattern: Pattern;
    /** The same with the size that the data has, whether or not a client looks at it. */
    sized: Pattern;
    /** All that its own data is known to hold. */
    data: Pattern;
}>;

/** Patterns that ask for bytes at the same places. */
type Group = {
    places: readonly number[];
    members: NamedPattern[];
    /** By places: the members by the bytes that they ask for there. */
    byBytes: Map<string, Map<string, NamedPattern[]>>;
};

/**
 * Collects patterns, and finds for each those before it that take some of its data for theirs, without comparing it to
 * every one (a client looks for them in their order): two patterns can only match the same data if they ask for the same bytes at the places that both look at.
 */
export function createOverlaps() {
    const groups = new Map<string, Group>();

    return {
        add(added: NamedPattern): void {
            const places = [...added.pattern.bytes.keys()].sort((a, b) => a - b);
            const key = places.join();
            const group: Group = groups.get(key) ?? { byBytes: new Map(), members: [], places };
            groups.set(key, group);
            group.members.push(added);
            for (const [places, index] of group.byBytes)
                put(index, added, places === '' ? [] : places.split(',').map(Number));
        },
        find({ data }: NamedPattern): NamedPattern[] {
            return [...groups.values()].flatMap(group => {
                const common = group.places.filter(place => data.bytes.has(place));
                const candidates = indexBy(group, common).get(bytesAt(data, common)) ?? [];
                return candidates.filter(({ pattern }) => canMatchBoth(pattern, data));
            });
        },
    };
}

function indexBy(group: Group, places: readonly number[]): ReadonlyMap<string, NamedPattern[]> {
    const key = places.join();
    const known = group.byBytes.get(key);
    if (known !== undefined) return known;
    const index = new Map<string, NamedPattern[]>();
    for (const member of group.members) put(index, member, places);
    group.byBytes.set(key, index);
    return index;
}

function put(index: Map<string, NamedPattern[]>, member: NamedPattern, places: readonly number[]): void {
    const key = bytesAt(member.pattern, places);
    const others = index.get(key);
    if (others === undefined) index.set(key, [member]);
    else others.push(member);
}

function bytesAt({ bytes }: Pattern, places: readonly number[]): string {
    return places.map(place => bytes.get(place)).join();
}
