import { toInteger, U32_MAX } from '../core/input';
import { toResult } from '../core/json-form';
import { getPart, type DeploymentParts } from './deployment';
import type { ProgramErrorName } from './revision-types';

/** An error of the program. */
export type ProgramError = Readonly<{
    code: number;
    name: ProgramErrorName;
    /** What it says, and what to do. */
    message: string;
    /** Where docs/program.md says when it is returned. */
    section: string;
}>;

/**
 * Finds what an error code of the program means (docs/program.md, section 11).
 *
 * Of a transaction that failed, {@link getProgramFailure} says it, and whose code it is: other programs have errors of the
 * same numbers.
 *
 * @param code As in `Custom`, in `custom program error: 0xe9` as 0xe9.
 * @returns `undefined` when the program has no error of that code.
 * @throws `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE` for what is no u32; `INPUT_INVALID` for the deployment.
 *
 * @example
 * ```ts
 * findProgramError(0xe9, MAINNET_DEPLOYMENT)?.name; // 'voucherExpired'
 * ```
 */
export function findProgramError(
    code: bigint | number,
    deployment: DeploymentParts<'errors'>,
): ProgramError | undefined {
    const errors = getPart(deployment, 'errors');
    const number = Number(toInteger('code', code, 0n, U32_MAX));
    const found = Object.hasOwn(errors, number) ? errors[number] : undefined;
    if (found === undefined) return undefined;
    return toResult({
        code: number,
        message: found.message,
        name: found.name as ProgramErrorName,
        section: 'docs/program.md, section 11',
    });
}
