import type { ProgramNode } from '@codama/nodes';

import { getDocBlock, getPage, type NameApi } from './page';

/**
 * The page of a program's errors: a constant, a name and a message for each code, and a guard that follows an
 * overridden program address.
 *
 * Unlike the renderer's page it keeps the messages in production and touches no global on import.
 */
export function getErrorsPage(program: ProgramNode, nameApi: NameApi): string {
    const prefix = nameApi.programErrorConstantPrefix(program.name);
    const errors = [...program.errors].sort((a, b) => a.code - b.code);
    const constantOf = (name: string) => `${prefix}${nameApi.programErrorConstant(name)}`;
    const union = nameApi.programErrorUnion(program.name);
    const address = nameApi.programAddressConstant(program.name);
    const table = `${nameApi.constant(program.name)}_PROGRAM_ERRORS`;

    return getPage(
        `import { isProgramError, type Address, type SOLANA_ERROR__INSTRUCTION_ERROR__CUSTOM, type SolanaError } from '@solana/kit';
         import { ${address} } from '../programs';`,
        ...errors.map(
            ({ code, docs, name }) =>
                `${getDocBlock(docs)}export const ${constantOf(name)} = 0x${code.toString(16)}; // ${code}`,
        ),
        `/** Any error code of the program. */
         export type ${union} = ${errors.map(({ name }) => `typeof ${constantOf(name)}`).join(' | ')};`,
        `/** The name and the message of each error code of the program. */
         export const ${table}: Readonly<Record<${union}, Readonly<{ name: string; message: string }>>> = {
            ${errors
                .map(
                    // Not `[constant]`, which a bundler has to take for a side effect and would keep in every bundle.
                    ({ code, message, name }) =>
                        `${code}: { name: ${JSON.stringify(name)}, message: ${JSON.stringify(message)} },`,
                )
                .join('\n')}
         };`,
        `/** Whether a number is an error code of the program. */
         export function is${union}(code: number): code is ${union} {
            return Object.hasOwn(${table}, code);
         }`,
        `/** A sentence that says what an error code of the program means and what can be done about it. */
         export function ${nameApi.programGetErrorMessageFunction(program.name)}(code: ${union}): string {
            return ${table}[code].message;
         }`,
        `/**
          * Whether an error that kit threw for a failed transaction is a custom error of this program, and the given
          * one if a code is given.
          *
          * @param transactionMessage The message of the transaction that failed: the error names an instruction by its
          * index only.
          */
         export function ${nameApi.programIsErrorFunction(program.name)}<TCode extends ${union}>(
            error: unknown,
            transactionMessage: { instructions: Record<number, { programAddress: Address }> },
            code?: TCode,
            config?: { programAddress?: Address },
         ): error is SolanaError<typeof SOLANA_ERROR__INSTRUCTION_ERROR__CUSTOM> &
            Readonly<{ context: Readonly<{ code: TCode }> }> {
            return isProgramError<TCode>(error, transactionMessage, config?.programAddress ?? ${address}, code);
         }`,
    );
}
