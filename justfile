# Every recipe works after `npm ci` on a machine with Node 20 and npm: `npx just NAME`.
# `just` itself comes from the dev dependency rust-just.

set positional-arguments

[private]
default:
    @just --list

# Install the dependencies exactly as locked.
setup:
    npm ci

# Render generated/ from idl/.
generate:
    npx tsx codegen/main.ts

# Fail, and list the stale files, when generated/ is not what idl/ renders to.
check-generated:
    npx tsx codegen/main.ts --check

# Build the package into dist/ (ESM, CommonJS and types).
build:
    npx tsup

# Check code style and formatting.
lint:
    npx eslint .
    npx prettier --check .

# Reformat everything that `lint` checks.
format:
    npx eslint --fix .
    npx prettier --write .

# Type-check everything.
typecheck:
    npx tsc

# Run the tests; arguments go to vitest.
test *ARGS:
    npx vitest run --exclude 'test/package/**' "$@"

# Run the long versions of the randomized tests as well.
test-deep *ARGS:
    TEST_DEEP=1 npx vitest run --exclude 'test/package/**' "$@"

# Pack the package and test the tarball as a consumer sees it.
test-package: build
    npx vitest run test/package

# Run the settlement scenario on the embedded simulator; arguments go to `payment-channels simulate`.
simulate *ARGS:
    @npx tsx src/cli/main.ts simulate "$@"

# Rebuild the reference program and compare it with the committed ELF.
program *ARGS:
    npx tsx program/build.ts "$@"

# Run one benchmark: `just bench NAME [--json]`.
bench *ARGS:
    @npx tsx bench/run.ts "$@"

# Everything that CI runs.
ci:
    bash .ci/run
