//! Every error that both revisions return, once; those of one alone stand in its module. Names and codes are those of
//! `errors.json`.

use core::num::NonZeroU64;

/// What the entry point hands to the runtime: a custom code as it is, a builtin error in the upper 32 bits.
///
/// Never zero, so that `Result<(), Error>` is one register and success is the 0 which the runtime expects.
#[derive(Clone, Copy, PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
pub struct Error(NonZeroU64);

pub type Result<T> = core::result::Result<T, Error>;

impl Error {
    pub(crate) const fn custom(code: u32) -> Self {
        match NonZeroU64::new(code as u64) {
            Some(value) => Self(value),
            // The runtime's encoding of custom error 0; no error of this program has that code (spec 11).
            None => Self::builtin(1),
        }
    }

    pub(crate) const fn builtin(index: u32) -> Self {
        match NonZeroU64::new((index as u64) << 32) {
            Some(value) => Self(value),
            None => panic!("0 is not a builtin error"),
        }
    }

    /// The entry point's return value.
    pub fn code(result: Result<()>) -> u64 {
        match result {
            Ok(()) => 0,
            Err(Error(value)) => value.get(),
        }
    }
}

macro_rules! errors {
    ($($kind:ident { $($name:ident = $code:literal),+ $(,)? })+) => {
        impl $crate::error::Error { $($(pub const $name: $crate::error::Error = $crate::error::Error::$kind($code);)+)+ }
    };
}
pub(crate) use errors;

errors! {
    builtin {
        INVALID_ARGUMENT = 2,
        INVALID_INSTRUCTION_DATA = 3,
        INVALID_ACCOUNT_DATA = 4,
        BUILTIN_NOT_ENOUGH_ACCOUNT_KEYS = 11,
        UNSUPPORTED_SYSVAR = 17,
        INVALID_ACCOUNT_OWNER = 23,
        ARITHMETIC_OVERFLOW = 24,
    }
    custom {
        MISSING_REQUIRED_SIGNATURE = 1,
        INVALID_CHANNEL_STATUS = 2,
        INVALID_ACCOUNT_DISCRIMINATOR = 3,
        UNSUPPORTED_CHANNEL_VERSION = 4,
        INVALID_CHANNEL_PAYER = 5,
        INVALID_CHANNEL_PAYEE = 6,
        INVALID_CHANNEL_MINT = 7,
        INVALID_EVENT_AUTHORITY = 8,
        NOT_ENOUGH_ACCOUNT_KEYS = 9,
        CHANNEL_ACCOUNT_MISMATCH = 50,
        INVALID_CHANNEL_TOKEN_ACCOUNT = 51,
        INVALID_CHANNEL_TOKEN_EXTENSIONS = 52,
        MINT_ACCOUNT_MISMATCH = 53,
        INVALID_MINT_TOKEN_PROGRAM = 54,
        MALFORMED_MINT_TOKEN_ACCOUNT_DATA = 55,
        MALFORMED_MINT_TOKEN_EXTENSIONS = 56,
        PAYER_ACCOUNT_MISMATCH = 57,
        INVALID_PAYER_TOKEN_ACCOUNT = 58,
        INVALID_PAYER_TOKEN_EXTENSIONS = 59,
        PAYEE_ACCOUNT_MISMATCH = 60,
        INVALID_PAYEE_TOKEN_EXTENSIONS = 62,
        DEPOSIT_MUST_BE_NON_ZERO = 200,
        GRACE_PERIOD_MUST_BE_NON_ZERO = 201,
        MISSING_ED25519_VERIFICATION = 230,
        MALFORMED_ED25519_INSTRUCTION = 231,
        VOUCHER_CHANNEL_MISMATCH = 232,
        VOUCHER_EXPIRED = 233,
        VOUCHER_WATERMARK_NOT_MONOTONIC = 234,
        VOUCHER_OVER_DEPOSIT = 235,
        VOUCHER_SIGNER_MISMATCH = 237,
        INVALID_RECIPIENT_COUNT = 260,
        INVALID_SPLIT_CONFIG = 261,
        DISTRIBUTION_PARTS_OVERFLOW = 262,
        DUPLICATE_RECIPIENT = 263,
        CHANNEL_ADDRESS_MISMATCH = 2000,
        PAYER_PAYEE_MUST_DIFFER = 2001,
        INVALID_AUTHORIZED_SIGNER = 2002,
        TOP_UP_DEPOSIT_OVERFLOW = 2100,
        FINALIZE_DEADLINE_OVERFLOW = 2200,
        PAYER_ALREADY_WITHDRAWN = 2300,
        REFUND_CALCULATION_OVERFLOW = 2301,
        CHANNEL_NOT_DISTRIBUTABLE = 2400,
        TREASURY_ACCOUNT_MISMATCH = 2401,
        INVALID_TREASURY_TOKEN_ACCOUNT = 2402,
        INVALID_TREASURY_TOKEN_EXTENSIONS = 2403,
        RECIPIENT_ACCOUNT_MISMATCH = 2404,
        INVALID_RECIPIENT_TOKEN_EXTENSIONS = 2406,
        INVALID_DISTRIBUTION_HASH = 2407,
        NOTHING_TO_DISTRIBUTE = 2408,
        RECIPIENT_ACCOUNT_COUNT_MISMATCH = 2409,
        DISTRIBUTE_POOL_OVERFLOW = 2410,
        DISTRIBUTE_BALANCE_CALCULATION_OVERFLOW = 2411,
        // `DistributePayerBalanceOverflow` or `RentPayerBalanceOverflow`, after who gets the rent back.
        RENT_RECIPIENT_BALANCE_OVERFLOW = 2412,
        DISTRIBUTE_TRANSFER_QUEUE_OVERFLOW = 2413,
    }
}

/// `ensure!(condition, ERROR)`: go on if the condition holds, else return `Error::ERROR`.
#[macro_export]
macro_rules! ensure {
    ($condition:expr, $error:ident) => {
        if !$condition {
            return Err($crate::error::Error::$error);
        }
    };
}
