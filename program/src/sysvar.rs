//! Clock and rent, and the rent formula.

use core::mem::MaybeUninit;

use crate::address::{Address, CLOCK_SYSVAR};
use crate::ensure;
use crate::error::{Error, Result};
use crate::syscalls;

/// `Clock.unix_timestamp`, behind slot, epoch start, epoch and leader schedule epoch.
const UNIX_TIMESTAMP: u64 = 32;
/// The first u64 of the rent sysvar. The float that follows is never looked at (spec 1).
pub const LAMPORTS_PER_BYTE: u64 = 0;
/// What the runtime charges for an account beside its data.
const ACCOUNT_OVERHEAD: u64 = 128;

/// Reads one u64 field of a sysvar; cheaper than the syscalls that copy the whole of it.
#[inline(always)]
pub fn read(sysvar: &'static Address, offset: u64) -> Result<u64> {
    let mut value = MaybeUninit::<u64>::uninit();
    // SAFETY: the address is 32 readable bytes, the result has room for the 8 bytes asked for.
    unsafe {
        if syscalls::sol_get_sysvar(sysvar.0.as_ptr(), value.as_mut_ptr().cast(), offset, 8) != 0 {
            return Err(Error::UNSUPPORTED_SYSVAR);
        }
        Ok(value.assume_init())
    }
}

/// `now` of the spec.
///
/// Reading the clock has no effect and cannot fail, so handlers read it where it is compared rather than where the
/// spec lists it: the order of errors is the same and a refusal before that costs less.
#[inline(always)]
pub fn now() -> Result<i64> {
    read(&CLOCK_SYSVAR, UNIX_TIMESTAMP).map(|value| value as i64)
}

/// `min(len)` of the spec. No cluster has a rent parameter for which this overflows.
#[inline(always)]
pub fn minimum_balance(len: usize, lamports_per_byte: u64) -> Result<u64> {
    let bytes = ACCOUNT_OVERHEAD + len as u64;
    // Not `checked_mul`: that is a product of 128 bits, which this target cannot multiply.
    ensure!(lamports_per_byte <= u64::MAX / bytes, INVALID_ARGUMENT);
    Ok(bytes.wrapping_mul(lamports_per_byte))
}
