//! A view of one account in the loader's parameter area. The layout of a record is known here and in `input.rs` only.

use crate::address::Address;

/// Offsets in a record that is not a duplicate (loader v2 ABI, the same for loader v3).
pub(crate) mod record {
    pub const IS_SIGNER: usize = 1;
    pub const IS_WRITABLE: usize = 2;
    pub const IS_EXECUTABLE: usize = 3;
    pub const ADDRESS: usize = 8;
    pub const OWNER: usize = 40;
    pub const LAMPORTS: usize = 72;
    pub const DATA_LEN: usize = 80;
    pub const DATA: usize = 88;
    /// Room behind the data for an account to grow into.
    pub const GROWTH: usize = 10_240;
}

/// A handle to an account record. Handles of duplicates are equal: what is written through one is read through the
/// other. That is why no method returns a reference to anything the program or a callee may change, except `data`.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(transparent)]
pub struct Account(*mut u8);

impl Account {
    /// # Safety
    /// `pointer` must be the start of a record that is not a duplicate and stays valid for the whole run.
    #[inline(always)]
    pub(crate) unsafe fn from_record(pointer: *mut u8) -> Self {
        Self(pointer)
    }

    /// A pointer into the record, for the runtime (CPI structs) and for the readers below.
    #[inline(always)]
    pub(crate) fn at(self, offset: usize) -> *mut u8 {
        // SAFETY: every offset used is inside the record that `from_record` vouches for.
        unsafe { self.0.add(offset) }
    }

    /// The address. It never changes while the program runs, which is what makes the static lifetime right.
    #[inline(always)]
    pub fn address(self) -> &'static Address {
        // SAFETY: see above; 32 bytes without alignment.
        unsafe { &*self.at(record::ADDRESS).cast() }
    }

    #[inline(always)]
    pub fn is_signer(self) -> bool {
        self.flag(record::IS_SIGNER)
    }

    #[inline(always)]
    pub fn is_writable(self) -> bool {
        self.flag(record::IS_WRITABLE)
    }

    #[inline(always)]
    pub fn is_executable(self) -> bool {
        self.flag(record::IS_EXECUTABLE)
    }

    #[inline(always)]
    fn flag(self, offset: usize) -> bool {
        // SAFETY: inside the record.
        unsafe { *self.at(offset) != 0 }
    }

    /// Whether `program` owns the account. The owner is compared in place because a CPI may change it.
    #[inline(always)]
    pub fn is_owned_by(self, program: &Address) -> bool {
        // SAFETY: inside the record; the reference does not leave this line.
        unsafe { &*self.at(record::OWNER).cast::<Address>() == program }
    }

    #[inline(always)]
    pub fn lamports(self) -> u64 {
        // SAFETY: inside the record, which is aligned to 8 bytes.
        unsafe { *self.at(record::LAMPORTS).cast() }
    }

    /// Sets the balance. The runtime checks at the end that lamports were only moved, and by who may.
    #[inline(always)]
    pub fn set_lamports(self, lamports: u64) {
        // SAFETY: as `lamports`.
        unsafe { *self.at(record::LAMPORTS).cast() = lamports }
    }

    #[inline(always)]
    pub fn data_len(self) -> usize {
        // SAFETY: inside the record, aligned.
        unsafe { *self.at(record::DATA_LEN).cast::<u64>() as usize }
    }

    /// The data as it is now. Not to be held across a CPI or a write to the same account.
    #[inline(always)]
    pub fn data(&self) -> &[u8] {
        // SAFETY: the runtime keeps `DATA_LEN` bytes readable there.
        unsafe { core::slice::from_raw_parts(self.at(record::DATA), self.data_len()) }
    }

    /// Cuts the data to its first `len` bytes.
    #[inline(always)]
    pub fn shrink_data(self, len: usize) {
        debug_assert!(len <= self.data_len());
        // SAFETY: inside the record, aligned. The loader takes the new length from here.
        unsafe { *self.at(record::DATA_LEN).cast::<u64>() = len as u64 }
    }

    /// # Safety
    /// The account must hold at least `offset + size_of::<T>()` bytes of data.
    #[inline(always)]
    pub unsafe fn read<T: Copy>(self, offset: usize) -> T {
        // SAFETY: the caller's promise; the data has no alignment to rely on.
        unsafe { self.at(record::DATA + offset).cast::<T>().read_unaligned() }
    }

    /// # Safety
    /// As `read`.
    #[inline(always)]
    pub unsafe fn write<T: Copy>(self, offset: usize, value: T) {
        // SAFETY: the caller's promise.
        unsafe { self.at(record::DATA + offset).cast::<T>().write_unaligned(value) }
    }
}
