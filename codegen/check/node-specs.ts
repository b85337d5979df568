// What the Codama standard says a node of each kind holds: its attributes, and which kinds of nodes may stand in them.
// The standard publishes this as TypeScript types only, which say nothing about a file.

import { WRAPPERS } from '../types';

/** What an attribute may hold. */
export type Attribute = Readonly<
    { optional?: true } & (
        | { type: 'address' | 'boolean' | 'docs' | 'integer' | 'name' | 'number' | 'size' | 'string' | 'version' }
        | { type: 'literal'; values: readonly (boolean | string)[] }
        | { type: 'node' | 'nodes'; kinds: readonly string[]; nested?: string }
    )
>;

export type NodeSpec = Readonly<Record<string, Attribute>>;

const address: Attribute = { type: 'address' };
const boolean: Attribute = { type: 'boolean' };
const docs: Attribute = { optional: true, type: 'docs' };
const integer: Attribute = { type: 'integer' };
const name: Attribute = { type: 'name' };
const number: Attribute = { type: 'number' };
/** An integer that counts something: not negative. */
const size: Attribute = { type: 'size' };
const string: Attribute = { type: 'string' };
const literal = (...values: (boolean | string)[]): Attribute => ({ type: 'literal', values });
const node = (...kinds: string[]): Attribute => ({ kinds, type: 'node' });
/** A list. The standard lets a file leave out each that is empty. */
const nodes = (...kinds: string[]): Attribute => ({ kinds, optional: true, type: 'nodes' });
const optional = (attribute: Attribute): Attribute => ({ ...attribute, optional: true });

/** A node of one kind, possibly inside of types that only add sizes and offsets. */
const nested = (kind: string): Attribute => ({ kinds: [kind, ...WRAPPERS], nested: kind, type: 'node' });

const TYPES = [
    ...WRAPPERS,
    'amountTypeNode',
    'arrayTypeNode',
    'booleanTypeNode',
    'bytesTypeNode',
    'dateTimeTypeNode',
    'definedTypeLinkNode',
    'enumTypeNode',
    'mapTypeNode',
    'numberTypeNode',
    'optionTypeNode',
    'publicKeyTypeNode',
    'remainderOptionTypeNode',
    'setTypeNode',
    'solAmountTypeNode',
    'stringTypeNode',
    'structTypeNode',
    'tupleTypeNode',
    'zeroableOptionTypeNode',
];
const VALUES = [
    'arrayValueNode',
    'booleanValueNode',
    'bytesValueNode',
    'constantValueNode',
    'enumValueNode',
    'injectedValueNode',
    'mapValueNode',
    'noneValueNode',
    'numberValueNode',
    'publicKeyValueNode',
    'setValueNode',
    'someValueNode',
    'stringValueNode',
    'structValueNode',
    'tupleValueNode',
];
const DEFAULTS = [
    ...VALUES,
    'accountBumpValueNode',
    'accountFieldValueNode',
    'accountValueNode',
    'argumentValueNode',
    'conditionalValueNode',
    'identityValueNode',
    'payerValueNode',
    'pdaValueNode',
    'programIdValueNode',
    'programLinkNode',
    'resolverValueNode',
];
const ACCOUNT_OR_ARGUMENT = ['accountValueNode', 'argumentValueNode'];

const type = node(...TYPES);
const value = node(...VALUES);
const count = node('fixedCountNode', 'prefixedCountNode', 'remainderCountNode');
const discriminators = nodes('constantDiscriminatorNode', 'fieldDiscriminatorNode', 'sizeDiscriminatorNode');
const numberOf = nested('numberTypeNode');
const encoding = literal('base16', 'base58', 'base64', 'utf8');
const defaultValueStrategy = optional(literal('omitted', 'optional'));
const program = optional(node('programLinkNode'));
const isSigner = literal(true, false, 'either');
/** How something is shown: it has no part in what is rendered. */
const display = optional({ kinds: [], type: 'node' });

