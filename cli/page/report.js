// The page of a report: everything in it comes from the data, which is what `simulate --json` prints.

const report = JSON.parse(document.getElementById('data').textContent);
const tokenOf = new Map(report.tokens.map(token => [token.name, token]));
const assetOf = new Map(report.tokens.map(token => [token.mint, token]));
const decimalsOf = name => tokenOf.get(name).decimals;
const plural = (count, one) => `${group(`${count}`)} ${one}${count === 1 ? '' : 's'}`;
const sum = values => values.reduce((total, value) => total + BigInt(value), 0n).toString();
const CARDS_ON_A_PAGE = 6;
/** More nodes than that nobody can tell apart in a chart. */
const MAX_NODES = 9;

const seconds = at => `${group(at)} s`;
const toTitle = ({ actions, atSeconds }) => `${actions.join(' + ')} after ${seconds(atSeconds)}`;
const toMoment = moment => ({ ...moment, label: moment.actions.join(' + '), title: toTitle(moment) });

function createHeader() {
    const { discrepancies = [], scenario, unmet = [] } = report;
    const badges = [
        discrepancies.length === 0
            ? make('span', { class: 'badge good' }, 'Every token and every lamport is accounted for')
            : make('span', { class: 'badge bad' }, `${plural(discrepancies.length, 'amount')} not accounted for`),
        unmet.length === 0
            ? undefined
            : make('span', { class: 'badge bad' }, `${plural(unmet.length, 'expectation')} not met`),
    ];
    const tile = (label, value) => make('div', {}, make('dt', {}, label), make('dd', {}, number(value).node));
    const { transactions } = report;
    return make(
        'section',
        { id: 'summary' },
        make(
            'p',
            {},
            badges.flatMap(badge => (badge === undefined ? [] : [badge, ' '])),
        ),
        make('h1', {}, scenario.name),
        scenario.description === undefined ? undefined : make('p', {}, scenario.description),
        make(
            'dl',
            { class: 'tiles' },
            tile('channels', report.channels),
            tile('vouchers', report.vouchers),
            tile('transactions', transactions.length),
            tile('compute units', sum(transactions.map(({ computeUnits }) => computeUnits))),
            tile('bytes', sum(transactions.map(({ bytes }) => bytes))),
            tile('fees in lamports', sum(transactions.map(({ feeLamports }) => feeLamports))),
        ),
    );
}

function createProblems() {
    const { discrepancies = [], unmet = [] } = report;
    if (discrepancies.length + unmet.length === 0) return undefined;
    return make(
        'section',
        { id: 'problems' },
        make('h2', {}, 'What is wrong'),
        discrepancies.length === 0
            ? undefined
            : createTable({
                  caption: 'Amounts that are not accounted for, in base units',
                  columns: [
                      ['what', ({ what }) => text(what)],
                      ['asset', ({ asset }) => text(assetOf.get(asset)?.name ?? asset)],
                      ['expected', ({ expected }) => number(expected)],
                      ['actual', ({ actual }) => number(actual)],
                  ],
                  rows: discrepancies,
              }),
        unmet.length === 0
            ? undefined
            : createTable({
                  caption: 'What the scenario expects and is not so',
                  columns: [
                      ['what', ({ what }) => text(what)],
                      ['expected', ({ expected }) => text(expected)],
                      ['actual', ({ actual }) => text(actual)],
                  ],
                  rows: unmet,
              }),
    );
}

const createMomentsTable = (moments, token, caption) =>
    createTable({
        caption: `${caption}, in ${token}`,
        columns: [
            ['what', ({ actions }) => text(actions.join(' + '))],
            ['seconds', ({ atSeconds }) => number(atSeconds)],
            ['vouchers', ({ vouchers }) => number(vouchers)],
            ...SUMS.map(([name, label]) => [label, moment => number(moment[name], decimalsOf(token))]),
        ],
        rows: moments,
        what: 'moments',
    });

