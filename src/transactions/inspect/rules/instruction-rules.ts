import type { Rule } from '../inspection-context';
import { getMismatch, type InspectionMismatch } from '../inspection-mismatch';

// Rules on which instructions there are, and on the data of the agreed one.

/** The agreed instruction stands in the transaction once. */
export const oneChannelInstruction: Rule = {
    check: ({ channelInstructionName: name, instructions }): readonly InspectionMismatch[] => {
        if (!instructions.some(({ kind }) => kind === 'channel')) {
            return [getMismatch('CHANNEL_INSTRUCTION_MISSING', 'instructions', { actual: undefined, expected: name })];
        }
        return instructions
            .filter(({ kind }) => kind === 'repeatedChannel')
            .map(({ path }, index) =>
                getMismatch('CHANNEL_INSTRUCTION_REPEATED', path, { actual: index + 2, expected: 1, name }),
            );
    },
    name: 'oneChannelInstruction',
};

/** No instruction is there that was not agreed. */
export const extraInstructions: Rule = {
    check: ({ instructions }) =>
        instructions.flatMap(({ kind, path, programAddress }) =>
            kind === 'other'
                ? [getMismatch('INSTRUCTION_NOT_ALLOWED', path, { actual: programAddress, expected: undefined })]
                : [],
        ),
    name: 'extraInstructions',
};

/** The data of every instruction is what its program reads, and nothing after it. */
export const instructionData: Rule = {
    check: ({ instructions }) =>
        instructions.flatMap(({ data, isDataExact, kind, path }) => {
            if (isDataExact) return [];
            const values = { actual: `${data.length} bytes`, expected: `the exact data of ${kind}` };
            return [getMismatch('INSTRUCTION_DATA_MALFORMED', `${path}.data`, values)];
        }),
    name: 'instructionData',
};
