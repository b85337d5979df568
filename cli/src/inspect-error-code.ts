import { findProgramError } from 'solana-payment-channels';

import { UsageError } from './io';
import type { Form } from './inspect-input';
import type { Context, Kind } from './inspect-reading';

/** How people come by the code of an error: by itself, or in what a node, a wallet or a log says. */
const CODES = [
    /^(0x[0-9a-f]{1,8}|0|[1-9]\d{0,9})$/i,
    /custom program error: (0x[0-9a-f]{1,8})\b/i,
    /\bCustom"?\s*[:(]\s*(\d{1,10})\b/,
];
const MAX_LENGTH = 4_096;
/** Codes below are those of the programs that this one calls as well. */
const FIRST_OWN_CODE = 200;

/** The code of an error of the program. */
export const ERROR: Kind = {
    description: 'the code of an error (233, 0xe9), or a line that has one (custom program error: 0xe9)',
    name: 'error',
    read: async ({ text }: Form & { as: 'text' }, { deployments }: Context) => {
        const match = text.length > MAX_LENGTH ? undefined : CODES.map(pattern => pattern.exec(text)).find(Boolean);
        if (!match) throw new UsageError('there is no code of an error in it');
        const code = Number(match[1]);
        const meanings = deployments.flatMap(deployment => {
            const found = findProgramError(code, deployment);
            return found === undefined ? [] : [{ ...found, revision: deployment.revision }];
        });
        if (meanings.length === 0) {
            const revisions = deployments.map(({ revision }) => revision).join(' or ');
            throw new UsageError(`the program has no error ${code} in the revision ${revisions}`);
        }
        return {
            isGood: true,
            notes:
                code < FIRST_OWN_CODE
                    ? [
                          'System and the token programs have errors of the same numbers: the logs say which program failed first.',
                      ]
                    : [],
            tables: [
                {
                    head: ['revision', 'error', 'meaning', 'where'],
                    rows: meanings.map(({ message, name, revision, section }) => [revision, name, message, section]),
                },
            ],
            title: `Error ${code} (0x${code.toString(16)}) of the program`,
            value: { code, meanings },
        };
    },
    takes: 'text',
};