/** The sums of all channels of a token, after each phase: steps of one kind in a row are one. */
function sumMoments(token) {
    const lives = report.lives.filter(life => life.token === token);
    const events = lives
        .flatMap((life, channel) => life.moments.map(moment => ({ channel, moment })))
        .sort((a, b) => a.moment.step - b.moment.step);
    const names = [...SUMS.map(([name]) => name), 'vouchers'];
    const latest = new Map();
    const total = Object.fromEntries(names.map(name => [name, 0n]));
    const phases = [];
    for (const { channel, moment } of events) {
        for (const name of names) total[name] += BigInt(moment[name]) - BigInt(latest.get(channel)?.[name] ?? 0);
        latest.set(channel, moment);
        const phase = { actions: moment.actions, atSeconds: moment.atSeconds };
        for (const name of names) phase[name] = total[name].toString();
        const last = phases.at(-1);
        const isSame =
            last !== undefined && last.actions.join() === phase.actions.join() && last.atSeconds === phase.atSeconds;
        if (isSame) phases.pop();
        phases.push(phase);
    }
    return { count: lives.length, phases };
}

function createTimelines() {
    const { lives } = report;
    const section = make(
        'section',
        { id: 'timelines' },
        make('h2', {}, 'Channels over time'),
        make(
            'p',
            { class: 'muted' },
            'What was deposited, authorized by vouchers, settled, paid out and refunded, after each thing that happened.',
        ),
        createSumsLegend(),
    );
    if (lives.length > 1) {
        for (const { name } of report.tokens) {
            const { count, phases } = sumMoments(name);
            if (phases.length === 0) continue;
            section.append(
                make(
                    'article',
                    { class: 'card total' },
                    make('header', {}, make('h3', {}, `${plural(count, 'channel')} in ${name} together`)),
                    make(
                        'p',
                        { class: 'muted' },
                        'Sums of all of them; things of one kind that happen in a row count as one.',
                    ),
                    createTimeline(
                        `Line chart of the sums of ${plural(count, 'channel')} in ${name}; the table below has its numbers.`,
                        phases.map(toMoment),
                        decimalsOf(name),
                        'chart tall',
                    ),
                    createDetails('The numbers', () =>
                        createMomentsTable(phases, name, `All channels in ${name} together`),
                    ),
                ),
            );
        }
    }
    const cards = make('div', { class: 'cards' });
    let shown = lives;
    const pager = createPager(
        'channels',
        CARDS_ON_A_PAGE,
        () => shown.length,
        (from, to) => {
            cards.replaceChildren(...shown.slice(from, to).map(createCard));
            drawAll();
        },
    );
    if (lives.length > CARDS_ON_A_PAGE) {
        const filter = make('input', {
            'aria-label': 'Channels by name, payer or payee',
            placeholder: 'Find a channel',
            type: 'search',
        });
        filter.addEventListener('input', () => {
            const wanted = filter.value.toLowerCase();
            shown = lives.filter(({ name, payee, payer }) =>
                [name, payer, payee].some(one => one.toLowerCase().includes(wanted)),
            );
            pager.update();
        });
        pager.element.prepend(filter);
    }
    section.append(pager.element, cards);
    pager.update();
    // One that can be narrowed stays.
    if (lives.length > CARDS_ON_A_PAGE)
        new MutationObserver(() => (pager.element.hidden = false)).observe(pager.element, {
            attributeFilter: ['hidden'],
        });
    return section;
}

function createCard(life) {
    const { moments, name, payee, payer, status, token } = life;
    const isSame = moments.length === 0;
    return make(
        'article',
        { class: 'card channel' },
        make('header', {}, make('h3', {}, name), make('span', { class: 'badge' }, status)),
        make('div', { class: 'muted' }, `${payer} → ${payee}, ${token}`),
        isSame
            ? make('p', { class: 'muted' }, 'Nothing happened with it.')
            : createTimeline(
                  `Line chart of ${name}; the table below has its numbers.`,
                  moments.map(toMoment),
                  decimalsOf(token),
                  'chart',
              ),
        isSame ? undefined : createDetails('The numbers', () => createMomentsTable(moments, token, name)),
    );
}

const KINDS = {
    deposit: ['authorized', 'deposits'],
    forfeit: ['bad', 'shares that went to the treasury'],
    payout: ['settled', 'payouts'],
    refund: ['refunded', 'refunds'],
    remainder: ['deposit', 'remainders of rounding'],
};