/** Every kind of node of the standard, version 1.7, with its attributes. Attributes that are not here are ignored. */
export const NODE_SPECS: Readonly<Record<string, NodeSpec>> = {
    // Programs.
    rootNode: {
        standard: string,
        version: { type: 'version' },
        program: node('programNode'),
        additionalPrograms: nodes('programNode'),
    },
    programNode: {
        name,
        publicKey: address,
        version: optional(string),
        docs,
        accounts: nodes('accountNode'),
        instructions: nodes('instructionNode'),
        definedTypes: nodes('definedTypeNode'),
        pdas: nodes('pdaNode'),
        events: nodes('eventNode'),
        errors: nodes('errorNode'),
        constants: nodes('constantNode'),
    },
    accountNode: {
        name,
        size: optional(size),
        docs,
        data: optional(nested('structTypeNode')),
        pda: optional(node('pdaLinkNode')),
        discriminators,
    },
    constantNode: { name, docs, type, value },
    definedTypeNode: { name, docs, type },
    errorNode: { name, code: size, message: string, docs },
    eventNode: { name, docs, data: type, discriminators },
    pdaNode: {
        name,
        docs,
        programId: optional(address),
        seeds: nodes('constantPdaSeedNode', 'variablePdaSeedNode'),
    },
    constantPdaSeedNode: { type, value: node(...VALUES, 'programIdValueNode') },
    variablePdaSeedNode: { name, docs, type },

    // Instructions.
    instructionNode: {
        name,
        docs,
        optionalAccountStrategy: optional(literal('omitted', 'programId')),
        accounts: nodes('instructionAccountNode'),
        arguments: nodes('instructionArgumentNode'),
        extraArguments: nodes('instructionArgumentNode'),
        remainingAccounts: nodes('instructionRemainingAccountsNode'),
        byteDeltas: nodes('instructionByteDeltaNode'),
        discriminators,
        status: optional(node('instructionStatusNode')),
        subInstructions: nodes('instructionNode'),
        provides: nodes('providedNode'),
        display,
    },
    instructionAccountNode: {
        name,
        isWritable: boolean,
        isSigner,
        isOptional: optional(boolean),
        docs,
        defaultValue: optional(node(...DEFAULTS)),
        accountLink: optional(node('accountLinkNode')),
        display,
    },
    instructionArgumentNode: {
        name,
        defaultValueStrategy,
        docs,
        type,
        defaultValue: optional(node(...DEFAULTS)),
        display,
    },
    instructionRemainingAccountsNode: {
        isOptional: optional(boolean),
        isSigner: optional(isSigner),
        isWritable: optional(boolean),
        docs,
        value: node('argumentValueNode', 'resolverValueNode'),
        display,
    },
    instructionByteDeltaNode: {
        withHeader: boolean,
        subtract: optional(boolean),
        value: node('accountLinkNode', 'argumentValueNode', 'numberValueNode', 'resolverValueNode'),
    },
    instructionStatusNode: {
        lifecycle: literal('archived', 'deprecated', 'draft', 'live'),
        message: optional(string),
    },
    providedNode: { name, node: node() },

    // Types.
    amountTypeNode: { decimals: size, unit: optional(string), number: numberOf },
    arrayTypeNode: { item: type, count },
    booleanTypeNode: { size: numberOf },
    bytesTypeNode: {},
    dateTimeTypeNode: { number: numberOf },
    enumTypeNode: {
        variants: nodes('enumEmptyVariantTypeNode', 'enumStructVariantTypeNode', 'enumTupleVariantTypeNode'),
        size: numberOf,
    },
    enumEmptyVariantTypeNode: { name, docs, discriminator: optional(size), display },
    enumStructVariantTypeNode: {
        name,
        docs,
        discriminator: optional(size),
        struct: nested('structTypeNode'),
        display,
    },
    enumTupleVariantTypeNode: { name, docs, discriminator: optional(size), tuple: nested('tupleTypeNode'), display },
    fixedSizeTypeNode: { size, type },
    hiddenPrefixTypeNode: { type, prefix: nodes('constantValueNode') },
    hiddenSuffixTypeNode: { type, suffix: nodes('constantValueNode') },
    mapTypeNode: { key: type, value: type, count },
    numberTypeNode: {
        format: literal('f32', 'f64', 'i128', 'i16', 'i32', 'i64', 'i8', 'shortU16', 'u128', 'u16', 'u32', 'u64', 'u8'),
        endian: literal('be', 'le'),
        display,
    },
    optionTypeNode: { fixed: optional(boolean), item: type, prefix: numberOf },
    postOffsetTypeNode: {
        offset: integer,
        strategy: literal('absolute', 'padded', 'preOffset', 'relative'),
        type,
    },
    preOffsetTypeNode: { offset: integer, strategy: literal('absolute', 'padded', 'relative'), type },
    publicKeyTypeNode: {},
    remainderOptionTypeNode: { item: type },
    sentinelTypeNode: { type, sentinel: node('constantValueNode') },
    setTypeNode: { item: type, count },
    sizePrefixTypeNode: { type, prefix: numberOf },
    solAmountTypeNode: { number: numberOf },
    stringTypeNode: { encoding, display },
    structTypeNode: { fields: nodes('structFieldTypeNode') },
    structFieldTypeNode: { name, defaultValueStrategy, docs, type, defaultValue: optional(value), display },
    tupleTypeNode: { items: nodes(...TYPES) },
    zeroableOptionTypeNode: { item: type, zeroValue: optional(node('constantValueNode')) },
    fixedCountNode: { value: size },
    prefixedCountNode: { prefix: numberOf },
    remainderCountNode: {},

    // Values.
    arrayValueNode: { items: nodes(...VALUES) },
    booleanValueNode: { boolean },
    bytesValueNode: { data: string, encoding },
    constantValueNode: { type, value },
    enumValueNode: {
        variant: name,
        enum: node('definedTypeLinkNode'),
        value: optional(node('structValueNode', 'tupleValueNode')),
    },
    injectedValueNode: { key: name, fallback: optional(value) },
    mapValueNode: { entries: nodes('mapEntryValueNode') },
    mapEntryValueNode: { key: value, value },
    noneValueNode: {},
    numberValueNode: { number },
    publicKeyValueNode: { publicKey: address, identifier: optional(string) },
    setValueNode: { items: nodes(...VALUES) },
    someValueNode: { value },
    stringValueNode: { string },
    structValueNode: { fields: nodes('structFieldValueNode') },
    structFieldValueNode: { name, value },
    tupleValueNode: { items: nodes(...VALUES) },

    // Values that follow from the rest of an instruction.
    accountBumpValueNode: { name },
    accountFieldValueNode: { account: name, path: optional(name) },
    accountValueNode: { name },
    argumentValueNode: { name },
    conditionalValueNode: {
        condition: node(...ACCOUNT_OR_ARGUMENT, 'resolverValueNode'),
        value: optional(value),
        ifTrue: optional(node(...DEFAULTS)),
        ifFalse: optional(node(...DEFAULTS)),
    },
    identityValueNode: {},
    payerValueNode: {},
    pdaSeedValueNode: { name, value: node(...VALUES, ...ACCOUNT_OR_ARGUMENT) },
    pdaValueNode: {
        pda: node('pdaLinkNode', 'pdaNode'),
        seeds: nodes('pdaSeedValueNode'),
        programId: optional(node(...ACCOUNT_OR_ARGUMENT)),
    },
    programIdValueNode: {},
    resolverValueNode: { name, docs, dependsOn: nodes(...ACCOUNT_OR_ARGUMENT) },

    // Discriminators and links.
    constantDiscriminatorNode: { offset: size, constant: node('constantValueNode') },
    fieldDiscriminatorNode: { name, offset: size },
    sizeDiscriminatorNode: { size },
    accountLinkNode: { name, program },
    definedTypeLinkNode: { name, program },
    instructionAccountLinkNode: { name, instruction: optional(node('instructionLinkNode')) },
    instructionArgumentLinkNode: { name, instruction: optional(node('instructionLinkNode')) },
    instructionLinkNode: { name, program },
    pdaLinkNode: { name, program },
    programLinkNode: { name },

    // How values are shown; read by wallets, not by what renders a client.
    amountNumberDisplayNode: {},
    dateTimeNumberDisplayNode: {},
    durationNumberDisplayNode: {},
    enumVariantDisplayNode: {},
    instructionAccountDisplayNode: {},
    instructionDisplayNode: {},
    stringDisplayNode: {},
    structFieldDisplayNode: {},
};
