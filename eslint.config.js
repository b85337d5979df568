import tseslint from 'typescript-eslint';

// What the rooms may not do (../shared/design.md, "The house"): data flows idl -> codegen -> generated ->
// instructions -> settlement/transactions -> node/testing/cli/plugin, and only testing/ knows LiteSVM.
const noLiteSvm = { name: 'litesvm', message: 'Only src/testing and test/ may know LiteSVM.' };
const noRoomToTheRight = {
    regex: '/(node|testing|cli)(/|$)',
    message: 'A room never imports from a room to its right.',
};
// The root entry point runs in browsers as well: nothing below src/ outside these rooms may need Node.
const noNode = { regex: '^node:', message: 'What needs Node lives in src/node, src/testing or src/cli.' };

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
    {
        files: ['src/**/*.ts'],
        ignores: ['src/testing/**', 'src/cli/**', 'src/node/**'],
        rules: {
            'no-restricted-imports': ['error', { paths: [noLiteSvm], patterns: [noRoomToTheRight, noNode] }],
        },
    },
    {
        files: ['src/cli/**/*.ts', 'src/node/**/*.ts'],
        rules: { 'no-restricted-imports': ['error', { paths: [noLiteSvm] }] },
    },
    {
        files: ['bench/**/*.ts', 'codegen/**/*.ts', 'examples/**/*.ts', 'program/**/*.ts'],
        rules: { 'no-console': 'off' },
    },
);