/** Flows with nodes that can be told apart: many payers, channels or receivers are one. */
function foldFlows(flows) {
    const fold = (names, what) => (names.size > MAX_NODES ? () => plural(names.size, what) : name => name);
    const namesOf = (isMeant, member) => new Set(flows.filter(isMeant).map(flow => flow[member]));
    const isDeposit = ({ kind }) => kind === 'deposit';
    const isRefund = ({ kind }) => kind === 'refund';
    const [payers, channels] = [namesOf(isDeposit, 'party'), namesOf(() => true, 'channel')];
    const receivers = namesOf(flow => !isDeposit(flow) && !isRefund(flow), 'party');
    const [toPayer, toChannel, toReceiver] = [
        fold(payers, 'payer'),
        fold(channels, 'channel'),
        fold(receivers, 'receiver'),
    ];
    const links = new Map();
    for (const { amount, channel, kind, party } of flows) {
        const [from, to] =
            kind === 'deposit'
                ? [`payer ${toPayer(party)}`, `channel ${toChannel(channel)}`]
                : [
                      `channel ${toChannel(channel)}`,
                      kind === 'refund' ? `back ${toPayer(party)}` : `to ${toReceiver(party)}`,
                  ];
        const key = [from, to, kind].join('\n');
        const link = links.get(key) ?? { amount: 0n, from, kind, to };
        link.amount += BigInt(amount);
        const label = node => node.replace(/^(payer|channel|back|to) /, '');
        links.set(key, {
            ...link,
            fromLabel: label(from),
            toLabel: kind === 'refund' ? `${label(to)} (back)` : label(to),
        });
    }
    const folded = [
        [payers, 'payers'],
        [channels, 'channels'],
        [receivers, 'receivers'],
    ].filter(([names]) => names.size > MAX_NODES);
    return { folded: folded.map(([, what]) => what), links: [...links.values()] };
}

function createFlows() {
    const kinds = Object.entries(KINDS).filter(([kind]) => report.flows.some(flow => flow.kind === kind));
    const section = make(
        'section',
        { id: 'flows' },
        make('h2', {}, 'Money between parties'),
        make('p', { class: 'muted' }, 'From the payers through the channels to everybody who is paid, and back.'),
        createLegend(kinds.map(([, entry]) => entry)),
    );
    for (const { decimals, name } of report.tokens) {
        const flows = report.flows.filter(({ token }) => token === name);
        if (flows.length === 0) continue;
        const { folded, links } = foldFlows(flows);
        section.append(
            make(
                'article',
                { class: 'card flow' },
                make('header', {}, make('h3', {}, name)),
                folded.length === 0
                    ? undefined
                    : make(
                          'p',
                          { class: 'muted' },
                          `There are too many ${folded.join(' and ')} for a picture: here they are together, one by one in the table.`,
                      ),
                createFlowChart(
                    `Flow chart of ${name} between parties and channels; the tables below have its numbers.`,
                    links,
                    decimals,
                    kind => KINDS[kind]?.[0] ?? 'deposit',
                ),
                createDetails('The numbers', () =>
                    createTable({
                        caption: `What the picture shows, in ${name}`,
                        columns: [
                            ['why', ({ kind }) => text(kind)],
                            ['from', ({ fromLabel }) => text(fromLabel)],
                            ['to', ({ toLabel }) => text(toLabel)],
                            ['amount', ({ amount }) => number(amount.toString(), decimals)],
                        ],
                        rows: links,
                        what: 'flows',
                    }),
                ),
                createDetails('One by one', () =>
                    createTable({
                        caption: `Between each channel and each party, in ${name}`,
                        columns: [
                            ['channel', ({ channel }) => text(channel)],
                            ['why', ({ kind }) => text(kind)],
                            ['party', ({ party }) => text(party)],
                            ['amount', ({ amount }) => number(amount, decimals)],
                        ],
                        rows: flows,
                        what: 'flows',
                    }),
                ),
            ),
        );
    }
    return section;
}

