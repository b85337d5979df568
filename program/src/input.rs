//! Parses the loader's parameter area: u64 number of accounts, the account records, u64 length of the instruction data,
//! the data, the program id. All little-endian, every record starts at a multiple of 8.

use core::mem::MaybeUninit;

use crate::account::{record, Account};
use crate::address::Address;
use crate::error::{Error, Result};

/// More accounts than any instruction looks at: distribute's 10 and one for each of 32 recipients. Accounts beyond are
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

/// The accounts of the instruction: how many there are, and the first ones of them.
#[derive(Clone, Copy)]
pub struct Accounts<'a> {
    known: &'a [Account],
    count: usize,
}

impl<'a> Accounts<'a> {
    /// All accounts, if there are `N`; else the error, which depends on the instruction (spec 5).
    #[inline(always)]
    pub fn exactly<const N: usize>(&self, error: Error) -> Result<&'a [Account; N]> {
        if self.count != N {
            return Err(error);
        }
        self.first().ok_or(error)
    }

    /// The first `N` accounts, the handles of those behind them and their number.
    #[inline(always)]
    pub fn at_least<const N: usize>(&self, error: Error) -> Result<(&'a [Account; N], Rest<'a>)> {
        let count = self.count.checked_sub(N).ok_or(error)?;
        let head = self.first().ok_or(error)?;
        Ok((head, Rest { known: self.known.get(N..).unwrap_or(&[]), count }))
    }

    #[inline(always)]
    fn first<const N: usize>(&self) -> Option<&'a [Account; N]> {
        const { assert!(N <= TABLE_LEN) };
        if self.known.len() < N {
            return None;
        }
        // SAFETY: `known` holds at least `N` handles.
        Some(unsafe { &*self.known.as_ptr().cast::<[Account; N]>() })
    }
}

/// The accounts behind the fixed ones.
#[derive(Clone, Copy)]
pub struct Rest<'a> {
    known: &'a [Account],
    count: usize,
}

impl<'a> Rest<'a> {
    /// The accounts, if there are `count` of them.
    #[inline(always)]
    pub fn exactly(&self, count: usize) -> Option<&'a [Account]> {
        if self.count != count {
            return None;
        }
        self.known.get(..count)
    }
}

/// Everything an instruction is given.
pub struct Context<'a> {
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
pub unsafe fn parse<'a>(input: *mut u8, table: &'a mut AccountTable) -> Context<'a> {
    // SAFETY (all blocks): the loader's layout, see the module's documentation. `read` and `write` stay inside it
    // because each length is read from where the loader has put it.
    let count = unsafe { *input.cast::<u64>() } as usize;
    let mut cursor = unsafe { input.add(8) };
    let table = table.0.as_mut_ptr().cast::<Account>();

    let mut index = 0;
    while index < count {
        let marker = unsafe { *cursor };
        if marker == NOT_A_DUPLICATE {
            if index < TABLE_LEN {
                unsafe { table.add(index).write(Account::from_record(cursor)) };
            }
            let data_len = unsafe { *cursor.add(record::DATA_LEN).cast::<u64>() } as usize;
            // Data, room to grow, padding to 8 and the rent epoch. (A length that could wrap is not one of the loader's.)
            let skip = data_len.wrapping_add(record::DATA + record::GROWTH + 8 + 7) & !7;
            cursor = unsafe { cursor.add(skip) };
        } else {
            // A duplicate points back, so an index inside the table has its original inside the table.
            if index < TABLE_LEN {
                unsafe { table.add(index).write(*table.add(marker as usize)) };
            }
            cursor = unsafe { cursor.add(8) };
        }
        index += 1;
    }

    let known = if count < TABLE_LEN { count } else { TABLE_LEN };
    let data_len = unsafe { *cursor.cast::<u64>() } as usize;
    let data = unsafe { cursor.add(8) };
    Context {
        program_id: unsafe { &*data.add(data_len).cast::<Address>() },
        accounts: Accounts { known: unsafe { core::slice::from_raw_parts(table, known) }, count },
        data: unsafe { core::slice::from_raw_parts(data, data_len) },
    }
}
