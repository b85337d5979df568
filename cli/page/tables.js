// Text, numbers and tables of the page. Everything from the report gets in as text, never as markup.

/** An element with attributes and children; a child that is a string is text. */
function make(name, attributes = {}, ...children) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
        if (value !== undefined) element.setAttribute(key, value);
    }
    element.append(...children.flat().filter(child => child !== undefined));
    return element;
}

const group = digits => digits.replace(/\B(?=(\d{3})+(?!\d))/g, ',');

/** Digits of base units as units of the token, by moving the point: no number ever becomes inexact. */
function toUnits(amount, decimals) {
    const sign = amount.startsWith('-') ? '-' : '';
    const digits = amount.slice(sign.length).padStart(decimals + 1, '0');
    const whole = group(digits.slice(0, digits.length - decimals));
    return `${sign}${whole}${decimals === 0 ? '' : `.${digits.slice(digits.length - decimals)}`}`;
}

/** A cell with a number: what it says exactly is its value. */
function number(value, decimals = 0, { isSigned = false } = {}) {
    const exact = String(value);
    const sign = isSigned && exact !== '0' && !exact.startsWith('-') ? '+' : '';
    return { className: 'number', node: make('data', { value: exact }, `${sign}${toUnits(exact, decimals)}`) };
}

const text = value => ({ className: 'text', node: document.createTextNode(String(value)) });
/** A long code by its ends. */
const code = value => ({
    className: 'code',
    node: make('data', { title: value, value }, `${value.slice(0, 8)}…${value.slice(-8)}`),
});

/** A page of many, with what is shown of how many. */
function createPager(what, size, getCount, show) {
    let page = 0;
    const label = make('span', { 'aria-live': 'polite' });
    const back = make('button', { type: 'button' }, 'Back');
    const next = make('button', { type: 'button' }, 'Next');
    const element = make('div', { class: 'pager' }, back, next, label);
    const update = () => {
        const count = getCount();
        page = Math.max(0, Math.min(page, Math.ceil(count / size) - 1));
        const [from, to] = [page * size, Math.min(count, (page + 1) * size)];
        label.textContent =
            count === 0 ? `no ${what}` : `${what} ${group(`${from + 1}`)}–${group(`${to}`)} of ${group(`${count}`)}`;
        element.hidden = count <= size && count > 0;
        back.disabled = page === 0;
        next.disabled = to >= count;
        show(from, to);
    };
    back.addEventListener('click', () => (page--, update()));
    next.addEventListener('click', () => (page++, update()));
    return { element, update };
}

/** A table, in pages where it is long. Columns: [heading, row => cell]. */
function createTable({ caption, columns, rows, what = 'rows', size = 25 }) {
    const body = make('tbody');
    const isNumeric = cell => cell.className === 'number';
    const first = rows.length > 0 ? columns.map(([, toCell]) => toCell(rows[0], 0)) : [];
    const table = make(
        'table',
        {},
        make('caption', {}, caption),
        make(
            'thead',
            {},
            make(
                'tr',
                {},
                columns.map(([heading], index) =>
                    make(
                        'th',
                        { class: first[index] && isNumeric(first[index]) ? 'number' : undefined, scope: 'col' },
                        heading,
                    ),
                ),
            ),
        ),
        body,
    );
    const pager = createPager(
        what,
        size,
        () => rows.length,
        (from, to) => {
            body.replaceChildren(
                ...rows.slice(from, to).map((row, index) =>
                    make(
                        'tr',
                        {},
                        columns.map(([, toCell], column) => {
                            const { className, node } = toCell(row, from + index);
                            return make(
                                column === 0 ? 'th' : 'td',
                                { class: className, scope: column === 0 ? 'row' : undefined },
                                node,
                            );
                        }),
                    ),
                ),
            );
        },
    );
    pager.update();
    const scroll = make('div', { class: 'scroll', role: 'region', 'aria-label': caption, tabindex: '0' }, table);
    return make('div', {}, scroll, pager.element);
}

/** A table behind a chart. */
function createDetails(summary, makeTable) {
    const details = make('details', {}, make('summary', {}, summary));
    details.addEventListener('toggle', () => details.children.length === 1 && details.append(makeTable()));
    return details;
}