function createTransactions() {
    const { transactions } = report;
    const actions = [...new Set(transactions.map(({ action }) => action))];
    const colorOf = action => PALETTE[actions.indexOf(action) % PALETTE.length];
    const chart = (title, member) =>
        make(
            'article',
            { class: 'card' },
            make('header', {}, make('h3', {}, title)),
            createTransactionChart(
                `Chart of the ${title.toLowerCase()} of each transaction; the table below has its numbers.`,
                transactions,
                member,
                colorOf,
            ),
        );
    return make(
        'section',
        { id: 'transactions' },
        make('h2', {}, 'Transactions'),
        make('p', { class: 'muted' }, 'What each of them took, in their order.'),
        createLegend(actions.map(action => [colorOf(action), action])),
        make('div', { class: 'cards' }, chart('Compute units', 'computeUnits'), chart('Bytes', 'bytes')),
        make(
            'div',
            { class: 'card' },
            createTable({
                caption: 'Every transaction; of signatures the first and the last characters, --json has them whole',
                columns: [
                    ['transaction', ({ label }) => text(label)],
                    ['bytes', ({ bytes }) => number(bytes)],
                    ['compute units', ({ computeUnits }) => number(computeUnits)],
                    ['fee in lamports', ({ feeLamports }) => number(feeLamports)],
                    ['seconds', ({ atSeconds }) => number(atSeconds)],
                    ['failed with', ({ failure = '' }) => text(failure)],
                    ['signature', ({ signature }) => code(signature)],
                ],
                rows: transactions,
                what: 'transactions',
            }),
        ),
    );
}

function createSteps() {
    return make(
        'section',
        { id: 'steps' },
        make('h2', {}, 'Step by step'),
        make(
            'div',
            { class: 'card' },
            createTable({
                caption: 'What the scenario does, in its order',
                columns: [
                    ['step', ({ action }) => text(action)],
                    ['with', ({ subject }) => text(subject)],
                    ['seconds', ({ atSeconds }) => number(atSeconds)],
                    ['transactions', ({ transactions }) => number(transactions)],
                    [
                        'as it has to',
                        ({ failure, passedOver }) =>
                            text(failure === undefined ? (passedOver ?? '') : `fails with ${failure}`),
                    ],
                ],
                rows: report.steps,
                what: 'steps',
            }),
        ),
    );
}

/** One row for each party and asset; accounts of a party are added up, and so are the channels. */
function createBalances() {
    const channels = new Set(report.lives.map(({ name }) => name));
    const rows = new Map();
    for (const when of ['before', 'after']) {
        for (const { amount, asset, party } of report.balances[when]) {
            const who = channels.has(party) ? 'channels and escrows together' : party;
            const key = `${who}\n${asset}`;
            const row = rows.get(key) ?? { after: 0n, asset, before: 0n, who };
            row[when] += BigInt(amount);
            rows.set(key, row);
        }
    }
    const decimals = asset => assetOf.get(asset)?.decimals ?? 0;
    return make(
        'section',
        { id: 'balances' },
        make('h2', {}, 'Balances'),
        make(
            'p',
            { class: 'muted' },
            'Of each party in each asset, all of its accounts together: tokens in units of the token, lamports with the rent of its token accounts.',
        ),
        make(
            'div',
            { class: 'card' },
            createTable({
                caption: 'Before and after',
                columns: [
                    ['party', ({ who }) => text(who)],
                    ['asset', ({ asset }) => text(assetOf.get(asset)?.name ?? asset)],
                    ['before', ({ asset, before }) => number(before, decimals(asset))],
                    ['after', ({ after, asset }) => number(after, decimals(asset))],
                    [
                        'change',
                        ({ after, asset, before }) => number(after - before, decimals(asset), { isSigned: true }),
                    ],
                ],
                rows: [...rows.values()],
                what: 'balances',
            }),
        ),
    );
}

function createFooter() {
    const { deployment, elf, programAddress, revision, treasuryOwner } = report;
    return make(
        'footer',
        {},
        make(
            'p',
            {},
            `Revision ${revision}, deployment ${deployment}: program ${programAddress}, treasury owner ${treasuryOwner}.`,
        ),
        make('p', {}, `ELF ${elf.source}, sha256 ${elf.sha256}.`),
        make(
            'p',
            {},
            'Written by payment-channels simulate --html. Charts by Chart.js and chartjs-chart-sankey (MIT).',
        ),
    );
}

document.body.append(
    make('main', {}, [
        createHeader(),
        createProblems(),
        createTimelines(),
        createFlows(),
        createTransactions(),
        createSteps(),
        createBalances(),
    ]),
    createFooter(),
);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawAll);
window.addEventListener('beforeprint', drawAll);
