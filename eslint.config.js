import tseslint from 'typescript-eslint';

// The rooms of src/ (docs/changing.md), from left to right: data flows one way, and a room never imports
// from one to its right, nor from one beside it. The files beside the rooms are entry points, which no room imports.
const ROOMS = [
    ['core'],
    ['runtime'],
    ['revision'],
    ['channel'],
    ['voucher'],
    ['instructions'],
    ['transactions', 'reading', 'sending', 'journal'],
    ['settlement'],
    ['ledger'],
    ['store'],
    ['node', 'testing'],
    ['plugin'],
];
/** Only these may know of Node: the root entry point runs in browsers as well. */
const ON_NODE = ['node', 'testing'];

const noLiteSvm = { name: 'litesvm', message: 'Only src/testing and test/ may know LiteSVM.' };
const noNode = { regex: '^node:', message: 'What needs Node lives in src/node or src/testing.' };
const UP = '(\\.\\./)+';
const noRoom = names => ({
    regex: `^${UP}(${names.join('|')})(/|$)`,
    message: 'A room never imports from a room to its right, or from one beside it.',
});
const noEntryPoint = {
    regex: `^(\\.\\./)+(index|epoch|tombstone)?$`,
    message: 'What an entry point puts together is imported from where it is.',
};
const noRendered = {
    regex: `^${UP}generated(/|$)`,
    message: 'Only src/revision/<name>/ and the entry points ./epoch and ./tombstone import what is rendered.',
};

const restrict = (files, { ignores = [], knowsLiteSvm = false, patterns }) => ({
    files,
    ignores,
    rules: { 'no-restricted-imports': ['error', { paths: knowsLiteSvm ? [] : [noLiteSvm], patterns }] },
});

const rooms = ROOMS.flatMap((level, index) =>
    level.map(room => {
        const others = [...level.filter(name => name !== room), ...ROOMS.slice(index + 1).flat()];
        return restrict([`src/${room}/**/*.ts`], {
            knowsLiteSvm: room === 'testing',
            patterns: [
                ...(others.length > 0 ? [noRoom(others)] : []),
                ...(ON_NODE.includes(room) ? [] : [noNode, noEntryPoint]),
                noRendered,
            ],
        });
    }),
);
/** One folder per revision: it knows its own rendered client, and no other revision's. */
const REVISIONS = ['epoch', 'tombstone'];
const revisions = REVISIONS.map(name => {
    const others = REVISIONS.filter(other => other !== name).join('|');
    return restrict([`src/revision/${name}/*.ts`], {
        patterns: [
            noRoom(ROOMS.slice(3).flat()),
            noNode,
            { regex: `generated/(${others})|^\\.\\./(${others})(/|$)`, message: 'A revision knows no other one.' },
        ],
    });
});
const entryPoints = [
    restrict(['src/index.ts'], { patterns: [noNode, { regex: 'generated/', message: noRendered.message }] }),
];
/** The other packages: each knows the others by their names, as whoever installs it. */
const packages = [
    restrict(['cli/src/**/*.ts'], {
        patterns: [
            {
                regex: `^${UP}(?!package\\.json$)`,
                message:
                    'The command line stands on the entry points of the packages, never on what is inside of them.',
            },
        ],
    }),
    restrict(['codegen/**/*.ts'], {
        patterns: [
            {
                regex: `^${UP}(bench|cli|examples|generated|program|src|test)(/|$)|^(solana-payment-channels|payment-channels)(/|$)`,
                message: 'The generator is a package of its own, and imports neither the library nor the command line.',
            },
        ],
    }),
];

export default tseslint.config(
    { ignores: ['**/dist/', 'generated/', 'node_modules/', 'program/target/'] },
    ...tseslint.configs.strict,
    ...tseslint.configs.stylistic,
    {
        rules: {
            '@typescript-eslint/consistent-type-definitions': ['error', 'type'],
            '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
            '@typescript-eslint/no-explicit-any': 'error',
            '@typescript-eslint/no-non-null-assertion': 'off',
            '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
            'no-console': 'error',
            eqeqeq: 'error',
            'prefer-const': 'error',
        },
    },
    {
        // One script in several files: what one defines, another one uses.
        files: ['cli/page/*.js'],
        rules: { '@typescript-eslint/no-unused-vars': 'off' },
    },
    ...rooms,
    ...revisions,
    ...entryPoints,
    ...packages,
    {
        files: ['bench/**/*.ts', 'codegen/**/*.ts', 'examples/**/*.ts', 'program/**/*.ts'],
        rules: { 'no-console': 'off' },
    },
);
