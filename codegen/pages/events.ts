import type { DefinedTypeNode, EventNode, ProgramNode } from '@codama/nodes';

import { toHex } from '../constants';
import { getPattern } from '../discriminators';
import type { TypeFacts } from '../type-facts';
import { getFields } from '../types';
import { getTypeLayout, holdsBytes } from '../written';
import { getDocBlock, getPage, type NameApi } from './page';

/** What Anchor puts before the data of an event when a program emits it by a call to itself. */
const CALL_TAG = 'e445a52e51cb9a1d';

type Part = { bytes: readonly number[]; constant: string; offset: number };

/**
 * The page of a program's events: the bytes that tell each, a parser of event data, and one of the inner instructions
 * by which a program emits events.
 *
 * The data of an event is a defined type (`lift-event-data`). The bytes that tell it are part of that type when it
 * holds them as a prefix or a field, and stand before it otherwise. An event that nothing tells has no part in it.
 */
export function getEventsPage(program: ProgramNode, facts: TypeFacts, nameApi: NameApi): string | undefined {
    const events = program.events.flatMap(event => {
        const data = event.data.kind === 'definedTypeLinkNode' ? facts.findType(event.data) : undefined;
        const recognition = data && getRecognition(event, data, facts, nameApi);
        return data && recognition
            ? [{ ...recognition, data, docs: event.docs, variant: nameApi.enumVariant(event.name) }]
            : [];
    });
    if (events.length === 0) return undefined;

    const enumName = nameApi.dataType(`${program.name}Event`);
    const address = nameApi.programAddressConstant(program.name);
    const decoders = events.map(({ data }) => nameApi.decoderFunction(data.name));
    const types = events.map(({ data }) => `type ${nameApi.dataType(data.name)}`);
    // Where the IDL gives the tag as a part of each event, the data of the instruction is that of the event.
    const isTagged = events.every(({ parts }) => toHex(parts[0]?.bytes ?? []).startsWith(CALL_TAG));

    return getPage(
        `import { containsBytes, SOLANA_ERROR__CODECS__INVALID_BYTE_LENGTH, SolanaError, type Address, type ReadonlyUint8Array } from '@solana/kit';
         import { ${address} } from '../programs';
         import { ${[...new Set([...decoders, ...types])].join(', ')} } from '../types';`,
        `/** The events of the program. */
         export enum ${enumName} { ${events.map(({ docs, variant }) => `${getDocBlock(docs)}${variant},`).join('\n')} }`,
        ...events.flatMap(({ parts, payloadOffset, variant }) =>
            parts.map(
                ({ bytes, constant }) =>
                    `/** ${payloadOffset > 0 ? `The bytes that stand before the payload of \`${variant}\`.` : `Bytes that tell \`${variant}\`.`} */
                     export const ${constant}: ReadonlyUint8Array = /* @__PURE__ */ new Uint8Array([${bytes.join(', ')}]);`,
            ),
        ),
        `/** An event with its decoded payload. */
         export type Parsed${enumName} = ${events
             .map(({ data, variant }) => `{ eventType: ${enumName}.${variant}; data: ${nameApi.dataType(data.name)} }`)
             .join(' | ')};`,
        `/** Says which event the data of an event is; \`undefined\` when it is none. */
         export function identify${enumName}(data: ReadonlyUint8Array): ${enumName} | undefined {
            ${events
                .map(({ parts, size, variant }) => {
                    const conditions = [
                        ...(size === undefined ? [] : [`data.length === ${size}`]),
                        ...parts.map(({ constant, offset }) => `containsBytes(data, ${constant}, ${offset})`),
                    ];
                    return `if (${conditions.join(' && ')}) return ${enumName}.${variant};`;
                })
                .join('\n')}
            return undefined;
         }`,
        `/**
          * Decodes the data of an event; \`undefined\` when it is none.
          *
          * @throws A \`SolanaError\` when the payload is shorter or longer than that of the event.
          */
         export function parse${enumName}(data: ReadonlyUint8Array): Parsed${enumName} | undefined {
            const eventType = identify${enumName}(data);
            switch (eventType) {
                ${events
                    .map(
                        ({ data, payloadOffset, variant }) =>
                            `case ${enumName}.${variant}: {
                                const [payload, end] = ${nameApi.decoderFunction(data.name)}().read(data, ${payloadOffset});
                                assertIsWhole(data, end, '${variant}');
                                return { eventType, data: payload };
                             }`,
                    )
                    .join('\n')}
                case undefined:
                    return undefined;
            }
         }`,
        `/**
          * Decodes the event that the program emitted by an inner instruction, a call to itself; \`undefined\` for an
          * instruction of another program and for one that carries no event.
          *
          * @throws A \`SolanaError\` when the payload is shorter or longer than that of the event.
          */
         export function parse${enumName}Instruction(
            instruction: { readonly data?: ReadonlyUint8Array; readonly programAddress: Address },
            config: { programAddress?: Address } = {},
         ): Parsed${enumName} | undefined {
            const { data, programAddress } = instruction;
            if (data === undefined || programAddress !== (config.programAddress ?? ${address})) return undefined;
            ${isTagged ? `return parse${enumName}(data);` : `return containsBytes(data, CALL_TAG, 0) ? parse${enumName}(data.slice(CALL_TAG.length)) : parse${enumName}(data);`}
         }`,
        isTagged
            ? ''
            : `/** What stands before the data of an event that a program emits by a call to itself. */
               const CALL_TAG: ReadonlyUint8Array = /* @__PURE__ */ new Uint8Array([${fromHex(CALL_TAG).join(', ')}]);`,
        `function assertIsWhole(data: ReadonlyUint8Array, end: number, codecDescription: string): void {
            if (data.length !== end) {
                throw new SolanaError(SOLANA_ERROR__CODECS__INVALID_BYTE_LENGTH, {
                    bytesLength: data.length,
                    codecDescription,
                    expected: end,
                });
            }
         }`,
    );
}

/** The name of the bytes that tell an event. */
export function getEventConstant(event: string, nameApi: NameApi): string {
    return `${nameApi.constant(event)}_EVENT_DISCRIMINATOR`;
}

/** By what an event is recognized, and where its data type starts; `undefined` when nothing tells it. */
function getRecognition(event: EventNode, data: DefinedTypeNode, types: TypeFacts, nameApi: NameApi) {
    const { findType } = types;
    const discriminators = event.discriminators ?? [];
    const pattern = getPattern(discriminators, getFields(data.type, findType) ?? [], findType);
    if (pattern === undefined || (pattern.bytes.size === 0 && pattern.size === undefined)) return undefined;

    const runs: { bytes: number[]; offset: number }[] = [];
    for (const [place, byte] of [...pattern.bytes].sort(([a], [b]) => a - b)) {
        const last = runs.at(-1);
        if (last && last.offset + last.bytes.length === place) last.bytes.push(byte);
        else runs.push({ bytes: [byte], offset: place });
    }
    const [first, ...others] = runs;
    const isPrefix = first?.offset === 0 && others.length === 0;
    const isInData =
        !isPrefix ||
        discriminators.some(({ kind }) => kind === 'fieldDiscriminatorNode') ||
        holdsBytes(getTypeLayout(data.type, types), first.bytes);
    const constant = getEventConstant(event.name, nameApi);
    return {
        parts: runs.map((run, index): Part => ({
            ...run,
            constant: index === 0 ? constant : `${constant}_${index + 1}`,
        })),
        payloadOffset: isInData ? 0 : first.bytes.length,
        size: pattern.size,
    };
}

function fromHex(hex: string): number[] {
    return (hex.match(/../g) ?? []).map(pair => parseInt(pair, 16));
}
