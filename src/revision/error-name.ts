/** A name in capitals, as constants have it, as the program's errors have it: `VOUCHER_EXPIRED` is `voucherExpired`. */
type CamelCase<T extends string> = T extends `${infer Head}_${infer Tail}`
    ? `${Lowercase<Head>}${Capitalize<CamelCase<Tail>>}`
    : Lowercase<T>;

/** The names of the program's errors, by the constants that a rendered client has for their codes. */
export type ErrorNameOf<TConstant> = TConstant extends `PAYMENT_CHANNELS_PROGRAM_ERROR__${infer Name}`
    ? CamelCase<Name>
    : never;
