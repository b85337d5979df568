import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { getAddressEncoder, type Address } from '@solana/kit';

import type { LiteSVM } from 'litesvm';

import { isBytes } from '../core/bytes';
import { PLACEHOLDER_TREASURY_OWNER } from '../revision/treasury-owners';
import type { RevisionName } from '../revision/revision-types';
import { ELF_INVALID } from '../core/error-definitions';
import { PaymentChannelsError } from '../core/errors';
import { readMembers, refuseInput, toAddressBytes, toOneOf } from '../core/input';

/** A program to load into a simulator. */
export type ProgramElf = Readonly<{
    bytes: Uint8Array;
    /** SHA-256 of the file as it was read, in hex. */
    sha256: string;
    /** Where it came from: `embedded` for the reference program of this package, otherwise a path. */
    source: string;
}>;

/** The environment variable that names another ELF, by revision. */
export const ELF_ENVIRONMENT_VARIABLES = {
    epoch: 'PAYMENT_CHANNELS_EPOCH_ELF',
    tombstone: 'PAYMENT_CHANNELS_TOMBSTONE_ELF',
} as const satisfies Readonly<Record<RevisionName, string>>;

/** The name of a revision that this package has a program of. */
export type ProgramRevision = keyof typeof ELF_ENVIRONMENT_VARIABLES;

/** No system has longer ones. */
const MAX_PATH_LENGTH = 4_096;

/**
 * Reads the program ELF of a revision: the given file, or the one that the environment names, or the reference program
 * that comes with this package.
 *
 * @throws `ELF_INVALID` when the file can't be read or is no ELF; `INPUT_INVALID`, by field.
 *
 * @example
 * ```ts
 * const { bytes } = readProgramElf('epoch');
 * ```
 */
export function readProgramElf(revision: ProgramRevision, path?: string): ProgramElf {
    toOneOf('revision', revision, Object.keys(ELF_ENVIRONMENT_VARIABLES));
    if (path !== undefined && (typeof path !== 'string' || path.length > MAX_PATH_LENGTH)) {
        refuseInput('path', `a path of at most ${MAX_PATH_LENGTH} characters`, path);
    }
    const override = path ?? (process.env[ELF_ENVIRONMENT_VARIABLES[revision]] || undefined);
    const source = override ?? 'embedded';
    const bytes = readElfFile(source, () => override ?? findEmbeddedElf(revision));
    return Object.freeze({ bytes, sha256: createHash('sha256').update(bytes).digest('hex'), source });
}

function readElfFile(source: string, getPath: () => string): Uint8Array {
    let bytes: Uint8Array;
    try {
        bytes = new Uint8Array(readFileSync(getPath()));
    } catch (cause) {
        const reason = cause instanceof Error ? cause.message : String(cause);
        throw new PaymentChannelsError(ELF_INVALID, { reason, source }, { cause });
    }
    return assertIsElf(bytes, source);
}

function assertIsElf(bytes: Uint8Array, source: string): Uint8Array {
    if (String.fromCharCode(...bytes.subarray(0, 4)) === '\x7fELF') return bytes;
    throw new PaymentChannelsError(ELF_INVALID, { reason: 'the file does not start as an ELF does', source });
}

/** An ELF that is given by its path, or by its bytes. */
export function readElf(field: string, elf: unknown): Pick<ProgramElf, 'bytes' | 'source'> {
    if (isBytes(elf)) return { bytes: assertIsElf(elf as Uint8Array, field), source: field };
    if (typeof elf !== 'string' || elf.length > MAX_PATH_LENGTH) {
        return refuseInput(field, `a path of at most ${MAX_PATH_LENGTH} characters, or the bytes of an ELF`, elf);
    }
    return { bytes: readElfFile(elf, () => elf), source: elf };
}

/**
 * Loads an ELF into a LiteSVM.
 *
 * @throws `ELF_INVALID` for what LiteSVM can't load.
 */
export function loadElf(svm: LiteSVM, address: Address, { bytes, source }: Pick<ProgramElf, 'bytes' | 'source'>): void {
    try {
        svm.addProgram(address, bytes);
    } catch (cause) {
        const reason = cause instanceof Error ? cause.message : String(cause);
        throw new PaymentChannelsError(ELF_INVALID, { reason, source }, { cause });
    }
}

/**
 * The bytes of an ELF for a deployment with another treasury owner than the placeholder.
 *
 * The reference program holds its treasury owner in one place, as the 32 bytes of the placeholder: they are replaced.
 * An ELF that holds the owner already, as one dumped from that deployment does, is left as it is.
 *
 * @throws `ELF_INVALID` when the ELF holds neither, or the placeholder more than once; `INPUT_INVALID` or
 * `ADDRESS_INVALID`, by field.
 *
 * @example
 * ```ts
 * const elf = readProgramElf('epoch');
 * const bytes = getElfForTreasuryOwner(elf, merchant.address);
 * ```
 */
export function getElfForTreasuryOwner(elf: ProgramElf, treasuryOwner: Address): Uint8Array {
    const { bytes, source } = readMembers('elf', elf, ['bytes', 'source']);
    if (!isBytes(bytes)) refuseInput('elf.bytes', 'a Uint8Array', bytes);
    if (treasuryOwner === PLACEHOLDER_TREASURY_OWNER) return bytes;
    const owner = Buffer.from(toAddressBytes('treasuryOwner', treasuryOwner));
    const placeholder = Buffer.from(getAddressEncoder().encode(PLACEHOLDER_TREASURY_OWNER));
    const haystack = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    const offset = haystack.indexOf(placeholder);
    if (offset < 0) {
        if (haystack.includes(owner)) return bytes;
        const reason = `it holds neither the treasury owner ${treasuryOwner} of the deployment nor the placeholder for one`;
        throw new PaymentChannelsError(ELF_INVALID, { reason, source });
    }
    if (haystack.includes(placeholder, offset + 1)) {
        const reason = 'it holds the placeholder for the treasury owner more than once';
        throw new PaymentChannelsError(ELF_INVALID, { reason, source });
    }
    const patched = new Uint8Array(bytes);
    patched.set(owner, offset);
    return patched;
}

/** The ELF in the folder `program/` of this package, whether this module runs from `src/` or from `dist/`. */
function findEmbeddedElf(revision: ProgramRevision): string {
    let folder = dirname(fileURLToPath(import.meta.url));
    for (;;) {
        const path = join(folder, 'program', `${revision}.so`);
        if (existsSync(path)) return path;
        const parent = dirname(folder);
        if (parent === folder) throw new Error(`program/${revision}.so is missing from this package`);
        folder = parent;
    }
}
