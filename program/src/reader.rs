//! Reading fixed-size pieces out of byte slices, with the bounds checked where the compiler cannot see them.

use crate::address::Address;

/// The `N` bytes at `offset`, if they are there.
#[inline(always)]
pub fn array_at<const N: usize>(bytes: &[u8], offset: usize) -> Option<&[u8; N]> {
    let tail = bytes.get(offset..)?;
    if tail.len() < N {
        return None;
    }
    // SAFETY: `tail` holds at least `N` bytes, and an array of bytes has no alignment.
    Some(unsafe { &*tail.as_ptr().cast::<[u8; N]>() })
}

#[inline(always)]
pub fn u16_at(bytes: &[u8], offset: usize) -> Option<u16> {
    array_at(bytes, offset).map(|piece| u16::from_le_bytes(*piece))
}

#[inline(always)]
pub fn u32_at(bytes: &[u8], offset: usize) -> Option<u32> {
    array_at(bytes, offset).map(|piece| u32::from_le_bytes(*piece))
}

#[inline(always)]
pub fn u64_at(bytes: &[u8], offset: usize) -> Option<u64> {
    array_at(bytes, offset).map(|piece| u64::from_le_bytes(*piece))
}

#[inline(always)]
pub fn address_at(bytes: &[u8], offset: usize) -> Option<&Address> {
    // SAFETY: `Address` is a transparent wrapper of `[u8; 32]`.
    array_at::<32>(bytes, offset).map(|piece| unsafe { &*(piece as *const [u8; 32]).cast::<Address>() })
}
