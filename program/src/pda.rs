//! Program-derived addresses.
//!
//! An address is `sha256(seeds ‖ bump ‖ program ‖ "ProgramDerivedAddress")` for the highest bump for which that is not
//! a point of the curve. The runtime's own search charges 1,500 compute units for each bump; the same hash and the same
//! test of the point, asked for as two syscalls, charge about a quarter of that.

use core::cell::Cell;
use core::mem::MaybeUninit;

use crate::address::{Address, ASSOCIATED_TOKEN};
use crate::syscalls::{self, Slice};

pub static MARKER: &[u8; 21] = b"ProgramDerivedAddress";

/// Room for a channel's seeds of any revision, program and marker.
const MAX_SLICES: usize = 10;

/// The bump that is being tried: a one-byte seed that changes between hashes.
pub struct Bump(Cell<[u8; 1]>);

impl Bump {
    #[inline(always)]
    pub fn new() -> Self {
        Self(Cell::new([u8::MAX]))
    }

    /// The seed. It stays valid, and follows the bump, as long as `self` is where it is.
    #[inline(always)]
    pub fn slice(&self) -> Slice {
        // SAFETY: only the address of the byte is kept.
        Slice::new(unsafe { &*self.0.as_ptr() })
    }

    #[inline(always)]
    pub fn get(&self) -> u8 {
        self.0.get()[0]
    }
}

/// Finds the canonical address for the seeds. `slices` are the seeds, then `bump`, the program and `MARKER`.
#[inline(always)]
pub fn find(slices: &[Slice], bump: &Bump) -> Address {
    let mut address = MaybeUninit::<Address>::uninit();
    loop {
        // SAFETY: the hash writes all 32 bytes; it cannot fail on slices of this run.
        let address = unsafe {
            syscalls::sol_sha256(slices.as_ptr(), slices.len() as u64, address.as_mut_ptr().cast());
            address.assume_init_ref()
        };
        if !syscalls::is_ed25519_point(&address.0) {
            return *address;
        }
        match bump.get().checked_sub(1) {
            Some(lower) => bump.0.set([lower]),
            // Nobody will find seeds without a valid bump. The deployed program aborts here too.
            None => syscalls::abort(),
        }
    }
}

/// `find` for seeds that end in the bump, as they are given to the runtime for signing.
#[inline(always)]
pub fn find_program<const N: usize>(seeds: &[Slice; N], bump: &Bump, program: &Address) -> Address {
    let mut slices = [Slice::new(MARKER); MAX_SLICES];
    const { assert!(N + 2 <= MAX_SLICES) };
    for (slice, seed) in slices.iter_mut().zip(seeds) {
        *slice = *seed;
    }
    slices[N] = Slice::new(&program.0);
    find(&slices[..N + 2], bump)
}

/// `ATA(owner)` of the spec, for one token program and mint.
#[inline(always)]
pub fn associated_token_address(owner: &Address, token_program: &Address, mint: &Address) -> Address {
    let bump = Bump::new();
    let slices = [
        Slice::new(&owner.0),
        Slice::new(&token_program.0),
        Slice::new(&mint.0),
        bump.slice(),
        Slice::new(&ASSOCIATED_TOKEN.0),
        Slice::new(MARKER),
    ];
    find(&slices, &bump)
}
