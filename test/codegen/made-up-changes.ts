import type { Maker } from './made-up-pairs';
import { number, set, splice, type Json } from './mutate';

// One change to a made-up IDL: some change bytes, some only what they are called or how they are said.

/** A node and where it stands. */
type Site = Readonly<{ node: Json; parent: Json; key: string; index: number | undefined; program: Json }>;
/** Makes a change at a node; false where there is nothing to change. */
type Change = (site: Site, maker: Maker) => unknown;

const kindOf = (node: Json | undefined) => node?.['kind'] as unknown as string;
const textOf = (node: Json, key: string) => node[key] as unknown as string;
const copy = (node: Json) => JSON.parse(JSON.stringify(node)) as Json;
const json = (node: object) => node as Json;
const FREE = new Set(
    'arrayTypeNode definedTypeNode hiddenPrefixTypeNode hiddenSuffixTypeNode instructionArgumentNode optionTypeNode postOffsetTypeNode preOffsetTypeNode structFieldTypeNode tupleTypeNode'.split(
        ' ',
    ),
);
/** Whether any type may stand there. */
const isFree = ({ key, node, parent }: Site) =>
    ['item', 'items', 'type'].includes(key) &&
    FREE.has(kindOf(parent)) &&
    kindOf(node).endsWith('TypeNode') &&
    (parent['fixed'] as unknown) !== true &&
    parent['defaultValue'] === undefined;
const isField = (node: Json) => ['instructionArgumentNode', 'structFieldTypeNode'].includes(kindOf(node));
const isTag = (node: Json) => textOf(node, 'name') === 'tag';

function replace({ index, key, parent }: Site, node: object): void {
    if (index === undefined) set(parent, key, node);
    else splice(parent[key], index, 1, node);
}

function inList({ index, key, parent }: Site): { list: Json; place: number } | undefined {
    return index === undefined ? undefined : { list: parent[key]!, place: index };
}

/** The lists of fields and arguments. */
const isFieldList = ({ key }: Site) => key === 'fields' || key === 'arguments';
const ofKind =
    (kinds: string, change: Change): Change =>
    (site, maker) =>
        kinds.split(' ').includes(kindOf(site.node)) && change(site, maker);
const where =
    (isWhere: (site: Site) => boolean, change: Change): Change =>
    (site, maker) =>
        isWhere(site) && change(site, maker);

