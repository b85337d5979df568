import { decodeEvent, decodeInstructionData } from 'solana-payment-channels';

import { UsageError } from './io';
import type { Form } from './inspect-input';
import { readForFirst, toFields, type Context, type Kind } from './inspect-reading';

/** The data of an instruction of the program. */
export const INSTRUCTION: Kind = {
    description: 'the data of an instruction of the program',
    name: 'instruction',
    read: async ({ bytes }: Form & { as: 'bytes' }, { deployments }: Context) => {
        const read = await readForFirst(deployments, deployment => {
            const decoded = decodeInstructionData(bytes, deployment);
            if (decoded?.isExact) return decoded;
            throw new UsageError(
                `it is not, to the last byte, the data of an instruction of the ${deployment.revision} revision`,
            );
        });
        const { data, name, operation } = read.value;
        return {
            ...read,
            isGood: true,
            tables: [toFields({ instruction: name, ...(name === operation ? {} : { operation }), ...data })],
            title: `Data of the instruction ${name} (docs/program.md, section 5)`,
        };
    },
    takes: 'bytes',
};

/** The data of an event. */
export const EVENT: Kind = {
    description: 'the data of an event, from an inner instruction or a line of a log',
    name: 'event',
    read: async ({ bytes }: Form & { as: 'bytes' }, { deployments }: Context) => {
        const read = await readForFirst(deployments, deployment => {
            const event = decodeEvent(bytes, deployment);
            if (event !== undefined && event.eventType !== 'unknown')
                return { data: event.data, name: toName(event.data) };
            throw new UsageError(`it is not the data of an event of the ${deployment.revision} revision`);
        });
        const { data, name } = read.value;
        return {
            ...read,
            isGood: true,
            notes: ['Data alone proves nothing: only inner instructions of a transaction that succeeded are events.'],
            tables: [toFields(data)],
            title: `The event ${name} (docs/program.md, section 10)`,
        };
    },
    takes: 'bytes',
};

/** Which event it is, by what it says: only a payout that was redirected has a beneficiary. */
const toName = (data: object) => ('beneficiary' in data ? 'PayoutRedirected' : 'Opened');
