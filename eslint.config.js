import tseslint from 'typescript-eslint';

// What the rooms may not do (../shared/design.md, "The house"): data flows one way, and a room never imports from one to
// its right, nor from one beside it. Of the files beside the rooms, index.ts and shared.ts are the public surface, and the
// others are below every room but runtime/ and revision/.
const ROOMS = [
    ['runtime'],
    ['revision'],
    ['channel'],
    ['voucher'],
    ['instructions'],
    ['transactions'],
    ['sending'],
    ['settlement'],
    ['plugin'],
    ['epoch'],
    ['node', 'testing'],
    ['cli'],
];
const SURFACE = ['index', 'shared'];
/** Only these may know of Node: the root entry point runs in browsers as well. */
const ON_NODE = ['node', 'testing', 'cli'];

const noLiteSvm = { name: 'litesvm', message: 'Only src/testing and test/ may know LiteSVM.' };
const noNode = { regex: '^node:', message: 'What needs Node lives in src/node, src/testing or src/cli.' };
const noneOf = (above, names, message) => ({ regex: `^${above}(${names.join('|')})(/|$)`, message });
/** As seen from the files beside the rooms, and from within a room. */
const [BESIDE, WITHIN] = ['\\./', '(\\.\\./)+'];
const noRoom = (above, names) =>
    noneOf(above, names, 'A room never imports from a room to its right, or from one beside it.');
const noSurface = above => [
    noneOf(above, SURFACE, 'What the public surface puts together is imported from where it is.'),
    { regex: '^\\.\\.?(/\\.\\.)*/?$', message: 'What the public surface puts together is imported from where it is.' },
];

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
                ...(others.length > 0 ? [noRoom(WITHIN, others)] : []),
                ...(ON_NODE.includes(room) ? [] : [noNode]),
                // An entry point is such a surface itself.
                ...(['epoch', ...ON_NODE].includes(room) ? [] : noSurface(WITHIN)),
            ],
        });
    }),
);
const beside = [
    restrict(['src/*.ts'], {
        ignores: SURFACE.map(name => `src/${name}.ts`),
        patterns: [noRoom(BESIDE, ROOMS.slice(2).flat()), noNode, ...noSurface(BESIDE)],
    }),
    restrict(
        SURFACE.map(name => `src/${name}.ts`),
        { patterns: [noRoom(BESIDE, ['epoch', ...ON_NODE]), noNode] },
    ),
];

export default tseslint.config(
    { ignores: ['dist/', 'generated/', 'node_modules/', 'program/target/'] },
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
    ...rooms,
    ...beside,
    {
        files: ['bench/**/*.ts', 'codegen/**/*.ts', 'examples/**/*.ts', 'program/**/*.ts'],
        rules: { 'no-console': 'off' },
    },
);
