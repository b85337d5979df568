//! The distribution plan: who gets which part of what is settled (spec 3.4, 5.1, 6.7).

use core::mem::MaybeUninit;

use crate::address::Address;
use crate::ensure;
use crate::error::{Error, Result};
use crate::reader;
use crate::revision;
use crate::syscalls::Slice;

pub const MAX_RECIPIENTS: usize = 32;
const BPS_DENOMINATOR: u64 = 10_000;
const COUNT_LEN: usize = 4;

/// One recipient, as it stands in the instruction data.
#[repr(C)]
pub struct Entry {
    /// A wallet, never a token account.
    pub recipient: Address,
    bps: [u8; 2],
}

const _: () = assert!(core::mem::size_of::<Entry>() == 34 && core::mem::align_of::<Entry>() == 1);

impl Entry {
    #[inline(always)]
    pub fn bps(&self) -> u64 {
        u16::from_le_bytes(self.bps) as u64
    }
}

/// A parsed plan. `preimage` is what gets hashed: the bytes as received, count included.
pub struct Plan<'a> {
    pub preimage: &'a [u8],
    pub entries: &'a [Entry],
    /// What the entries leave to the payee.
    pub payee_bps: u64,
}

impl<'a> Plan<'a> {
    /// Spec 5.1, in its order: the count before the length, a duplicate before an excessive sum.
    pub fn parse(preimage: &'a [u8]) -> Result<Self> {
        let Some(count) = reader::u32_at(preimage, 0) else {
            return Err(Error::INVALID_INSTRUCTION_DATA);
        };
        let count = count as usize;
        ensure!(count <= MAX_RECIPIENTS, INVALID_RECIPIENT_COUNT);
        ensure!(preimage.len() == COUNT_LEN + count * core::mem::size_of::<Entry>(), INVALID_INSTRUCTION_DATA);

        // SAFETY: the length has just been checked, `Entry` is plain bytes without alignment.
        let entries = unsafe { core::slice::from_raw_parts(preimage.as_ptr().add(COUNT_LEN).cast::<Entry>(), count) };
        let mut sum = 0u64;
        for (index, entry) in entries.iter().enumerate() {
            ensure!(entry.bps() != 0, INVALID_SPLIT_CONFIG);
            // In bounds by construction; `take` spares the check.
            for earlier in entries.iter().take(index) {
                ensure!(earlier.recipient != entry.recipient, DUPLICATE_RECIPIENT);
            }
            // The guard cannot fire: 32 times the largest u16 is far from the end of u64.
            sum = sum.checked_add(entry.bps()).ok_or(Error::DISTRIBUTION_PARTS_OVERFLOW)?;
        }
        ensure!(sum <= BPS_DENOMINATOR, INVALID_SPLIT_CONFIG);
        Ok(Self { preimage, entries, payee_bps: BPS_DENOMINATOR.wrapping_sub(sum) })
    }

    /// The commitment to the plan.
    #[inline(always)]
    pub fn hash(&self) -> Address {
        let mut hash = MaybeUninit::<Address>::uninit();
        let input = [Slice::new(self.preimage)];
        // SAFETY: the hash writes all 32 bytes; it cannot fail on a slice of this run.
        unsafe {
            revision::sol_hash(input.as_ptr(), input.len() as u64, hash.as_mut_ptr().cast());
            hash.assume_init()
        }
    }
}

/// `floor(amount * bps / 10_000)` without a 128-bit product, which this target cannot multiply.
///
/// With `amount = 10_000 q + r` the product is `10_000 q * bps + r * bps`, and the first term divides evenly. Neither
/// term leaves u64 because `bps <= 10_000`. Nor does their sum, which is at most
/// `amount`. (Wrapping, since a product that is checked for overflow is one of 128 bits.)
#[inline(always)]
fn floor_share(amount: u64, bps: u64) -> u64 {
    let whole = (amount / BPS_DENOMINATOR).wrapping_mul(bps);
    let part = (amount % BPS_DENOMINATOR).wrapping_mul(bps) / BPS_DENOMINATOR;
    whole.wrapping_add(part)
}

/// Spec 6.7: what `bps` of the settled amount has grown by since the watermark.
#[inline(always)]
pub fn share(settled: u64, watermark: u64, bps: u64) -> Result<u64> {
    floor_share(settled, bps).checked_sub(floor_share(watermark, bps)).ok_or(Error::DISTRIBUTE_POOL_OVERFLOW)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floor_share_is_exact() {
        let amounts = [0, 1, 9_999, 10_000, 10_001, 1_844_674_407_370_955, u64::MAX - 1, u64::MAX];
        for amount in amounts {
            for bps in [1, 2, 3_333, 5_000, 9_999, 10_000] {
                assert_eq!(u128::from(floor_share(amount, bps)), u128::from(amount) * u128::from(bps) / 10_000);
            }
        }
    }

    #[test]
    fn share_is_a_difference_of_floors() {
        assert_eq!(share(10_000, 9_999, 1), Ok(1));
        assert_eq!(share(10_000, 9_999, 9_999), Ok(1));
        assert_eq!(share(100, 0, 3_333), Ok(33));
        assert_eq!(share(0, 10_000, 1), Err(Error::DISTRIBUTE_POOL_OVERFLOW));
        assert_eq!(share(0, 9_999, 1), Ok(0));
    }

    fn preimage(entries: &[(u8, u16)]) -> Vec<u8> {
        let mut bytes = (entries.len() as u32).to_le_bytes().to_vec();
        for (recipient, bps) in entries {
            bytes.extend([*recipient; 32]);
            bytes.extend(bps.to_le_bytes());
        }
        bytes
    }

    fn refused(bytes: &[u8]) -> Option<Error> {
        Plan::parse(bytes).err()
    }

    #[test]
    fn plans_are_refused_in_the_order_of_the_spec() {
        assert_eq!(refused(&[0; 3]), Some(Error::INVALID_INSTRUCTION_DATA));
        assert_eq!(refused(&[33, 0, 0, 0]), Some(Error::INVALID_RECIPIENT_COUNT));
        assert_eq!(refused(&[32, 0, 0, 0]), Some(Error::INVALID_INSTRUCTION_DATA));
        assert_eq!(refused(&preimage(&[(1, 0), (1, 1)])), Some(Error::INVALID_SPLIT_CONFIG));
        assert_eq!(refused(&preimage(&[(1, 10_000), (1, 10_000)])), Some(Error::DUPLICATE_RECIPIENT));
        assert_eq!(refused(&preimage(&[(1, 1), (1, 0)])), Some(Error::INVALID_SPLIT_CONFIG));
        assert_eq!(refused(&preimage(&[(1, 1), (2, 10_000)])), Some(Error::INVALID_SPLIT_CONFIG));
        assert_eq!(refused(&preimage(&[(1, 1), (2, 9_999)])), None);
        assert_eq!(refused(&preimage(&[])), None);
    }
}
