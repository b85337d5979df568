//! The treasury owner: whose token account takes what is forfeited and what remains (spec 1).

use core::mem::MaybeUninit;

use crate::address::Address;

/// The placeholder of `localnet`. Whoever loads the ELF for another deployment overwrites these 32 bytes, so they must
/// stand in it exactly once.
static OWNER: [u64; 4] = [u64::from_le_bytes([0xbe, 0xef, 0xbe, 0xef, 0xbe, 0xef, 0xbe, 0xef]); 4];

/// The treasury owner as the ELF has it now. The reads are volatile: otherwise the compiler would know the value and
/// compare with constants of its own.
#[inline(always)]
pub fn owner() -> Address {
    let mut owner = MaybeUninit::<[u64; 4]>::uninit();
    let words = owner.as_mut_ptr().cast::<u64>();
    let mut index = 0;
    while index < OWNER.len() {
        // SAFETY: both have four words.
        unsafe { words.add(index).write(core::ptr::from_ref(&OWNER).cast::<u64>().add(index).read_volatile()) };
        index += 1;
    }
    // SAFETY: all words were written; an address has the same size and less alignment.
    unsafe { core::mem::transmute::<[u64; 4], Address>(owner.assume_init()) }
}
