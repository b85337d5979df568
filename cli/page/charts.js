// The charts of the page. They show numbers as floats, since they are pictures; the tables have them exactly.

const SUMS = [
    ['deposit', 'deposited'],
    ['authorized', 'authorized by vouchers'],
    ['settled', 'settled'],
    ['paidOut', 'paid out'],
    ['refunded', 'refunded'],
];
const WIDTHS = [4.5, 2.75, 1.5, 1.5];
const PALETTE = [
    ...['authorized', 'settled', 'paidOut', 'refunded', 'deposit', 'bad'],
    ...['sky', 'leaf', 'pink', 'iris', 'earth', 'night', 'sun'],
];
/** What a transaction may have. */
const MAX_BYTES = 1232;
const MAX_BARS = 60;

const color = name => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
const toFloat = (amount, decimals) => Number(amount) / 10 ** decimals;

/** Charts that are on the page, each with what draws it: the colours follow the scheme. */
const drawn = new Map();
const isNarrow = () => window.innerWidth < 520;

function draw(canvas, makeConfig) {
    drawn.get(canvas)?.chart.destroy();
    const { muted, line, ink } = { ink: color('ink'), line: color('line'), muted: color('muted') };
    Chart.defaults.color = muted;
    Chart.defaults.borderColor = line;
    Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    Chart.defaults.font.size = isNarrow() ? 10 : 11.5;
    Chart.defaults.animation = false;
    Chart.defaults.maintainAspectRatio = false;
    Chart.defaults.plugins.tooltip.backgroundColor = ink;
    Chart.defaults.plugins.tooltip.titleColor = color('card');
    Chart.defaults.plugins.tooltip.bodyColor = color('card');
    drawn.set(canvas, { chart: new Chart(canvas, makeConfig()), makeConfig });
}

function drawAll() {
    for (const [canvas, { chart, makeConfig }] of [...drawn]) {
        if (canvas.isConnected) draw(canvas, makeConfig);
        else {
            chart.destroy();
            drawn.delete(canvas);
        }
    }
}

/** A chart that is drawn once it is on the page, with a text in its place for whoever does not see it. */
function createChart(description, makeConfig, className = 'chart') {
    const canvas = make('canvas', { 'aria-label': description, role: 'img' }, description);
    queueMicrotask(() => canvas.isConnected && draw(canvas, makeConfig));
    return make('div', { class: className }, canvas);
}

function createLegend(entries) {
    const swatch = name => {
        const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
        svg.setAttribute('viewBox', '0 0 10 10');
        svg.setAttribute('aria-hidden', 'true');
        const circle = document.createElementNS('http://www.w3.org/2000/svg', 'circle');
        for (const [key, value] of Object.entries({ cx: 5, cy: 5, fill: `var(--${name})`, r: 4.5 }))
            circle.setAttribute(key, value);
        svg.append(circle);
        return svg;
    };
    return make(
        'ul',
        { class: 'legend' },
        entries.map(([name, label]) => make('li', {}, swatch(name), label)),
    );
}

const createSumsLegend = () => createLegend(SUMS);

/** Deposit, vouchers, settled, payouts and refunds over the moments of a channel, or of several together. */
function createTimeline(description, moments, decimals, className) {
    const makeConfig = () => ({
        data: {
            datasets: SUMS.map(([name, label], index) => ({
                backgroundColor: name === 'deposit' ? `${color(name)}22` : color(name),
                borderColor: color(name),
                // Lines that lie on each other show all the same.
                borderWidth: name === 'deposit' ? 1.25 : WIDTHS[index - 1],
                data: moments.map(moment => toFloat(moment[name], decimals)),
                fill: name === 'deposit',
                label,
                order: SUMS.length - index,
                pointHoverRadius: 4,
                pointRadius: moments.length > 40 ? 0 : 2,
                stepped: true,
            })),
            labels: moments.map(({ label }) => label),
        },
        options: {
            interaction: { intersect: false, mode: 'index' },
            plugins: {
                legend: { display: false },
                tooltip: { callbacks: { title: ([item]) => moments[item.dataIndex].title } },
            },
            scales: {
                x: { grid: { display: false }, ticks: { autoSkip: true, maxRotation: 45 } },
                y: { beginAtZero: true, border: { display: false }, ticks: { maxTicksLimit: 5 } },
            },
        },
        type: 'line',
    });
    return createChart(description, makeConfig, className);
}

/** Compute units or bytes: a bar for each of a few transactions, a point for each of many. */
function createTransactionChart(description, transactions, member, colorOf) {
    const isFew = transactions.length <= MAX_BARS;
    const actions = [...new Set(transactions.map(({ action }) => action))];
    const makeConfig = () => ({
        data: isFew
            ? {
                  datasets: [
                      {
                          backgroundColor: transactions.map(({ action }) => color(colorOf(action))),
                          borderRadius: 2,
                          data: transactions.map(transaction => transaction[member]),
                      },
                  ],
                  labels: transactions.map(({ label }) => label),
              }
            : {
                  datasets: actions.map(action => ({
                      backgroundColor: `${color(colorOf(action))}aa`,
                      data: transactions.flatMap((transaction, index) =>
                          transaction.action === action ? [{ x: index + 1, y: transaction[member] }] : [],
                      ),
                      label: action,
                      pointRadius: 1.75,
                  })),
              },
        options: {
            plugins: {
                legend: { display: false },
                tooltip: isFew
                    ? {}
                    : { callbacks: { label: ({ raw }) => `${transactions[raw.x - 1].label}: ${raw.y}` } },
            },
            scales: {
                x: isFew
                    ? { grid: { display: false }, ticks: { display: false } }
                    : {
                          grid: { display: false },
                          max: transactions.length,
                          min: 0,
                          title: { display: true, text: 'transactions in their order' },
                      },
                y: {
                    beginAtZero: true,
                    border: { display: false },
                    suggestedMax: member === 'bytes' ? MAX_BYTES : undefined,
                    ticks: { maxTicksLimit: 5 },
                },
            },
        },
        type: isFew ? 'bar' : 'scatter',
    });
    return createChart(description, makeConfig);
}

/** Who pays whom, through which channels. */
function createFlowChart(description, links, decimals, colorOf) {
    const makeConfig = () => ({
        data: {
            datasets: [
                {
                    color: color('ink'),
                    colorFrom: ({ dataIndex }) => color(colorOf(links[dataIndex]?.kind)),
                    colorMode: 'gradient',
                    colorTo: ({ dataIndex }) => color(colorOf(links[dataIndex]?.kind)),
                    alpha: 0.45,
                    borderWidth: 0,
                    data: links.map(({ amount, from, to }) => ({ flow: toFloat(amount, decimals), from, to })),
                    font: { size: isNarrow() ? 10 : 12 },
                    labels: Object.fromEntries(
                        links.flatMap(({ from, fromLabel, to, toLabel }) => [
                            [from, shorten(fromLabel)],
                            [to, shorten(toLabel)],
                        ]),
                    ),
                    nodeWidth: 8,
                    size: 'max',
                },
            ],
        },
        options: { layout: { padding: 4 }, plugins: { legend: { display: false } } },
        type: 'sankey',
    });
    return createChart(description, makeConfig, 'chart tall');
}

const shorten = label => (label.length > 24 ? `${label.slice(0, 23)}…` : label);
