//! Parses the loader's parameter area: u64 number of accounts, the account records, u64 length of the instruction data,
//! the data, the program id. All little-endian, every record starts at a multiple of 8.

use core::mem::MaybeUninit;

use crate::account::{record, Account};
use crate::address::Address;
use crate::error::{Error, Result};

/// More accounts than any instruction looks at: distribute's 10 or 11 and one for each of 32 recipients. Accounts beyond are
/// walked over and counted, nothing more, so that their number is not limited by this table.
const TABLE_LEN: usize = 48;

/// First byte of a record which is not a duplicate; otherwise it is the index of the account it duplicates.
const NOT_A_DUPLICATE: u8 = 0xff;

/// Room for account handles, owned by the entry point.
pub struct AccountTable([MaybeUninit<Account>; TABLE_LEN]);

impl AccountTable {
    #[inline(always)]
    pub fn new() -> Self {
        Self([MaybeUninit::uninit(); TABLE_LEN])
    }
}

/// The accounts of the instruction: how many there are, and the first `TABLE_LEN` of them.
#[derive(Clone, Copy)]
pub struct Accounts<'a> {
    table: &'a AccountTable,
    count: usize,
}

impl<'a> Accounts<'a> {
    /// All accounts, if there are `N`; else the error, which depends on the instruction (spec 5).
    #[inline(always)]
    pub fn exactly<const N: usize>(&self, error: Error) -> Result<&'a [Account; N]> {
        if self.count == N {
            self.first().ok_or(error)
        } else {
            Err(error)
        }
    }

    /// The first `N` accounts, and those behind them.
    #[inline(always)]
    pub fn at_least<const N: usize>(&self, error: Error) -> Result<(&'a [Account; N], Rest<'a>)> {
        let head = self.first().ok_or(error)?;
        Ok((head, Rest { accounts: *self, start: N }))
    }

    #[inline(always)]
    fn first<const N: usize>(&self) -> Option<&'a [Account; N]> {
        const { assert!(N <= TABLE_LEN) };
        if self.count < N {
            return None;
        }
        // SAFETY: `parse` has written the first `count` handles, as far as the table goes, and `N` is inside both.
        Some(unsafe { &*self.table.0.as_ptr().cast::<[Account; N]>() })
    }
}

/// The accounts behind the fixed ones.
#[derive(Clone, Copy)]
pub struct Rest<'a> {
    accounts: Accounts<'a>,
    start: usize,
}

impl<'a> Rest<'a> {
    /// The accounts, if there are `count` of them.
    #[inline(always)]
    pub fn exactly(&self, count: usize) -> Option<&'a [Account]> {
        let Accounts { table, count: total } = self.accounts;
        if total.checked_sub(self.start) != Some(count) {
            return None;
        }
        let handles = table.0.get(self.start..total)?;
        // SAFETY: these are handles of accounts that there are, and inside the table.
        Some(unsafe { core::slice::from_raw_parts(handles.as_ptr().cast::<Account>(), handles.len()) })
    }
}

/// Everything an instruction is given.
pub struct Input<'a> {
    /// The address the program runs at. Stands wherever the deployed program uses its compiled-in address.
    pub program_id: &'a Address,
    pub accounts: Accounts<'a>,
    /// The instruction data, first byte included.
    pub data: &'a [u8],
}

/// Walks the parameter area once.
///
/// # Safety
/// `input` must be what the loader passes to the entry point, valid for `'a`.
#[inline(always)]
pub unsafe fn parse<'a>(input: *mut u8, table: &'a mut AccountTable) -> Input<'a> {
    // SAFETY (all blocks): the loader's layout, see the module's documentation. Reads stay inside it because each
    // length is read from where the loader has put it, writes to the table because its length bounds the first loop.
    let count = unsafe { *input.cast::<u64>() } as usize;
    let mut cursor = unsafe { input.add(8) };
    let handles = table.0.as_mut_ptr().cast::<Account>();

    let mut index = 0;
    if count > 0 {
        // There is nothing that the first account could duplicate.
        unsafe { handles.write(Account::from_record(cursor)) };
        cursor = unsafe { cursor.add(record_len(cursor, NOT_A_DUPLICATE)) };
        index = 1;
    }
    while index < count && index < TABLE_LEN {
        let marker = unsafe { *cursor };
        let handle = if marker == NOT_A_DUPLICATE {
            unsafe { Account::from_record(cursor) }
        } else {
            // A duplicate points back, so its original is in the table.
            unsafe { *handles.add(marker as usize) }
        };
        unsafe { handles.add(index).write(handle) };
        cursor = unsafe { cursor.add(record_len(cursor, marker)) };
        index += 1;
    }
    while index < count {
        cursor = unsafe { cursor.add(record_len(cursor, *cursor)) };
        index += 1;
    }

    let data_len = unsafe { *cursor.cast::<u64>() } as usize;
    let data = unsafe { cursor.add(8) };
    Input {
        program_id: unsafe { &*data.add(data_len).cast::<Address>() },
        accounts: Accounts { table, count },
        data: unsafe { core::slice::from_raw_parts(data, data_len) },
    }
}

/// Length of the record at `cursor`, padding included.
///
/// # Safety
/// `cursor` must be the start of a record, and `marker` its first byte.
#[inline(always)]
unsafe fn record_len(cursor: *mut u8, marker: u8) -> usize {
    if marker != NOT_A_DUPLICATE {
        return 8;
    }
    // SAFETY: the caller's promise.
    let data_len = unsafe { *cursor.add(record::DATA_LEN).cast::<u64>() } as usize;
    // Data, room to grow, padding to 8 and the rent epoch. (A length that could wrap is not one of the loader's.)
    data_len.wrapping_add(record::DATA + record::GROWTH + 8 + 7) & !7
}