export const CHANGES: Readonly<Record<string, Change>> = {
    'a number of another format': ofKind('numberTypeNode', ({ key, node, parent }, { pick }) => {
        if (isField(parent) && isTag(parent)) return false;
        const isPrefix = key === 'prefix' || key === 'size';
        const isAmount = key === 'number';
        // What may be left out at its full size has one.
        const isSized = kindOf(parent) === 'zeroableOptionTypeNode' || (parent['fixed'] as unknown) === true;
        const wanted =
            isPrefix || kindOf(parent).includes('PdaSeed')
                ? ['u8', 'u16', 'u32', 'u64']
                : ['i8', 'i32', 'i64', 'u8', 'u16', 'u64', 'u128', 'shortU16'];
        return (
            !isAmount &&
            set(
                node,
                'format',
                pick(wanted.filter(format => format !== textOf(node, 'format') && !(isSized && format === 'shortU16'))),
            )
        );
    }),
    'a number of the other order': ofKind('numberTypeNode', ({ node }) =>
        set(node, 'endian', textOf(node, 'endian') === 'le' ? 'be' : 'le'),
    ),
    'a number with a unit': where(isFree, site => {
        const format = textOf(site.node, 'format');
        if (kindOf(site.node) !== 'numberTypeNode' || !['i64', 'u64'].includes(format)) return false;
        const kinds = format === 'i64' ? { kind: 'dateTimeTypeNode' } : { decimals: 9, kind: 'amountTypeNode' };
        return replace(site, { ...kinds, number: copy(site.node) });
    }),
    'a number without its unit': where(isFree, site => 'number' in site.node && replace(site, site.node['number']!)),
    'an option that says that it is not fixed': ofKind(
        'optionTypeNode',
        ({ node }) => !('fixed' in node) && set(node, 'fixed', false),
    ),
    'an option that is fixed': ofKind('optionTypeNode', ({ node }) => {
        const item = node['item']!;
        if (!['numberTypeNode', 'publicKeyTypeNode'].includes(kindOf(item))) return false;
        if (textOf(item, 'format') === 'shortU16') return false;
        return set(node, 'fixed', (node['fixed'] as unknown) !== true);
    }),
    'another count': ofKind('fixedCountNode', ({ node }) => set(node, 'value', Number(node['value']) + 1)),
    'a count of another kind': ofKind('fixedCountNode', site =>
        replace(site, { kind: 'prefixedCountNode', prefix: number('u8') }),
    ),
    'another encoding of text': ofKind('stringTypeNode', ({ node, parent }, { pick }) => {
        if (kindOf(parent) !== 'sizePrefixTypeNode') return false;
        return set(
            node,
            'encoding',
            pick(['utf8', 'base16', 'base58'].filter(other => other !== textOf(node, 'encoding'))),
        );
    }),
    'a type in the place of a link to it': where(isFree, site => {
        if (kindOf(site.node) !== 'definedTypeLinkNode') return false;
        const found = [...site.program['definedTypes']!].find(({ name }) => name === site.node['name'])!;
        return replace(site, copy(found['type']!));
    }),
    'a link in the place of a type': where(isFree, (site, { nextName, withId }) => {
        if (kindOf(site.parent) === 'definedTypeNode' || kindOf(site.node) === 'definedTypeLinkNode') return false;
        const type = withId({ kind: 'definedTypeNode', name: nextName('type'), type: copy(site.node) });
        replace(site, { kind: 'definedTypeLinkNode', name: type['name'] });
        return splice(site.program['definedTypes'], 0, 0, type);
    }),
    'a type within another': where(isFree, (site, { makeConstant, pick }) =>
        replace(site, {
            ...pick<object>([
                { kind: 'hiddenPrefixTypeNode', prefix: [makeConstant()] },
                { kind: 'hiddenPrefixTypeNode', prefix: [] },
                { kind: 'hiddenSuffixTypeNode', suffix: [makeConstant()] },
                { kind: 'preOffsetTypeNode', offset: 1, strategy: 'padded' },
                { kind: 'postOffsetTypeNode', offset: 1, strategy: 'padded' },
                { kind: 'postOffsetTypeNode', offset: 0, strategy: 'padded' },
            ]),
            type: copy(site.node),
        }),
    ),
    'a type without the one around it': where(isFree, site => {
        if (!/^(hidden|post|pre)/.test(kindOf(site.node))) return false;
        return replace(site, copy(site.node['type']!));
    }),
    'another offset': ofKind('postOffsetTypeNode preOffsetTypeNode', ({ node }) =>
        set(node, 'offset', Number(node['offset']) + 1),
    ),
    'other constant bytes': ofKind('bytesValueNode', ({ node }) => set(node, 'data', `${textOf(node, 'data')}7a`)),
    'the same bytes in another encoding': ofKind('bytesValueNode', ({ node }) => {
        if (textOf(node, 'encoding') !== 'base16') return false;
        set(node, 'data', Buffer.from(textOf(node, 'data'), 'hex').toString('base64'));
        return set(node, 'encoding', 'base64');
    }),
    'the same bytes as a text': ofKind('constantValueNode', ({ node }) => {
        const { data, encoding } = node['value'] as unknown as { data: string; encoding: string };
        if (encoding !== 'base16' || !/^6\d/.test(data)) return false;
        set(node, 'type', { encoding: 'utf8', kind: 'stringTypeNode' });
        return set(node, 'value', { kind: 'stringValueNode', string: Buffer.from(data, 'hex').toString() });
    }),
    'two constants for one': ofKind('constantValueNode', site => {
        const found = inList(site);
        const { data, encoding } = site.node['value'] as unknown as { data: string; encoding: string };
        if (!found || encoding !== 'base16' || data.length < 4) return false;
        const [first, second] = [copy(site.node), copy(site.node)];
        set(first['value']!, 'data', data.slice(0, 2));
        set(second['value']!, 'data', data.slice(2));
        return splice(found.list, found.place, 1, first, second);
    }),
    'another name': (site, { nextName }) => {
        if (!('id' in site.node) || isTag(site.node) || kindOf(site.node) === 'constantPdaSeedNode') return false;
        const [name, next] = [textOf(site.node, 'name'), nextName('new')];
        set(site.node, 'name', next);
        if (kindOf(site.node) !== 'definedTypeNode') return true;
        const visit = (value: unknown): void => {
            if (typeof value !== 'object' || value === null) return;
            const node = value as Json;
            if (kindOf(node) === 'definedTypeLinkNode' && textOf(node, 'name') === name) set(node, 'name', next);
            Object.values(node).forEach(visit);
        };
        return visit(site.program);
    },
    'other docs': ({ node }) => 'id' in node && set(node, 'docs', ['Another sentence.']),
    'one more field': where(isFieldList, (site, { makeField }) => {
        const { list, place } = inList(site)!;
        return splice(list, place + 1, 0, makeField(1, kindOf(site.node)));
    }),
    'one field less': where(isFieldList, site => {
        const { list, place } = inList(site)!;
        return !isTag(site.node) && list.length > 1 && splice(list, place, 1);
    }),
    'fields in another order': where(isFieldList, site => {
        const { list, place } = inList(site)!;
        if (isTag(site.node) || place === 0 || isTag(list[place - 1]!)) return false;
        return splice(list, place - 1, 2, site.node, list[place - 1]);
    }),
    'a default': ({ node }, { chance, makeDefault }) => {
        if (!isField(node) || node['defaultValue'] !== undefined) return false;
        const defaultValue = makeDefault(node['type']!);
        if (!defaultValue) return false;
        set(node, 'defaultValue', defaultValue);
        return chance(0.5) ? set(node, 'defaultValueStrategy', 'omitted') : true;
    },
    'another default': ({ node }) => {
        const given = node['defaultValue'];
        if (!isField(node) || kindOf(given) !== 'numberValueNode') return false;
        return set(given!, 'number', Number(given!['number']) + 1);
    },
    'no default': ({ node }) => {
        if (!isField(node) || isTag(node) || node['defaultValue'] === undefined) return false;
        Reflect.deleteProperty(node, 'defaultValue');
        return Reflect.deleteProperty(node, 'defaultValueStrategy');
    },
    'a default of another strategy': ({ node }) => {
        if (!isField(node) || isTag(node) || node['defaultValue'] === undefined) return false;
        const isOmitted = textOf(node, 'defaultValueStrategy') === 'omitted';
        return set(node, 'defaultValueStrategy', isOmitted ? 'optional' : 'omitted');
    },
    'one more variant': ofKind('enumTypeNode', ({ node }, { below, makeVariant }) => {
        const variants = node['variants']!;
        if ('discriminator' in variants[0]!) return false;
        return splice(variants, below(variants.length + 1), 0, makeVariant(0));
    }),
    'one variant less': ofKind('enumTypeNode', ({ node }, { below }) => {
        const variants = node['variants']!;
        return variants.length > 1 && splice(variants, below(variants.length), 1);
    }),
    'variants in another order': ofKind('enumTypeNode', ({ node }) => {
        const [first, second] = node['variants']!;
        return second !== undefined && splice(node['variants'], 0, 2, second, first);
    }),
    'variants with the numbers that they have': ofKind('enumTypeNode', ({ node }) => {
        if (
            [...node['variants']!].some(
                variant => kindOf(variant) !== 'enumEmptyVariantTypeNode' || 'discriminator' in variant,
            )
        )
            return false;
        return [...node['variants']!].forEach((variant, index) => set(variant, 'discriminator', index));
    }),
    'another number of a variant': ofKind(
        'enumEmptyVariantTypeNode',
        ({ node }) => 'discriminator' in node && set(node, 'discriminator', 40),
    ),
    'the size that an account has': ofKind('accountNode', ({ node }) => set(node, 'size', 'own')),
    'another size of an account': ofKind('accountNode', ({ node }) => set(node, 'size', 700)),
    'another tag': ({ node }) => isField(node) && isTag(node) && set(node['defaultValue']!, 'number', 77),
    'another constant seed': ofKind('constantPdaSeedNode', ({ node }) => set(node['value']!, 'string', 'abcd')),
    'a constant seed as bytes': ofKind('constantPdaSeedNode', ({ node }) => {
        const data = Buffer.from(textOf(node['value']!, 'string')).toString('hex');
        set(node, 'type', { kind: 'bytesTypeNode' });
        return set(node, 'value', { data, encoding: 'base16', kind: 'bytesValueNode' });
    }),
    'a constant seed in two': ofKind('constantPdaSeedNode', (site, { withId }) => {
        const text = textOf(site.node['value']!, 'string');
        if (text.length < 2) return false;
        const found = inList(site)!;
        const seed = (string: string) => withId({ ...copy(site.node), value: { kind: 'stringValueNode', string } });
        return splice(found.list, found.place, 1, seed(text.slice(0, 1)), seed(text.slice(1)));
    }),
    'seeds in another order': ofKind('pdaNode', ({ node }) => {
        const [first, second] = node['seeds']!;
        return splice(node['seeds'], 0, 2, second, first);
    }),
    'one more seed': ofKind('pdaNode', ({ node }, { makeSeed }) => splice(node['seeds'], 0, 0, makeSeed())),
    'one seed less': ofKind('pdaNode', ({ node }) => splice(node['seeds'], 0, 1)),
    'types in another order': ofKind('programNode', ({ node }) => node['definedTypes']!.reverse()),
    'another order of attributes and what the standard does not know': ({ node }) => {
        for (const [key, value] of Object.entries(node).reverse()) {
            Reflect.deleteProperty(node, key);
            set(node, key, value);
        }
        return set(json(node), 'note', { kind: 'somethingNode' });
    },
};

/** Makes one change to an IDL, and says which. */
export function change(root: Json, maker: Maker): string {
    const sites: Site[] = [];
    const visit = (node: Json) => {
        for (const [key, value] of Object.entries(node)) {
            const items: [Json, number | undefined][] = Array.isArray(value)
                ? (value as Json[]).map((item, index) => [item, index])
                : [[value, undefined]];
            for (const [item, index] of items) {
                if (typeof item !== 'object' || item === null) continue;
                sites.push({ index, key, node: item, parent: node, program: root['program']! });
                visit(item);
            }
        }
    };
    visit(root);
    for (let left = 200; left > 0; left--) {
        const name = maker.pick(Object.keys(CHANGES));
        const start = maker.below(sites.length);
        const found = [...sites.slice(start), ...sites.slice(0, start)].find(
            site => typeof site.node === 'object' && CHANGES[name]!(site, maker) !== false,
        );
        if (found) return `${name} (${kindOf(found.node)} in ${kindOf(found.parent)})`;
    }
    throw new Error('Nothing could be changed');
}
