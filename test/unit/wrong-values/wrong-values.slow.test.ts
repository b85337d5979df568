import { describe, expect, it } from 'vitest';

import * as toolkit from '../../fixtures/toolkit';
import { findFaults, findPassedOver, type Call } from './harness';
import { createRows } from './rows';

// "Every function refuses bad input with a PaymentChannelsError": every public function, every argument and member of it,
// every kind of wrong value.

const DEPLOYMENTS = [toolkit.MAINNET_DEPLOYMENT, toolkit.TOMBSTONE_LOCALNET];
/** What there is in one revision only. */
const OF_EPOCH = [
    'assertIsOpenSlotInWindow',
    'chooseOpenSlot',
    'compareReclaimOptions',
    'fetchOpenSlot',
    'getReclaimableFromSlot',
    'getReclaimInstruction',
    'planBatchReclaim',
];

/** The filters of a request, in kit's form: kit makes numbers of their bigints. */
const NO_RESULTS = ['getChannelFilters'];
/** What may be left out and has no name of ours: in an instruction of kit, a signer, and the answer of a node. */
const NAMED_BY_OTHERS = [
    /^\[0\]\[instructions\]\[0\]\[accounts\]/,
    /^\[0\]\[meta\]\[loadedAddresses\]/,
    /^\[0\]\[err\]\[InstructionError\]/,
    /^\[2\]\[instructions\]\[0\]\[programAddress\]/,
    /\[signTransactions\] as/,
];
/** What is wrong with one channel of many, or with a transaction of a stranger, is said in the result. */
const SAID_IN_THE_RESULT: Readonly<Record<string, RegExp>> = {
    executeBatchSettle: /^\[1\]\[0\]\[voucher\]/,
    fetchBatchItems: /^\[1\]\[0\]\[voucher\]/,
    inspectTopUpTransaction: /^\[0\]\[(messageBytes|signatures)\]/,
    // It says no.
    isClosedChannelAccount: /^\[0\]\[programAddress\]/,
    planBatchSettle: /^\[0\]\[0\]\[distribution\]/,
    planBatchSettleAsync: /^\[0\]\[0\]\[distribution\]/,
    planLookupTables: /^\[0\]\[0\]\[distribution\]/,
};

describe.each(DEPLOYMENTS)('$revision', deployment => {
    const rows = createRows(deployment);
    const functions = (Object.entries(toolkit) as [string, Call][]).filter(
        ([key, value]) =>
            typeof value === 'function' &&
            !/^[A-Z]/.test(key) &&
            (deployment.revision === 'epoch' || !OF_EPOCH.includes(key)),
    );

    it('every function that is exported is looked at', () => {
        expect(Object.keys(rows).sort()).toEqual(functions.map(([key]) => key).sort());
    });

    describe.each(functions)('%s', (key, call) => {
        const variants = [rows[key]!].flat();
        const run = NO_RESULTS.includes(key) ? (...args: unknown[]) => void call(...args) : call;

        it('refuses what is wrong with an error of its own', async () => {
            for (const makeArguments of variants) expect(await findFaults(run, makeArguments)).toEqual([]);
        });

        it('passes over no name that is misspelt', async () => {
            for (const makeArguments of variants) {
                const passed = await findPassedOver(call, makeArguments);
                const others = passed.filter(place => !NAMED_BY_OTHERS.some(pattern => pattern.test(place)));
                expect(others.filter(place => SAID_IN_THE_RESULT[key]?.test(place) !== true)).toEqual([]);
            }
        });
    });
});
