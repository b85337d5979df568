import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { expect, it } from 'vitest';

import { parseScenarioJson, runScenario } from '../../src/testing';
import { DEPLOYMENT } from '../fixtures/deployment';

const FILE = fileURLToPath(new URL('../../examples/scenarios/thousand-channels.json', import.meta.url));

it('a thousand channels conserve everything and end as the scenario says', { timeout: 900_000 }, async () => {
    const scenario = parseScenarioJson(readFileSync(FILE, 'utf8'));
    const { channels, discrepancies, transactions, unmet } = await runScenario(scenario, { deployment: DEPLOYMENT });
    expect({ channels, discrepancies, unmet }).toEqual({ channels: 1_000, discrepancies: [], unmet: [] });
    expect(transactions.filter(({ action }) => action === 'batchSettle').length).toBeLessThan(600);
});
