# Every recipe works after `npm ci` on a machine with Node 20 and npm: `npx just NAME`.
# `just` itself comes from the dev dependency rust-just.

set positional-arguments

# The tools of the dev dependencies, without a start of npx for each.
export PATH := justfile_directory() / "node_modules" / ".bin" + ":" + env("PATH")

[private]
default:
    @just --list

# Install the dependencies exactly as locked.
setup:
    npm ci

# Install what package.json says, and lock it for every platform.
lock:
    npm install
    node tools/complete-lock.mjs
    cd test/interop && npm install
    node tools/complete-lock.mjs test/interop/package-lock.json

# Render generated/ from idl/.
generate:
    tsx codegen/main.ts --strict

# Fail, and list the stale files, when generated/ is not what idl/ renders to.
[no-exit-message]
check-generated:
    tsx codegen/main.ts --strict --check

# Build the three packages, each into its dist/ (ESM, CommonJS and types).
build:
    rm -rf dist codegen/dist cli/dist
    tsup
    node tools/finish-commonjs.mjs

# Check code style and formatting, and that the lock file pins every package.
lint:
    eslint .
    prettier --check .
    node tools/check-lock.mjs
    node tools/check-lock.mjs test/interop/package-lock.json

# Reformat everything that `lint` checks.
format:
    eslint --fix .
    prettier --write .

# Type-check everything.
typecheck:
    tsc

# Run the quick tests, in a few minutes: all but *.slow.test.ts, and samples where there is much of a kind.
test *ARGS:
    vitest run --exclude 'test/package/**' --exclude 'test/**/*.slow.test.ts' "$@"

# Run all tests; with TEST_DEPTH=deep the randomized ones for hours.
test-all *ARGS:
    TEST_DEPTH="${TEST_DEPTH:-all}" vitest run --exclude 'test/package/**' "$@"

# Pack the three packages and test the tarballs as a consumer sees them.
test-package: build
    vitest run test/package

# Run published clients (web3.js 1.x, x402) against the served simulator; they are installed for that.
interop *ARGS:
    cd test/interop && npm ci --no-audit --no-fund
    node --test --test-force-exit --test-timeout=300000 "$@" test/interop/*.test.mjs

# Run the settlement scenario on the embedded simulator; arguments go to `payment-channels simulate`.
[no-exit-message]
simulate *ARGS:
    @tsx cli/src/main.ts simulate "$@"

# Rebuild the reference program and compare it with the committed ELF.
[no-exit-message]
program *ARGS:
    tsx program/build.ts "$@"

# Run one benchmark: `just bench NAME [--json]`.
[no-exit-message]
bench *ARGS:
    @tsx bench/run.ts "$@"

# Everything that CI runs.
ci:
    bash .ci/run
