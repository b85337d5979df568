import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

import {
    MAINNET_DEPLOYMENT,
    parseAgreementJson,
    parseSignedVoucherJson,
    toSignedVoucherJson,
    TOMBSTONE_LOCALNET,
    verifyVoucher,
    type Deployment,
} from '../../src';
import { parseBatchJson, planBatchSettle } from '../../src/settlement';
import { parseScenarioJson } from '../../src/testing';
import { getScenarioJsonSchema } from '../../src/testing/scenario/form';
import { AUTHORIZED_SIGNER, PAYEE } from '../fixtures/parties';

// Every file that docs/files.md shows is read as it stands, and every field that it describes is one that is read.

const page = readFileSync(fileURLToPath(new URL('../../docs/files.md', import.meta.url)), 'utf8');
const examples = [...page.matchAll(/^```json\n([^]*?)^```/gm)].map(([, text]) => text!);
const batches = examples.filter(text => Object.hasOwn(JSON.parse(text) as object, 'channels'));
const terms = examples.filter(text => Object.hasOwn(JSON.parse(text) as object, 'operator'));
const vouchers = examples.filter(text => ![...batches, ...terms].includes(text));

const deploymentOf = (text: string): Deployment =>
    (JSON.parse(text) as { revision?: string }).revision === 'tombstone' ? TOMBSTONE_LOCALNET : MAINNET_DEPLOYMENT;

/** The names in the first column of the table under a heading. */
function getFields(heading: string): string[] {
    const section = page.split(/^#+ /m).find(text => text.startsWith(`${heading}\n`))!;
    return section
        .split('\n')
        .filter(line => line.startsWith('| `'))
        .flatMap(line => [...line.split('|')[1]!.matchAll(/`([^`]+)`/g)].map(([, name]) => name!));
}

describe('docs/files.md', () => {
    it('shows signed vouchers and batches', () => {
        expect(vouchers).toHaveLength(1);
        expect(batches.map(text => deploymentOf(text).revision)).toEqual(['epoch', 'tombstone', 'epoch']);
    });

    it('shows a signed voucher that is good', async () => {
        const voucher = parseSignedVoucherJson(vouchers[0]);
        expect(toSignedVoucherJson(voucher)).toEqual(JSON.parse(vouchers[0]!));
        expect(await verifyVoucher(voucher, AUTHORIZED_SIGNER, MAINNET_DEPLOYMENT)).toBe(true);
    });

    it('shows terms, and describes every field of them, which is read', () => {
        expect(terms).toHaveLength(1);
        expect(parseAgreementJson(terms[0], MAINNET_DEPLOYMENT).kind).toBe('open');
        const open = JSON.parse(terms[0]!) as Record<string, unknown>;
        const { blockhashes, maxFeeLamports, mint, operator, payer } = open;
        const topUp = { amount: '1', blockhashes, channel: PAYEE, maxFeeLamports, mint, operator, payer };
        for (const name of getFields('Terms')) {
            const isOfTopUp = name === 'amount' || name === 'channel';
            const given = { ...(isOfTopUp ? topUp : open), [name]: null };
            expect(() => parseAgreementJson(given, MAINNET_DEPLOYMENT), name).toThrow(name);
            expect(() => parseAgreementJson(given, MAINNET_DEPLOYMENT), name).not.toThrow(
                /is not a field|is not known/,
            );
        }
    });

    it.each(batches.map((text, index) => ({ index, text })))('shows a batch, $index', async ({ index, text }) => {
        const deployment = deploymentOf(text);
        const { items, lookupTables } = parseBatchJson(text, deployment);
        expect(lookupTables === undefined).toBe(!text.includes('lookupTables'));
        const verified = await Promise.all(
            items.map(async item => ({
                ...item,
                isSignatureValid: await verifyVoucher(item.voucher!, AUTHORIZED_SIGNER, deployment),
            })),
        );
        const options = { feePayer: PAYEE, mode: 'settleAndFinalizeAndDistribute', unixTimestamp: 0n } as const;
        const plan = planBatchSettle(verified, { ...options, lookupTables, version: 0 }, deployment);
        expect(
            plan.transactions.flatMap(({ channels }) =>
                channels.map(({ voucher }) => voucher?.voucher.cumulativeAmount),
            ),
        ).toEqual([500_000n]);
        // The last one has the accounts that are missing, and the others have none.
        const codes = plan.skipped.map(({ part, reason }) => [part, reason.code]);
        expect(codes).toEqual([['distribution', index === 2 ? 'DISTRIBUTION_FORFEITS' : 'DISTRIBUTION_NOT_GIVEN']]);
    });

    const whole = JSON.parse(batches[2]!) as { channels: Record<string, unknown>[] };
    const ofFields = JSON.parse(batches[0]!) as { channels: { fields: Record<string, unknown> }[] };
    const expectRead = (file: object, name: string) => {
        expect(() => parseBatchJson(file, MAINNET_DEPLOYMENT), name).not.toThrow(/is not a field|is not known/);
    };
    it.each(getFields('A batch'))('describes %s of a batch, which is read', name => {
        expect(() => parseBatchJson({ ...whole, [name]: 0 }, MAINNET_DEPLOYMENT)).toThrow(name);
        expectRead({ ...whole, [name]: 0 }, name);
    });
    it.each(getFields('A channel of a batch'))('describes %s of a channel, which is read', name => {
        const channels = [{ ...whole.channels[0], [name]: 0 }];
        expect(() => parseBatchJson({ ...whole, channels }, MAINNET_DEPLOYMENT)).toThrow();
        expectRead({ ...whole, channels }, name);
    });
    it.each(getFields('Fields of a channel'))('describes the field %s, which is read', name => {
        const [channel] = ofFields.channels;
        const channels = [{ ...channel, fields: { ...channel!.fields, [name]: 0 } }];
        expect(() => parseBatchJson({ ...ofFields, channels }, MAINNET_DEPLOYMENT)).toThrow(`fields.${name}`);
        expectRead({ ...ofFields, channels }, name);
    });

    type Schema = Readonly<{
        anyOf?: Schema[];
        items?: Schema;
        oneOf?: Schema[];
        properties?: Readonly<Record<string, Schema>>;
    }>;
    const { properties: members = {} } = getScenarioJsonSchema() as Schema;
    const namesIn = ({ oneOf = [], properties = {} }: Schema): string[] => [
        ...Object.keys(properties),
        ...oneOf.flatMap(namesIn),
    ];
    it.each<[string, Schema]>([
        ['A scenario', { properties: members }],
        ['A token of a scenario', members.tokens!.items!],
        ['A party of a scenario', members.parties!.items!],
        ['A channel of a scenario', members.channels!.items!],
        ['A step of a scenario', members.steps!.items!],
        ['The end of a scenario', members.end!],
    ])('describes every member of %s', (heading, schema) => {
        expect(getFields(heading).sort()).toEqual([...new Set(namesIn(schema))].sort());
    });
});

describe('docs/scenarios.md', () => {
    const text = readFileSync(fileURLToPath(new URL('../../docs/scenarios.md', import.meta.url)), 'utf8');
    it('shows a scenario that is read', () => {
        const [, json] = /^```json\n([^]*?)^```/m.exec(text)!;
        expect(parseScenarioJson(json)).toMatchObject({ name: 'Two payments' });
    });
});
