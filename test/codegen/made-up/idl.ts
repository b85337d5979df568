import {
    bytesOf,
    constant,
    createNames,
    createRandom,
    fixedBytes,
    key,
    number,
    OTHER,
    value,
    type Json,
} from './random';
import { createTypes } from './types';

// Made-up IDLs: what the standard allows, put together at random, with names that are nasty for who renders them.

/** A root node of the standard; not all of them are good. */
export function makeIdl(seed: number): Json {
    const random = createRandom(seed);
    const { below, chance, pick } = random;
    const names = createNames(random);
    const { many, nameOf, named } = names;
    const { definedTypes, makeField, makeStruct, makeType, makeValue, withDefault } = createTypes(random, names);

    let mark = 0;
    /** What tells one from the others, mostly in a way that is written. */
    const makeTag = (): { field: Json | undefined; discriminators: Json[] } => {
        mark++;
        const field = (type: Json, defaultValue: Json) => ({
            defaultValue,
            defaultValueStrategy: 'omitted',
            name: 'tag',
            type,
        });
        const byField = [{ kind: 'fieldDiscriminatorNode', name: 'tag', offset: chance(0.03) ? 1 : 0 }];
        const hex = mark.toString(16).padStart(2, '0');
        return pick([
            () => ({ discriminators: byField, field: field(number('u8'), value(mark)) }),
            () => ({ discriminators: byField, field: field(number('u8'), value(mark)) }),
            () => ({ discriminators: byField, field: field(fixedBytes(8), bytesOf(`${hex}00000000000000`)) }),
            () => ({
                discriminators: [{ constant: constant(hex), kind: 'constantDiscriminatorNode', offset: 0 }],
                field: chance(0.8) ? field(number('u8'), value(mark)) : undefined,
            }),
            () => ({ discriminators: [], field: undefined }),
        ])();
    };
    const makeData = (tag: Json | undefined, depth: number) => {
        const struct = makeStruct(depth);
        return tag === undefined
            ? struct
            : { ...struct, fields: [{ ...tag, kind: 'structFieldTypeNode' }, ...(struct['fields'] as Json[])] };
    };
    const pdas = named(2, name => ({
        docs: [],
        kind: 'pdaNode',
        name,
        seeds: [
            pick<Json>([
                {
                    kind: 'constantPdaSeedNode',
                    type: { encoding: 'utf8', kind: 'stringTypeNode' },
                    value: { kind: 'stringValueNode', string: 'seed' },
                },
                {
                    kind: 'constantPdaSeedNode',
                    type: { kind: 'publicKeyTypeNode' },
                    value: { kind: 'programIdValueNode' },
                },
            ]),
            { docs: [], kind: 'variablePdaSeedNode', name: 'owner', type: { kind: 'publicKeyTypeNode' } },
            ...many(1, () => ({ docs: [], kind: 'variablePdaSeedNode', name: nameOf(), type: makeType(0) })),
        ],
    }));
    const accounts = named(3, name => {
        const { discriminators, field } = makeTag();
        return {
            data: makeData(field, 2),
            discriminators,
            docs: [],
            kind: 'accountNode',
            name: definedTypes.some(type => type.name === name) ? `${name}Kept` : name,
            ...(pdas.length > 0 && chance(0.3) ? { pda: { kind: 'pdaLinkNode', name: pick(pdas)['name'] } } : {}),
            ...(chance(0.1) ? { size: below(100) } : {}),
        };
    });
    const makeInstruction = (name: string, depth = 1): Json => {
        const { discriminators, field } = makeTag();
        const flags = () => ({
            isSigner: pick([true, false, false, 'either']),
            isWritable: chance(0.5),
            ...(chance(0.25) ? { isOptional: true } : {}),
        });
        const own = named(4, name => ({ docs: [], kind: 'instructionAccountNode', name, ...flags() }));
        const asArgument = (node: Json): Json => ({ ...node, kind: 'instructionArgumentNode' });
        const args = [...(field ? [asArgument(field)] : []), ...named(4, name => asArgument(makeField(name, 2)))];
        const extraArguments = chance(0.15)
            ? named(2, name => asArgument(withDefault({ name: `extra${name}`, type: makeType(0) })))
            : [];
        // What others follow has no default itself, mostly: a circle of defaults is refused.
        const bases = own.slice(0, Math.ceil(own.length / 2));
        const anyAccount = () => ({
            kind: 'accountValueNode',
            name: own.length > 0 ? pick(chance(0.02) ? own : bases)['name'] : 'nobody',
        });
        const allArgs = [...args, ...extraArguments];
        const anyArgument = () => ({
            kind: 'argumentValueNode',
            name: allArgs.length > 0 ? pick(allArgs)['name'] : 'nothing',
        });
        const makeAccountDefault = (nesting = 1): Json =>
            pick<() => Json>([
                anyAccount,
                anyAccount,
                () => (chance(0.1) ? anyArgument() : anyAccount()),
                () => key,
                () => ({ kind: 'programIdValueNode' }),
                () => ({ kind: 'payerValueNode' }),
                () => ({ kind: 'identityValueNode' }),
                () => ({ account: anyAccount().name, kind: 'accountFieldValueNode', path: 'owner' }),
                () => ({ kind: 'resolverValueNode', name: 'resolveIt' }),
                ...(pdas.length > 0 ? [() => makePda(pick(pdas)), () => makePda(pick(pdas))] : []),
                ...(nesting > 0
                    ? [
                          () => ({
                              condition: pick([anyAccount, anyArgument])(),
                              ifFalse: chance(0.7) ? makeAccountDefault(nesting - 1) : undefined,
                              ifTrue: makeAccountDefault(nesting - 1),
                              kind: 'conditionalValueNode',
                              ...(chance(0.1) ? { value: value(1) } : {}),
                          }),
                      ]
                    : []),
            ])();
        const makePda = (pda: Json): Json => ({
            kind: 'pdaValueNode',
            pda: chance(0.5) ? pda : { kind: 'pdaLinkNode', name: pda['name'] },
            seeds: (pda['seeds'] as Json[])
                .filter(({ kind }) => kind === 'variablePdaSeedNode')
                .map(seed => ({
                    kind: 'pdaSeedValueNode',
                    name: seed['name'],
                    value:
                        (seed['type'] as Json)['kind'] === 'publicKeyTypeNode' && chance(0.95)
                            ? anyAccount()
                            : (makeValue(seed['type'] as Json) ?? anyArgument()),
                })),
            ...(chance(0.1) ? { programId: chance(0.9) ? anyAccount() : anyArgument() } : {}),
        });
        const makeArgumentDefault = (type: Json): Json | undefined => {
            if (chance(0.05)) return anyArgument();
            const alike = allArgs
                .slice(0, allArgs.length / 2)
                .filter(other => JSON.stringify(other['type']) === JSON.stringify(type));
            const follow = () => ({ kind: 'argumentValueNode', name: pick(alike)['name'] });
            if (type['kind'] === 'publicKeyTypeNode') return alike.length > 0 && chance(0.4) ? follow() : anyAccount();
            if (type['format'] === 'u8' && chance(0.4))
                return { kind: 'accountBumpValueNode', name: anyAccount().name };
            if (alike.length > 0 && chance(0.2))
                return { condition: pick([anyAccount, anyArgument])(), ifTrue: follow(), kind: 'conditionalValueNode' };
            return alike.length > 0 ? follow() : undefined;
        };
        for (const account of own)
            if (!bases.includes(account) && chance(0.5)) account['defaultValue'] = makeAccountDefault();
        for (const argument of allArgs.slice(allArgs.length / 2)) {
            if (argument['defaultValue'] !== undefined || !chance(0.3)) continue;
            const made = makeArgumentDefault(argument['type'] as Json);
            if (made) argument['defaultValue'] = made;
        }
        return {
            accounts: own,
            arguments: args,
            discriminators,
            docs: [],
            extraArguments,
            kind: 'instructionNode',
            name,
            optionalAccountStrategy: pick(['programId', 'omitted']),
            ...(chance(0.3)
                ? {
                      remainingAccounts: many(2, () => ({
                          isOptional: chance(0.3),
                          isSigner: pick([true, false, 'either']),
                          isWritable: chance(0.5),
                          kind: 'instructionRemainingAccountsNode',
                          value: chance(0.05) ? anyArgument() : { kind: 'argumentValueNode', name: `more${nameOf()}` },
                      })),
                  }
                : {}),
            ...(chance(0.1)
                ? {
                      byteDeltas: [
                          {
                              kind: 'instructionByteDeltaNode',
                              value: pick<Json>([
                                  value(9),
                                  anyArgument(),
                                  ...(accounts.length > 0
                                      ? [{ kind: 'accountLinkNode', name: pick(accounts)['name'] }]
                                      : []),
                              ]),
                              withHeader: chance(0.5),
                          },
                      ],
                  }
                : {}),
            ...(depth > 0 && chance(0.1)
                ? { subInstructions: named(3, sub => makeInstruction(`${name}${sub}`, depth - 1)) }
                : {}),
        };
    };
    const events = named(2, name => {
        const { discriminators, field } = makeTag();
        const data = makeData(
            discriminators.some(({ kind }) => kind === 'constantDiscriminatorNode') && chance(0.5) ? undefined : field,
            1,
        );
        return { data, discriminators, docs: [], kind: 'eventNode', name };
    });
    const program = (name: string, publicKey: string, parts: Json): Json => ({
        docs: [],
        errors: [],
        kind: 'programNode',
        name,
        publicKey,
        version: '1.0.0',
        ...parts,
    });
    const instructions = named(4, name => makeInstruction(name));
    const rest = chance(0.1)
        ? [program(nameOf(), OTHER, { instructions: named(1, name => makeInstruction(name)) })]
        : [];
    return {
        additionalPrograms: rest,
        kind: 'rootNode',
        program: program(chance(0.9) ? 'till' : nameOf(), '6YrU7ZkPCwPbeqVzf3rdnXyZRgBd6XMZCyNN4wL2aWpQ', {
            accounts,
            constants: named(2, name => ({
                docs: [],
                kind: 'constantNode',
                name,
                type: number('u64'),
                value: value(5),
            })),
            definedTypes,
            errors: named(2, name => ({
                code: 6000 + mark++,
                docs: [],
                kind: 'errorNode',
                message: 'No `${x}` \\',
                name,
            })),
            events,
            instructions,
            pdas,
        }),
        standard: 'codama',
        version: '1.0.0',
    };
}
