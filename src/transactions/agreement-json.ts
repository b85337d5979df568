import { toResult } from '../core/json-form';
import { JSON_FIELD_MISTYPED } from '../core/error-definitions';
import { PaymentChannelsError } from '../core/errors';
import { describe, readDeeply, toList, U64_MAX } from '../core/input';
import { fromJsonText, readDecimal, readObject, type JsonFields } from '../core/strict-json';
import { getPart, type DeploymentParts } from '../revision/deployment';
import type { RevisionName } from '../revision/revision-types';
import type { OpenAgreement, TopUpAgreement } from './transaction-agreement';
import { toOpenAgreement, toTopUpAgreement } from './check-agreement';

// The JSON of what payer and operator agreed on: the members of an agreement under their names, integers as strings of
// decimal digits. Its form is checked here, and what it says where every agreement is checked.

/** The agreement of a JSON text, on an open or on a top-up. */
export type AgreementJson<TRevision extends RevisionName = RevisionName> =
    | Readonly<{ kind: 'open'; agreement: OpenAgreement<TRevision> }>
    | Readonly<{ kind: 'topUp'; agreement: TopUpAgreement }>;

/** An agreement may bring the contents of lookup tables. */
const MAX_TEXT_LENGTH = 1024 * 1024;

/** How the value of a member is read; what is not listed is checked with the agreement and left as it is until then. */
type Read = (field: string, value: unknown) => unknown;

const readInteger: Read = (field, value) => readDecimal(field, value, 0n, U64_MAX);

const readAgreed: Read = (field, value) => {
    if (typeof value !== 'object' || value === null) return readInteger(field, value);
    return readMembersOf(field, readObject(field, value, { optional: ['max', 'min'], required: [] }), {
        max: readInteger,
        min: readInteger,
    });
};

const readPlain: Read = (_, value) => value;

const COMMON = {
    blockhashes: (field, value) =>
        readItems(field, value, (path, item) =>
            readMembersOf(path, readObject(path, item, { required: ['blockhash', 'lastValidBlockHeight'] }), {
                lastValidBlockHeight: readInteger,
            }),
        ),
    computeUnitLimit: readAgreed,
    createTokenAccounts: (field, value) =>
        readMembersOf(field, readObject(field, value, { optional: ['operatorPaysLamports'], required: ['owners'] }), {
            operatorPaysLamports: readInteger,
        }),
    durableNonce: (field, value) =>
        readMembersOf(
            field,
            readObject(field, value, { required: ['nonce', 'nonceAccountAddress', 'nonceAuthorityAddress'] }),
            {},
        ),
    guardPrograms: readPlain,
    lookupTables: readPlain,
    maxComputeUnitPriceMicroLamports: readInteger,
    maxFeeLamports: readInteger,
    memos: readPlain,
    mint: readPlain,
    operator: readPlain,
    payer: readPlain,
    tokenProgram: readPlain,
    versions: readPlain,
} satisfies Readonly<Record<string, Read>>;

const getTopUpReaders = (): Readonly<Record<string, Read>> => ({ ...COMMON, amount: readAgreed, channel: readPlain });
const getOpenReaders = (): Readonly<Record<string, Read>> => ({
    ...COMMON,
    authorizedSigner: readPlain,
    deposit: readAgreed,
    gracePeriodSeconds: readAgreed,
    payee: readPlain,
    salt: (field, value) => (value === 'any' ? value : readInteger(field, value)),
    splits: readPlain,
});
const REQUIRED = ['blockhashes', 'maxFeeLamports', 'mint', 'operator', 'payer'];
const REQUIRED_OPEN = ['authorizedSigner', 'deposit', 'gracePeriodSeconds', 'payee', 'salt', 'splits'];

/**
 * Reads what payer and operator agreed on from JSON: the file of `payment-channels inspect --terms`.
 *
 * The fields are the members of {@link OpenAgreement} or, with a `channel`, of {@link TopUpAgreement}; integers are strings of
 * decimal digits, in `splits` and `versions` JSON numbers.
 *
 * @param input The JSON text, or what was parsed from it.
 * @returns The agreement, which is a good one, for {@link inspectOpenTransaction} or {@link inspectTopUpTransaction}.
 * @throws The errors of strict JSON, by field, and those of the inspections for an agreement that is not good.
 *
 * @example
 * ```ts
 * const terms = parseAgreementJson(await request.text(), MAINNET_DEPLOYMENT);
 * if (terms.kind === 'open') await inspectOpenTransaction(wire, terms.agreement, MAINNET_DEPLOYMENT);
 * ```
 */
export function parseAgreementJson<TRevision extends RevisionName>(
    input: unknown,
    deployment: DeploymentParts<'openReading' | 'splits', TRevision>,
): AgreementJson<TRevision> {
    const { agreementMembers } = getPart(deployment, 'openReading');
    getPart(deployment, 'splits');
    const value = fromJsonText('agreement', input, MAX_TEXT_LENGTH);
    const isTopUp = readDeeply(
        'agreement',
        'an object',
        value,
        () => isObject(value) && Object.hasOwn(value, 'channel'),
    );
    if (isTopUp) {
        const agreement = readAgreement(value, getTopUpReaders(), [...REQUIRED, 'amount', 'channel']) as TopUpAgreement;
        toTopUpAgreement(agreement);
        return toResult({ agreement, kind: 'topUp' } as const);
    }
    const own = Object.keys(agreementMembers).map((name): [string, Read] => [name, OWN[name] ?? readInteger]);
    const readers = { ...getOpenReaders(), ...Object.fromEntries(own) };
    const agreement = readAgreement(value, readers, [...REQUIRED, ...REQUIRED_OPEN]) as OpenAgreement<TRevision>;
    toOpenAgreement<TRevision>(agreement, deployment);
    return toResult({ agreement, kind: 'open' } as const);
}

/** Members that only a revision has and that are no integers. */
const OWN: Readonly<Record<string, Read>> = { rentPayer: readPlain };

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

function readAgreement(value: unknown, readers: Readonly<Record<string, Read>>, required: readonly string[]): object {
    const optional = Object.keys(readers).filter(name => !required.includes(name));
    return readMembersOf('agreement', readObject('agreement', value, { optional, required }), readers);
}

function readMembersOf(field: string, fields: JsonFields, readers: Readonly<Record<string, Read>>): object {
    return Object.fromEntries(
        [...fields].map(([name, value]) => {
            const read = Object.hasOwn(readers, name) ? readers[name]! : readPlain;
            return [name, read(`${field}.${name}`, value)];
        }),
    );
}

function readItems(field: string, value: unknown, read: Read): readonly unknown[] {
    const isList = readDeeply(field, 'a list', value, () => Array.isArray(value));
    if (isList) return toList(field, value, 'a list', (item, path) => read(path, item));
    throw new PaymentChannelsError(JSON_FIELD_MISTYPED, { expected: 'a list', field, value: describe(value) });
}
