import { isNode, pascalCase, type EventNode, type ProgramNode } from 'codama';

import { getDocBlock, getPage, type NameApi } from './page';

type Part = { bytes: number[]; offset: number };

/**
 * The page of a program's events: what stands before each payload, and a parser that tells the events apart.
 *
 * The payload of an event is a defined type; its discriminators are constant bytes without gaps before it.
 */
export function getEventsPage(program: ProgramNode, nameApi: NameApi): string {
    const events = program.events.map(event => {
        if (!isNode(event.data, 'definedTypeLinkNode')) {
            throw new Error(`Event "${event.name}": its data is not a link to a defined type`);
        }
        return {
            constant: `${nameApi.constant(event.name)}_EVENT_DISCRIMINATOR`,
            decoder: nameApi.decoderFunction(event.data.name),
            docs: event.docs,
            prefix: getPrefix(event),
            type: nameApi.dataType(event.data.name),
            variant: pascalCase(event.name),
        };
    });
    const name = pascalCase(program.name);
    const enumName = `${name}Event`;

    return getPage(
        `import { containsBytes, SOLANA_ERROR__CODECS__INVALID_BYTE_LENGTH, SolanaError, type ReadonlyUint8Array } from '@solana/kit';
         import { ${events.flatMap(({ decoder, type }) => [decoder, `type ${type}`]).join(', ')} } from '../types';`,
        `/** The events of the program. */
         export enum ${enumName} { ${events.map(({ docs, variant }) => `${getDocBlock(docs)}${variant},`).join('\n')} }`,
        ...events.map(
            ({ constant, prefix, variant }) =>
                `/** The bytes that stand before the payload of \`${variant}\`. */
                 export const ${constant}: ReadonlyUint8Array = /* @__PURE__ */ new Uint8Array([${prefix.join(', ')}]);`,
        ),
        `/** An event with its decoded payload. */
         export type Parsed${enumName} = ${events
             .map(({ type, variant }) => `{ eventType: ${enumName}.${variant}; data: ${type} }`)
             .join(' | ')};`,
        `/** Says which event the data of an inner instruction carries; \`undefined\` when it carries none. */
         export function identify${enumName}(data: ReadonlyUint8Array): ${enumName} | undefined {
            ${events
                .map(
                    ({ constant, variant }) =>
                        `if (containsBytes(data, ${constant}, 0)) return ${enumName}.${variant};`,
                )
                .join('\n')}
            return undefined;
         }`,
        `/**
          * Decodes the event that the data of an inner instruction carries; \`undefined\` when it carries none.
          *
          * @throws A \`SolanaError\` when the payload is shorter or longer than that of the event.
          */
         export function parse${enumName}(data: ReadonlyUint8Array): Parsed${enumName} | undefined {
            const eventType = identify${enumName}(data);
            switch (eventType) {
                ${events
                    .map(
                        ({ constant, decoder, variant }) =>
                            `case ${enumName}.${variant}: {
                                const [payload, end] = ${decoder}().read(data, ${constant}.length);
                                assertIsWhole(data, end, '${variant}');
                                return { eventType, data: payload };
                             }`,
                    )
                    .join('\n')}
                case undefined:
                    return undefined;
            }
         }`,
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

/** The bytes of an event's discriminators, joined; they have to cover the data from its start without a gap. */
function getPrefix(event: EventNode): number[] {
    const parts = (event.discriminators ?? []).map((discriminator): Part => {
        if (
            !isNode(discriminator, 'constantDiscriminatorNode') ||
            !isNode(discriminator.constant.value, 'bytesValueNode') ||
            discriminator.constant.value.encoding !== 'base16'
        ) {
            throw new Error(`Event "${event.name}": a discriminator is not constant base16 bytes`);
        }
        return { bytes: [...Buffer.from(discriminator.constant.value.data, 'hex')], offset: discriminator.offset };
    });
    const prefix: number[] = [];
    for (const part of parts.sort((a, b) => a.offset - b.offset)) {
        if (part.offset !== prefix.length) {
            throw new Error(`Event "${event.name}": its discriminators leave a gap or overlap at byte ${part.offset}`);
        }
        prefix.push(...part.bytes);
    }
    if (prefix.length === 0) throw new Error(`Event "${event.name}": it has no discriminator`);
    return prefix;
}
