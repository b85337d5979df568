import { createPublicKey, verify } from 'node:crypto';

import { isWritableRole, type Address, type Instruction } from '@solana/kit';

import { Draft, Frame, getSigners, type InnerCall } from './draft';
import { execute } from './instructions';
import { u16 } from './parse';
import { Refusal, refuse, type ErrorIdentity } from './refusal';
import { ED25519_PROGRAM, rentFor, type Book, type World } from './world';

/** What a transaction does: the next world, or which instruction failed how. Lamports are taken for the fee either way. */
export type Outcome = Readonly<{ world: World; feeLamports: bigint }> &
    Readonly<
        | { ok: true; calls: readonly (readonly InnerCall[])[] }
        | {
              ok: false;
              failure: Readonly<{ instruction: number; error: ErrorIdentity }> | Readonly<{ transaction: string }>;
          }
    >;

const LAMPORTS_PER_SIGNATURE = 5000n;
/** Instructions that a transaction may run, its own and those of calls (docs/program.md, section 12). */
const MAX_TRACE_LENGTH = 64;

/** Runs a transaction: all of it, or nothing but the fee. */
export function runTransaction(
    world: World,
    book: Book,
    transaction: Readonly<{ feePayer: Address; instructions: readonly Instruction[] }>,
): Outcome {
    const { feePayer, instructions } = transaction;
    const signers = getSigners(feePayer, instructions);
    const verified = instructions.filter(({ programAddress }) => programAddress === ED25519_PROGRAM);
    const signatures = verified.reduce((sum, { data }) => sum + (data?.[0] ?? 0), signers.size);
    const feeLamports = LAMPORTS_PER_SIGNATURE * BigInt(signatures);

    const charged = new Draft(world, book);
    charged.addLamports(feePayer, -feeLamports);
    const failed = (failure: Extract<Outcome, { ok: false }>['failure']): Outcome => ({
        failure,
        feeLamports,
        ok: false,
        world: { ...world, accounts: charged.accounts },
    });

    const draft = new Draft({ ...world, accounts: charged.accounts }, book);
    const calls: InnerCall[][] = [];
    let callsLeft = MAX_TRACE_LENGTH - instructions.length;
    for (const [index, { programAddress }] of instructions.entries()) {
        const frame = new Frame(draft, instructions, index, signers, callsLeft);
        try {
            if (programAddress === book.programAddress) execute(frame);
            else if (programAddress === ED25519_PROGRAM) verifySignatures(frame.data);
        } catch (error) {
            if (!(error instanceof Refusal)) throw error;
            return failed({ error: error.identity, instruction: index });
        }
        callsLeft -= frame.calls.length;
        calls.push(frame.calls);
    }
    // The runtime's own rule at the end: no account may be left with a little more than nothing.
    for (const { address, role } of instructions.flatMap(({ accounts }) => accounts ?? [])) {
        const account = draft.accounts.get(address);
        if (!isWritableRole(role) || account?.kind !== 'wallet' || account.lamports >= rentFor(0)) continue;
        const before = world.accounts.get(address)?.lamports ?? 0n;
        const wasPoor = before > 0n && before < rentFor(0);
        if (!wasPoor || account.lamports > before) return failed({ transaction: 'InsufficientFundsForRent' });
    }
    return { calls, feeLamports, ok: true, world: { ...world, accounts: draft.accounts } };
}

/** The Ed25519 precompile, for signatures whose parts are in the instruction itself. */
function verifySignatures(data: Uint8Array): void {
    for (let index = 0; index < data[0]!; index++) {
        const at = (field: number) => u16(data, 2 + index * 14 + field * 2);
        const signature = data.subarray(at(0), at(0) + 64);
        const publicKey = data.subarray(at(2), at(2) + 32);
        const message = data.subarray(at(4), at(4) + at(5));
        if (!isSignatureGood(signature, publicKey, message)) refuse({ custom: 2, program: 'runtime' });
    }
}

function isSignatureGood(signature: Uint8Array, publicKey: Uint8Array, message: Uint8Array): boolean {
    const x = Buffer.from(publicKey).toString('base64url');
    const key = createPublicKey({ format: 'jwk', key: { crv: 'Ed25519', kty: 'OKP', x } });
    return verify(null, message, key, signature);
}
