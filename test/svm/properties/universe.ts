import { createHash } from 'node:crypto';

import {
    createKeyPairSignerFromPrivateKeyBytes,
    getAddressDecoder,
    type Address,
    type KeyPairSigner,
} from '@solana/kit';

import { findEventAuthorityPda } from '../../../generated/tombstone';
import { findChannelPda, findTokenPda } from '../../../src/channel/find-pdas';
import { type RevisionFacts } from '../revisions';
import {
    ASSOCIATED_TOKEN_PROGRAM,
    INSTRUCTIONS_SYSVAR,
    RENT_SYSVAR,
    rentFor,
    SYSTEM_PROGRAM,
    TOKEN_2022_PROGRAM,
    TOKEN_PROGRAM,
    U64_MAX,
    type Book,
    type ChannelSeeds,
    type Mint,
} from '../model';
import { OPENED } from '../../fixtures/deployment';

/** Numbers of wallets of each sort. Few, so that channels share them. */
const PAYERS = 2;
const PAYEES = 2;
const SESSIONS = 2;
const RECIPIENTS = 32;

const MINTS = {
    spl: { decimals: 6, tokenProgram: TOKEN_PROGRAM, trailer: 'none' },
    t22: { decimals: 9, tokenProgram: TOKEN_2022_PROGRAM, trailer: 'none' },
    t22ext: { decimals: 0, tokenProgram: TOKEN_2022_PROGRAM, trailer: 'metadataPointer' },
} as const;

export type MintName = keyof typeof MINTS;
export const MINT_NAMES = Object.keys(MINTS) as MintName[];
export const SALTS = [0n, 7n, U64_MAX] as const;

/**
 * Every address that a sequence can name. There are few, and all sequences use the same: deriving an address costs a
 * millisecond, so that each is derived once for a whole run. It doubles as the model's {@link Book}.
 */
export class Universe {
    readonly book: Book;
    readonly sponsor = walletAddress('sponsor');
    /** Pays the rent of those channels whose payer does not. */
    readonly rentPayer = walletAddress('rent payer');
    readonly mints = new Map<MintName, Readonly<{ address: Address; account: Mint }>>();
    /** What a wrong account can be. Always the same list, or a failure could not be replayed by its seed. */
    readonly strangers: readonly Address[];
    readonly recipients: readonly Address[] = many(RECIPIENTS, i => walletAddress(`recipient${i}`));
    readonly #names = new Map<Address, string>();
    readonly #ofRuntime: ReadonlySet<Address>;
    readonly #channels = new Map<Address, ChannelSeeds & { bump: number }>();
    readonly #channelBySeeds = new Map<string, Address>();
    readonly #tokens = new Map<Address, { owner: Address; mint: Address; tokenProgram: Address }>();
    readonly #tokenByOwner = new Map<string, Address>();

    private constructor(
        readonly facts: RevisionFacts,
        eventAuthority: Address,
        readonly payers: readonly KeyPairSigner[],
        readonly payees: readonly Address[],
        readonly sessions: readonly KeyPairSigner[],
    ) {
        const { deployment } = facts;
        this.book = {
            associatedTokenAt: address => this.#tokens.get(address),
            channelAt: address => this.#channels.get(address),
            eventAuthority,
            facts,
            programAddress: deployment.programAddress,
            treasuryOwner: deployment.treasuryOwner,
        };
        for (const name of MINT_NAMES) {
            const account: Mint = { kind: 'mint', lamports: rentFor(234), ...MINTS[name] };
            const address = walletAddress(`mint-${name}`);
            this.mints.set(name, { account, address });
            this.#names.set(address, name);
        }
        const ofRuntime: Record<string, Address> = {
            'ATA program': ASSOCIATED_TOKEN_PROGRAM,
            'instructions sysvar': INSTRUCTIONS_SYSVAR,
            'rent sysvar': RENT_SYSVAR,
            'system program': SYSTEM_PROGRAM,
            'token 2022': TOKEN_2022_PROGRAM,
            'token program': TOKEN_PROGRAM,
            program: deployment.programAddress,
        };
        this.#ofRuntime = new Set(Object.values(ofRuntime));
        for (const [name, address] of Object.entries(ofRuntime)) this.#names.set(address, name);
        this.#names.set(eventAuthority, 'event authority');
        this.#names.set(this.sponsor, 'sponsor');
        this.#names.set(this.rentPayer, 'rent payer');
        this.#names.set(deployment.treasuryOwner, 'treasury');
        this.payers.forEach(({ address }, i) => this.#names.set(address, `payer${i}`));
        this.payees.forEach((address, i) => this.#names.set(address, `payee${i}`));
        this.sessions.forEach(({ address }, i) => this.#names.set(address, `session${i}`));
        this.recipients.forEach((address, i) => this.#names.set(address, `recipient${i}`));
        this.strangers = [...this.#names.keys()];
    }

    static async create(facts: RevisionFacts): Promise<Universe> {
        return new Universe(
            facts,
            (await findEventAuthorityPda(facts.deployment))[0],
            await Promise.all(many(PAYERS, i => keyPair(`payer${i}`))),
            many(PAYEES, i => walletAddress(`payee${i}`)),
            await Promise.all(many(SESSIONS, i => keyPair(`session${i}`))),
        );
    }

    get deployment(): RevisionFacts['deployment'] {
        return this.facts.deployment;
    }

    /** A name for a person to read. */
    nameOf(address: Address): string {
        return this.#names.get(address) ?? address;
    }

    /** Whether an address is a program or a sysvar, of which the model keeps no account. */
    isOfRuntime(address: Address): boolean {
        return this.#ofRuntime.has(address);
    }

    async channel(seeds: ChannelSeeds): Promise<Address> {
        const key = Object.values(seeds).join();
        const known = this.#channelBySeeds.get(key);
        if (known) return known;
        const [address, bump] = await findChannelPda({ ...OPENED, ...seeds }, this.deployment);
        this.#channels.set(address, { ...seeds, bump });
        this.#channelBySeeds.set(key, address);
        const parties = [seeds.payer, seeds.payee, seeds.mint, seeds.authorizedSigner].map(a => this.nameOf(a));
        this.#names.set(address, `channel(${parties.join(', ')}, ${seeds.salt}, ${seeds.openSlot})`);
        return address;
    }

    async token(owner: Address, mintName: MintName): Promise<Address> {
        const key = owner + mintName;
        const known = this.#tokenByOwner.get(key);
        if (known) return known;
        const { account, address: mint } = this.mints.get(mintName)!;
        const { tokenProgram } = account;
        const [address] = await findTokenPda('owner', owner, { mint, tokenProgram });
        this.#tokens.set(address, { mint, owner, tokenProgram });
        this.#tokenByOwner.set(key, address);
        this.#names.set(address, `${mintName} of ${this.nameOf(owner)}`);
        return address;
    }
}

function many<T>(count: number, make: (index: number) => T): T[] {
    return Array.from({ length: count }, (_, index) => make(index));
}

const hash = (label: string) => createHash('sha256').update(`properties/${label}`).digest();

/** No wallet signs anything but vouchers: any 32 bytes will do. */
function walletAddress(label: string): Address {
    return getAddressDecoder().decode(hash(label));
}

async function keyPair(label: string): Promise<KeyPairSigner> {
    return await createKeyPairSignerFromPrivateKeyBytes(new Uint8Array(hash(label)));
}
