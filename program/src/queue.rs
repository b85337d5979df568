//! The transfer queue of a distribution (spec 9): payouts are collected first and made together, because SPL Token
//! takes up to eight of them in one call.

use core::mem::MaybeUninit;

use crate::account::Account;
use crate::address::SPL_TOKEN;
use crate::cpi::{self, Info, Meta, Transfer, TransferCheckedData, READ, SIGN, WRITE};
use crate::error::{Error, Result};
use crate::plan::MAX_RECIPIENTS;
use crate::syscalls::Slice;
use crate::token::{Kind, TokenContext};

/// Recipients, payee, payer refund and treasury sweep.
const CAPACITY: usize = MAX_RECIPIENTS + 3;

#[derive(Clone, Copy)]
struct Queued {
    destination: Account,
    amount: u64,
}

/// What all transfers have in common: they leave the escrow, and the channel signs them with its seeds.
pub struct Source<'a> {
    pub token: &'a TokenContext,
    pub escrow: Account,
    pub channel: Account,
    pub seeds: &'a [Slice],
}

/// Transfers out of the escrow, in the order in which they will be made.
pub struct Queue {
    items: [MaybeUninit<Queued>; CAPACITY],
    len: usize,
    total: u64,
}

impl Queue {
    #[inline(always)]
    pub fn new() -> Self {
        Self { items: [MaybeUninit::uninit(); CAPACITY], len: 0, total: 0 }
    }

    /// Sum of the queued amounts.
    #[inline(always)]
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Appends a transfer; nothing for a zero amount.
    #[inline(always)]
    pub fn push(&mut self, destination: Account, amount: u64) -> Result<()> {
        if amount == 0 {
            return Ok(());
        }
        let Some(total) = self.total.checked_add(amount) else {
            return Err(Error::DISTRIBUTE_BALANCE_CALCULATION_OVERFLOW);
        };
        let len = self.len;
        let Some(item) = self.items.get_mut(len) else {
            return Err(Error::DISTRIBUTE_TRANSFER_QUEUE_OVERFLOW);
        };
        item.write(Queued { destination, amount });
        self.len = len + 1;
        self.total = total;
        Ok(())
    }

    /// Makes the transfers (spec 9.1).
    #[inline(always)]
    pub fn flush(&self, source: &Source) {
        // SAFETY: the first `len` items were written by `push`.
        let items = unsafe { core::slice::from_raw_parts(self.items.as_ptr().cast::<Queued>(), self.len) };
        if source.token.kind == Kind::Spl && items.len() >= 2 {
            for chunk in items.chunks(batch::CHUNK) {
                batch::transfer(source, chunk);
            }
        } else {
            for item in items {
                let transfer =
                    Transfer { source: source.escrow, destination: item.destination, authority: source.channel };
                cpi::transfer_checked(source.token, &transfer, item.amount, source.seeds);
            }
        }
    }
}

/// SPL Token's Batch instruction (spec 9.2).
mod batch {
    use super::*;

    pub const CHUNK: usize = 8;
    const ACCOUNTS: usize = 4;
    const TAG: u8 = 0xff;

    /// One transfer in the data of a batch.
    #[derive(Clone, Copy)]
    #[repr(C, packed)]
    struct Item {
        accounts: u8,
        data_len: u8,
        data: TransferCheckedData,
    }

    const ITEM_LEN: usize = core::mem::size_of::<Item>();
    const DATA_LEN: usize = 1 + CHUNK * ITEM_LEN;

    /// One call with all transfers of `chunk`, at most `CHUNK`. Metas are repeated for each transfer as the batch wants
    /// it; the runtime needs each account's memory only once.
    #[inline(never)]
    pub fn transfer(source: &Source, chunk: &[Queued]) {
        let Source { token, escrow, channel, seeds } = *source;
        let mut data = MaybeUninit::<[u8; DATA_LEN]>::uninit();
        let mut metas = [MaybeUninit::<[Meta; ACCOUNTS]>::uninit(); CHUNK];
        let mut infos = [MaybeUninit::<Info>::uninit(); 3 + CHUNK];

        infos[0].write(Info::new(escrow));
        infos[1].write(Info::new(token.mint));
        infos[2].write(Info::new(channel));
        let bytes = data.as_mut_ptr().cast::<u8>();
        // SAFETY: the first byte of the array.
        unsafe { bytes.write(TAG) };
        let mut len = 0;
        for ((queued, meta), info) in chunk.iter().zip(&mut metas).zip(&mut infos[3..]) {
            let item = Item {
                accounts: ACCOUNTS as u8,
                data_len: core::mem::size_of::<TransferCheckedData>() as u8,
                data: TransferCheckedData::new(queued.amount, token.decimals),
            };
            // SAFETY: `zip` ends after `CHUNK` items, for which the array has room; `Item` has no alignment.
            unsafe { bytes.add(1 + len * ITEM_LEN).cast::<Item>().write(item) };
            meta.write([
                Meta::new(escrow, WRITE),
                Meta::new(token.mint, READ),
                Meta::new(queued.destination, WRITE),
                Meta::new(channel, SIGN),
            ]);
            info.write(Info::new(queued.destination));
            len += 1;
        }

        // SAFETY: `len` items of each array were written, and infos has three more in front.
        let (data, metas, infos) = unsafe {
            (
                core::slice::from_raw_parts(bytes, 1 + len * ITEM_LEN),
                core::slice::from_raw_parts(metas.as_ptr().cast::<Meta>(), len * ACCOUNTS),
                core::slice::from_raw_parts(infos.as_ptr().cast::<Info>(), len + 3),
            )
        };
        cpi::invoke_with(&SPL_TOKEN, metas, infos, data, &[Slice::new(seeds)]);
    }
}
