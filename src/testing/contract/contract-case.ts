/**
 * One sentence of a contract, as a test that any runner can run: `run` resolves if the implementation keeps it, and
 * rejects with `CONTRACT_BROKEN` (what was called, what was expected, what came) if it does not. Each run makes an
 * implementation of its own and closes it, so the order of cases does not matter.
 */
export type ContractCase = Readonly<{ name: string; run: () => Promise<void> }>;

/** What a case does with what is tested. */
export type ContractTest<TContext> = (context: TContext) => Promise<void>;

/** Cases by their names, in the order in which they are run. */
export type ContractTests<TContext> = Readonly<Record<string, ContractTest<TContext>>>;

/**
 * Makes cases of tests.
 *
 * @param subject What all of them are about; the names begin with it.
 * @param open Makes what is tested, anew for each case.
 * @param close Is called once after each case, whether it failed or not.
 */
export function toCases<TContext>(
    subject: string,
    tests: ContractTests<TContext>,
    open: () => Promise<TContext>,
    close: (context: TContext) => Promise<void>,
): ContractCase[] {
    return Object.entries(tests).map(([title, test]) =>
        Object.freeze({ name: `${subject} ${title}`, run: () => runWith(open, close, test) }),
    );
}

/** Makes what is tested, tests it and closes it; the failure of the test comes before one of closing. */
export async function runWith<TContext>(
    open: () => Promise<TContext>,
    close: (context: TContext) => Promise<void>,
    test: ContractTest<TContext>,
): Promise<void> {
    const context = await open();
    try {
        await test(context);
    } catch (error) {
        await close(context).catch(() => undefined);
        throw error;
    }
    await close(context);
}
