/**
 * Moves a recorded case to another program address or another treasury owner: whatever is derived from these is derived
 * anew, in accounts, instructions and expectations alike.
 *
 * Vouchers name their channel, so they have to be signed anew too, and for that every key that signs in the case is
 * replaced by one whose private half is known here.
 */

import { createHash, createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';

import {
    getAddressDecoder,
    getAddressEncoder,
    getBase64Decoder,
    getBase64Encoder,
    getProgramDerivedAddress,
    type Address,
} from '@solana/kit';

import type { RevisionFacts } from '../revisions';
import type { RecordedAccount, RecordedCase, RecordedInstruction } from './recorded-case';

const ED25519_PROGRAM = 'Ed25519SigVerify111111111111111111111111111' as Address;
const ATA_PROGRAM = 'ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL' as Address;
const TOKEN_PROGRAMS = [
    'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA',
    'TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb',
] as Address[];
const OPEN = 1;
/** Owner of the treasury's token accounts where the cases were recorded. */
const RECORDED_TREASURY_OWNER = 'DrLViEZBgqj6TgP8vKqu22uvLgV6p3tfkvCYfG8yqSUn' as Address;
/** Where the message of a precompile instruction is that carries a voucher. */
const MESSAGE = 112;

/** What stands before the 32 bytes of an Ed25519 private key in PKCS #8. */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

type Bytes = Uint8Array;
/** `extra` is what a revision has behind the salt. */
type Seeds = Readonly<{ extra: Bytes; mint: Bytes; payee: Bytes; payer: Bytes; salt: Bytes; signer: Bytes }>;

const encodeAddress = (address: Address): Bytes => new Uint8Array(getAddressEncoder().encode(address));
const decodeAddress = (bytes: Bytes): Address => getAddressDecoder().decode(bytes);
const decodeBase64 = (text: string): Bytes => new Uint8Array(getBase64Encoder().encode(text));
const encodeBase64 = (bytes: Bytes): string => getBase64Decoder().decode(bytes);

export type NewPlace = Readonly<{ programId?: Address; treasuryOwner?: Address }>;

/** The case as it would have been recorded had the program been at `programId`, built for `treasuryOwner`. */
export async function readdress(
    recorded: RecordedCase,
    revision: RevisionFacts,
    { programId = recorded.programId, treasuryOwner = RECORDED_TREASURY_OWNER }: NewPlace,
): Promise<RecordedCase> {
    const keys = replaceKeys(recorded, revision);
    const moved = new Map<Address, Address>([
        [RECORDED_TREASURY_OWNER, treasuryOwner],
        [recorded.programId, programId],
        [await findEventAuthority(recorded.programId), await findEventAuthority(programId)],
        ...[...keys].map(([before, { address }]) => [before, address] as const),
    ]);
    const bumps = new Map<Address, number>();
    for (const seeds of findChannels(recorded, revision)) {
        const [before] = await findChannel(seeds, recorded.programId);
        const replaced = Object.fromEntries(
            Object.entries(seeds).map(([name, bytes]) => [name, substitute(bytes, moved)]),
        ) as Seeds;
        const [after, bump] = await findChannel(replaced, programId);
        moved.set(before, after);
        bumps.set(after, bump);
    }
    await moveTokenAccounts(recorded, moved);
    return rewrite(recorded, revision, { bumps, keys, moved });
}

type Replacements = Readonly<{
    bumps: ReadonlyMap<Address, number>;
    keys: ReadonlyMap<Address, Key>;
    moved: ReadonlyMap<Address, Address>;
}>;

function rewrite(recorded: RecordedCase, revision: RevisionFacts, { bumps, keys, moved }: Replacements): RecordedCase {
    const address = (before: Address): Address => moved.get(before) ?? before;
    const account = <T extends RecordedAccount>(at: Address, before: T): T => {
        const data = substitute(decodeBase64(before.data), moved);
        const bump = bumps.get(at);
        if (bump !== undefined && data.length === revision.channelLength) data[2] = bump;
        return { ...before, data: encodeBase64(data), owner: address(before.owner) };
    };
    const instruction = (before: RecordedInstruction): RecordedInstruction => {
        const data = decodeBase64(before.data);
        const replaced = substitute(data, moved);
        if (before.program === ED25519_PROGRAM && isVoucherSignature(data, revision)) {
            const signer = keys.get(decodeAddress(data.slice(16, 48)));
            if (signer !== undefined && isSigned(data)) {
                replaced.set(sign(null, replaced.slice(MESSAGE), signer.privateKey), 48);
            }
        }
        return {
            accounts: before.accounts.map(meta => ({ ...meta, address: address(meta.address) })),
            data: encodeBase64(replaced),
            program: address(before.program),
        };
    };
    return {
        ...recorded,
        accounts: recorded.accounts.map(before => {
            const at = address(before.address);
            return { ...account(at, before), address: at };
        }),
        programId: address(recorded.programId),
        steps: recorded.steps.map(step => ({
            ...step,
            expect: {
                ...step.expect,
                after: Object.fromEntries(
                    (Object.entries(step.expect.after) as [Address, RecordedAccount | null][]).map(([at, after]) => [
                        address(at),
                        after && account(address(at), after),
                    ]),
                ),
                innerInstructionData: step.expect.innerInstructionData.map(data =>
                    encodeBase64(substitute(decodeBase64(data), moved)),
                ),
            },
            feePayer: address(step.feePayer),
            instructions: step.instructions.map(instruction),
        })),
    };
}

/** Copies bytes with every address in them that has moved replaced. */
function substitute(bytes: Bytes, moved: ReadonlyMap<Address, Address>): Bytes {
    const copy = Buffer.from(bytes);
    for (const [before, after] of moved) {
        const needle = encodeAddress(before);
        for (let at = copy.indexOf(needle); at >= 0; at = copy.indexOf(needle, at + 32)) {
            copy.set(encodeAddress(after), at);
        }
    }
    return new Uint8Array(copy);
}

/** Seeds of every channel that the case opens or starts with. */
function findChannels(recorded: RecordedCase, { channelLength, extraSeed, open }: RevisionFacts): Seeds[] {
    const readExtra = (data: Bytes, at: 'inAccount' | 'inOpenData'): Bytes =>
        extraSeed === undefined ? new Uint8Array() : data.slice(extraSeed[at], extraSeed[at] + extraSeed.length);
    const planted = recorded.accounts
        .filter(({ owner }) => owner === recorded.programId)
        .map(({ data }) => decodeBase64(data))
        .filter(data => data.length === channelLength)
        .map(data => ({
            extra: readExtra(data, 'inAccount'),
            mint: data.slice(184, 216),
            payee: data.slice(120, 152),
            payer: data.slice(88, 120),
            salt: data.slice(4, 12),
            signer: data.slice(152, 184),
        }));
    const opened = recorded.steps
        .flatMap(({ instructions }) => instructions)
        .filter(({ program }) => program === recorded.programId)
        .map(({ accounts, data }) => ({ data: decodeBase64(data), keys: accounts.map(meta => meta.address) }))
        .filter(({ data, keys }) => data[0] === OPEN && data.length >= 9 && keys.length >= 5)
        .map(({ data, keys }) => {
            const [payer, payee, mint, signer] = open.accounts.map(index => encodeAddress(keys[index]!)) as [
                Bytes,
                Bytes,
                Bytes,
                Bytes,
            ];
            return { extra: readExtra(data, 'inOpenData'), mint, payee, payer, salt: data.slice(1, 9), signer };
        });
    return [...planted, ...opened];
}

async function findChannel(seeds: Seeds, programAddress: Address): Promise<readonly [Address, number]> {
    const { extra, mint, payee, payer, salt, signer } = seeds;
    // An empty seed does not change an address.
    return getProgramDerivedAddress({ programAddress, seeds: ['channel', payer, payee, mint, signer, salt, extra] });
}

async function findEventAuthority(programAddress: Address): Promise<Address> {
    const [address] = await getProgramDerivedAddress({ programAddress, seeds: ['event_authority'] });
    return address;
}

/** Adds the associated token accounts of everyone who has moved, for all mints of the case. */
async function moveTokenAccounts(recorded: RecordedCase, moved: Map<Address, Address>): Promise<void> {
    const used = new Set(
        recorded.steps.flatMap(step => step.instructions.flatMap(({ accounts }) => accounts.map(meta => meta.address))),
    );
    const mints = recorded.accounts
        .filter(({ address, owner }) => TOKEN_PROGRAMS.includes(owner) && used.has(address))
        .map(({ address }) => address);
    const findTokenAccount = async (owner: Address, program: Address, mint: Address): Promise<Address> => {
        const seeds = [owner, program, mint].map(encodeAddress);
        return (await getProgramDerivedAddress({ programAddress: ATA_PROGRAM, seeds }))[0];
    };
    for (const [before, after] of [...moved]) {
        for (const program of TOKEN_PROGRAMS) {
            for (const mint of mints) {
                const account = await findTokenAccount(before, program, mint);
                if (used.has(account)) moved.set(account, await findTokenAccount(after, program, mint));
            }
        }
    }
}

type Key = Readonly<{ address: Address; privateKey: KeyObject }>;

/** A key of ours for each that signs a voucher in the case. */
function replaceKeys(recorded: RecordedCase, revision: RevisionFacts): Map<Address, Key> {
    const keys = new Map<Address, Key>();
    for (const { data, program } of recorded.steps.flatMap(({ instructions }) => instructions)) {
        const bytes = decodeBase64(data);
        if (program !== ED25519_PROGRAM || !isVoucherSignature(bytes, revision)) continue;
        const before = bytes.slice(16, 48);
        const seed = createHash('sha256').update('readdress').update(before).digest();
        const privateKey = createPrivateKey({ format: 'der', key: Buffer.concat([PKCS8_PREFIX, seed]), type: 'pkcs8' });
        const publicKey = createPublicKey(privateKey).export({ format: 'jwk' });
        const address = decodeAddress(new Uint8Array(Buffer.from(publicKey.x ?? '', 'base64url')));
        keys.set(decodeAddress(before), { address, privateKey });
    }
    return keys;
}

/** Whether a precompile instruction carries a voucher, whatever its count and the byte that nobody verifies. */
function isVoucherSignature(data: Bytes, { voucherLength }: RevisionFacts): boolean {
    const layout = `3000ffff1000ffff7000${Buffer.of(voucherLength, 0).toString('hex')}ffff`;
    return data.length === MESSAGE + voucherLength && Buffer.from(data.slice(2, 16)).toString('hex') === layout;
}

/** Whether the signature in a precompile instruction is right. */
function isSigned(data: Bytes): boolean {
    const key = createPublicKey({
        format: 'jwk',
        key: { crv: 'Ed25519', kty: 'OKP', x: Buffer.from(data.slice(16, 48)).toString('base64url') },
    });
    return verify(null, data.slice(MESSAGE), key, data.slice(48, MESSAGE));
}
