import { Option, type Command } from 'commander';
import { isPaymentChannelsError, type Deployment } from 'solana-payment-channels';

import {
    addDeploymentOptions,
    findCustomDeployment,
    REVISIONS,
    type DeploymentFlags,
    type DeploymentName,
} from './deployment-options';
import { ExitCode, UsageError, type Io } from './io';
import { readTextFile } from './read-file';
import { ENCODINGS, getForms, readInput, type Encoding, type Form } from './inspect-input';
import { KINDS } from './inspect-kinds';
import {
    formatReading,
    IncompleteError,
    toReadingJson,
    type Context,
    type Kind,
    type Reading,
} from './inspect-reading';
import { TermsError } from './inspect-transaction';

type InspectFlags = DeploymentFlags & {
    as?: string;
    encoding?: Encoding;
    json?: true;
    program?: string;
    rpc?: string;
    terms?: string;
};

const USUAL: DeploymentName = 'mainnet';

/** `payment-channels inspect`: decodes what a user may hold. */
export function addInspectCommand(program: Command, io: Io, setExitCode: (code: ExitCode) => void): void {
    const kinds = KINDS.map(({ description, name }) => `  ${name.padEnd(14)} ${description}`).join('\n');
    const command = program
        .command('inspect')
        .description(
            'Decode what you hold, finding out by itself what it is where that is certain: in hexadecimal, base64, base58 or ' +
                'JSON, given as the argument, in a file, or on the standard input. Exits 1 when a signature in it is not ' +
                'good or it is not what --terms say.',
        )
        .argument('[input]', 'what to decode, the name of a file that has it, or - for the standard input')
        .addOption(new Option('--as <kind>', 'what it is').choices(KINDS.map(({ name }) => name)))
        .addOption(new Option('--encoding <encoding>', 'encoding of bytes').choices(ENCODINGS))
        .option('--rpc <url>', 'URL of an RPC, to read the channel at an address')
        .option('--terms <file>', 'JSON with what was agreed: says whether a transaction is just that')
        .option('--program <address>', 'address of the program (default: that of the deployment)')
        .option('--json', 'print one JSON object and nothing else')
        .addHelpText('after', `\nWhat can be inspected:\n${kinds}\n`)
        .allowExcessArguments(false);
    addDeploymentOptions(command, USUAL).action(async (argument: string | undefined, flags: InspectFlags) => {
        const forms = getForms(await readInput(argument, io), flags.encoding);
        const context: Context = {
            deployments: findDeployments(flags),
            rpcUrl: flags.rpc,
            terms: flags.terms === undefined ? undefined : await readTextFile(flags.terms),
        };
        const { kind, reading } = await inspect(forms, flags.as, context);
        io.writeOutput(flags.json ? `${toReadingJson(kind.name, reading)}\n` : formatReading(reading));
        if (!reading.isGood) setExitCode(ExitCode.Failure);
    });
}

/** The deployments that may be meant: what the user says, or one of each revision, the usual one first. */
function findDeployments(flags: InspectFlags): readonly Deployment[] {
    if (flags.deployment !== undefined || flags.revision !== undefined) return [findCustomDeployment(flags, USUAL)];
    return REVISIONS.flatMap(revision => {
        try {
            return [findCustomDeployment({ ...flags, revision }, USUAL)];
        } catch (error) {
            // An address that only another revision has. A text that is no address is one in none.
            if (error instanceof UsageError && revision !== REVISIONS.at(-1)) return [];
            throw error;
        }
    });
}

type Found = Readonly<{ encoding: Encoding | 'none' | undefined; kind: Kind; reading: Reading }>;

/** Takes an input for everything that it may be. */
async function inspect(forms: readonly Form[], as: string | undefined, context: Context): Promise<Found> {
    const found: Found[] = [];
    const errors: unknown[] = [];
    for (const kind of KINDS.filter(({ name }) => as === undefined || name === as)) {
        for (const form of forms.filter(({ as: form }) => form === kind.takes)) {
            try {
                const reading = await kind.read(form as never, context);
                found.push({ encoding: form.as === 'bytes' ? form.encoding : undefined, kind, reading });
            } catch (error) {
                if (error instanceof TermsError || !isAboutInput(error)) throw error;
                errors.push(error);
            }
        }
    }
    const certain = found.filter(({ kind }) => !kind.isToldByLength);
    const [only, ...others] = certain.length > 0 ? certain : found;
    if (only !== undefined && others.length === 0) return only;
    if (only !== undefined) {
        const ways = [only, ...others].map(
            ({ encoding, kind }) => `--as ${kind.name}${encoding === undefined ? '' : ` --encoding ${encoding}`}`,
        );
        throw new UsageError(`it can be more than one thing, say which: ${ways.join(', or ')}`);
    }
    throw explain(errors, as, context);
}

/** Whether an error says that an input is something else; the others are of the network, or of this program. */
function isAboutInput(error: unknown): boolean {
    if (error instanceof UsageError) return true;
    return isPaymentChannelsError(error) && !OF_THE_WAY.includes(error.code);
}

const OF_THE_WAY: readonly string[] = ['ED25519_UNSUPPORTED', 'NO_ANSWER', 'RPC_RESPONSE_INVALID', 'VERIFIER_FAILED'];

function explain(errors: readonly unknown[], as: string | undefined, { deployments }: Context): UsageError {
    const incomplete = errors.find(error => error instanceof IncompleteError);
    if (incomplete !== undefined) return incomplete as UsageError;
    const [reason] = errors;
    if (as !== undefined) {
        const text = reason === undefined ? 'it is not text in one of the encodings' : (reason as Error).message;
        return new UsageError(`it can't be read as ${as}: ${text}`, { cause: reason });
    }
    // Only where the user has said which revision: else all of them were tried.
    const other = errors.find(error => isPaymentChannelsError(error, 'REVISION_MISMATCH'));
    if (deployments.length === 1 && isPaymentChannelsError(other, 'REVISION_MISMATCH')) {
        const { expected, given } = other.context;
        return new UsageError(
            `it is of the ${given} revision of the program, and not of ${expected}: check --revision`,
            {
                cause: other,
            },
        );
    }
    return new UsageError(
        `it is nothing that can be told by itself: --as says what it is, and then why it can't be read (${KINDS.map(({ name }) => name).join(', ')})`,
    );
}
