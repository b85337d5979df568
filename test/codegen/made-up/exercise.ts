import { getNameApi } from '@codama/renderers-js';
import { isNode, VALUE_NODES, type InstructionNode, type Node, type ProgramNode, type RootNode } from '@codama/nodes';
import type { Decoder, Encoder, Instruction } from '@solana/kit';

import { NAMES } from '../../../codegen/names';
import { prepare } from '../../../codegen/visitors/prepare';
import type { ClientModule } from '../compile';
import { createRandom, type Random } from './random';
import { makeAddress, makeSigner, makeStruct, makeValue, type Find } from './values';

type Json = Record<string, unknown>;
type Build = (input: object, config?: object) => Instruction | Promise<Instruction>;
type Parse = (instruction: Instruction) => { data: object };

/** Uses all of a rendered client with made-up values; what does not come back as it was given is a problem. */
export async function exercise(root: RootNode, client: ClientModule, seed: number): Promise<string[]> {
    const random = createRandom(seed);
    const names = getNameApi(NAMES);
    // The tree that is rendered says what the functions of the client take.
    const { deferred, root: tree } = prepare(root);
    const programs = [tree.program, ...tree.additionalPrograms];
    const standIns = new Map(deferred.map(({ name, of }) => [name, of]));
    const types = new Map(
        programs.flatMap(({ definedTypes }) => definedTypes).map(({ name, type }) => [name as string, type as object]),
    );
    const find: Find = name => types.get(standIns.get(name) ?? name) as Json;
    const problems: string[] = [];
    const attempt = async (what: string, act: () => Promise<void> | void) => {
        try {
            await act();
        } catch (error) {
            problems.push(`${what}: ${String(error)}`);
        }
    };
    const same = (what: string, bytes: ArrayLike<number>, again: ArrayLike<number>) => {
        if (Buffer.from(bytes as Uint8Array).equals(Buffer.from(again as Uint8Array))) return;
        problems.push(`${what}: ${[...(bytes as Uint8Array)].join()} became ${[...(again as Uint8Array)].join()}`);
    };
    const roundTrip = (name: string, type: Json) =>
        attempt(name, () => {
            const encoder = (client[names.encoderFunction(name)] as () => Encoder<unknown>)();
            const decoder = (client[names.decoderFunction(name)] as () => Decoder<unknown>)();
            const bytes = encoder.encode(makeValue(type, random, find));
            const [decoded, end] = decoder.read(bytes, 0);
            if (end !== bytes.length) problems.push(`${name}: ${end} of ${bytes.length} bytes are read`);
            same(name, bytes, encoder.encode(decoded));
        });

    for (const program of programs) {
        for (const { name } of program.definedTypes) await roundTrip(name, find(name)!);
        for (const { data, name } of program.accounts) await roundTrip(name, data as object as Json);
        for (const instruction of program.instructions) {
            await attempt(instruction.name, () => build(instruction, program));
        }
    }
    return problems;

    async function build(node: InstructionNode, { publicKey }: ProgramNode): Promise<void> {
        const accounts = node.accounts.filter(account => isGiven(account, random));
        const args = [...node.arguments, ...(node.extraArguments ?? [])] as object[] as Json[];
        const taken = new Set(node.accounts.map(({ name }) => name as string));
        const given = Object.entries(makeStruct(args.map(toPlain), random, find)).map(
            ([name, value]) => [taken.has(name) ? `${name}Arg` : name, value] as const,
        );
        const remaining = (node.remainingAccounts ?? []).flatMap(({ isOptional, isSigner, value }) =>
            args.some(({ name }) => name === value.name) || (isOptional && random.chance(0.5))
                ? []
                : [[value.name, [isSigner === true ? makeSigner(random) : makeAddress(random)]] as const],
        );
        const input = {
            ...Object.fromEntries(
                accounts.map(({ isSigner, name }) => [
                    name,
                    isSigner === true || (isSigner === 'either' && random.chance(0.5))
                        ? makeSigner(random)
                        : makeAddress(random),
                ]),
            ),
            ...Object.fromEntries(given),
            ...Object.fromEntries(remaining),
        };
        const asynchronous = client[names.instructionAsyncFunction(node.name)] as Build | undefined;
        const synchronous = client[names.instructionSyncFunction(node.name)] as Build;
        const instruction = await (asynchronous ?? synchronous)(input);
        if (instruction.programAddress !== publicKey) problems.push(`${node.name}: is of another program`);
        const parsed = (client[names.instructionParseFunction(node.name)] as Parse)(instruction);
        const encode = client[names.encoderFunction(names.instructionDataType(node.name))] as () => Encoder<object>;
        if (instruction.data) same(node.name, instruction.data, encode().encode(parsed.data));
    }
}

/** An argument that is given when its default follows from other inputs: what that comes to is for other tests. */
function toPlain(argument: Json): Json {
    const { defaultValue, ...rest } = argument as { defaultValue?: Node };
    return defaultValue === undefined || isNode(defaultValue, VALUE_NODES) ? argument : rest;
}

function isGiven({ defaultValue, isOptional }: InstructionNode['accounts'][number], random: Random): boolean {
    return !(isOptional || defaultValue) || random.chance(0.5);
}
