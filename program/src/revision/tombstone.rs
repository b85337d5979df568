//! The "tombstone" revision: a closed channel leaves a one-byte account behind, vouchers stand in the instruction data.

use crate::account::Account;
use crate::address::{Address, RENT_SYSVAR, SYSTEM};
use crate::channel::Channel;
use crate::cpi::{self, SIGN_WRITE};
use crate::error::{errors, Error, Result};
use crate::input::Accounts;
use crate::syscalls::Slice;
use crate::sysvar;

pub use crate::syscalls::sol_blake3 as sol_hash;

/// The published address, where everything derived from it is a constant (spec 1).
pub const PUBLISHED_ID: Address = Address::from_base58("CQAyft83tN1w2bRofB5PZ79eVDU2xZUVo43LU1qL4zRg");
pub const PUBLISHED_EVENT_AUTHORITY: Address = Address::from_base58("CoxvYiriHMkx767JMtzpJVr9VjGNTFPtk2TCmtmjot59");
pub const PUBLISHED_EVENT_AUTHORITY_BUMP: u8 = 251;

pub const CHANNEL_LEN: usize = 216;
pub const LAST_STATUS: u8 = crate::channel::status::CLOSING;

/// This revision's seeds and `Opened` event hold nothing that those of other revisions do not.
pub const INCARNATION_LEN: usize = 0;

pub const OPEN_ACCOUNTS: usize = 13;
pub const DISTRIBUTE_ACCOUNTS: usize = 10;
/// Create of the Associated Token program: an escrow that exists is an error.
pub const CREATE_ESCROW: u8 = 0;
/// What finalize answers before the deadline (spec 7.6).
pub const GRACE_PERIOD_NOT_ELAPSED: Error = Error::INVALID_CHANNEL_STATUS;

errors! {
    custom {
        VOUCHER_MESSAGE_MISMATCH = 236,
    }
}

/// No instruction beside those that every revision has (spec 5).
#[inline(always)]
pub fn dispatch_other(_: u8, _: &Address, _: Accounts, _: &[u8]) -> Result<()> {
    Err(Error::INVALID_INSTRUCTION_DATA)
}

/// Seeds of a channel, bump last (spec 2).
pub type ChannelSeeds = [Slice; 7];

#[inline(always)]
pub fn channel_seeds(shared: [Slice; 6], _: &[u8; INCARNATION_LEN], bump: Slice) -> ChannelSeeds {
    let [prefix, payer, payee, mint, signer, salt] = shared;
    [prefix, payer, payee, mint, signer, salt, bump]
}

/// VoucherArgs (spec 3.4): what the authorized signer signs, and what stands in the instruction data.
pub mod voucher {
    use crate::channel::Channel;
    use crate::ensure;
    use crate::error::{Error, Result};
    use crate::reader::u64_at;
    use crate::voucher::{judge_terms, Voucher};

    pub const LEN: usize = 48;
    pub const CHANNEL_ID: usize = 0;
    pub const CUMULATIVE_AMOUNT: usize = 32;
    pub const EXPIRES_AT: usize = 40;

    /// The copy in the instruction data.
    pub struct Given<'a>(&'a Voucher);

    impl<'a> Given<'a> {
        /// The data of settle: a voucher and nothing more.
        #[inline(always)]
        pub fn parse(data: &'a [u8]) -> Result<Self> {
            <&Voucher>::try_from(data).map(Self).map_err(|_| Error::INVALID_INSTRUCTION_DATA)
        }

        /// The data of settleAndFinalize: a voucher, and the byte that says whether it counts.
        #[inline(always)]
        pub fn parse_with_flag(data: &'a [u8]) -> Result<(Self, u8)> {
            match <&[u8; LEN + 1]>::try_from(data) {
                Ok([voucher @ .., flag]) => Ok((Self(voucher), *flag)),
                Err(_) => Err(Error::INVALID_INSTRUCTION_DATA),
            }
        }

        /// Spec 6.5, steps 5 to 9: the fields are judged from the copy in the instruction data; that this copy is what was
        /// signed comes only after them. The order of errors depends on it.
        #[inline(always)]
        pub fn judge(&self, channel: Channel, signed: &Voucher) -> Result<u64> {
            let amount = judge_terms(channel, self.0)?;
            ensure!(equal(signed, self.0), VOUCHER_MESSAGE_MISMATCH);
            Ok(amount)
        }
    }

    const _: () = assert!(LEN % 8 == 0);

    /// Word by word: comparing arrays of this size would call `memcmp`.
    #[inline(always)]
    fn equal(left: &Voucher, right: &Voucher) -> bool {
        let mut at = 0;
        while at < LEN {
            if u64_at(left, at) != u64_at(right, at) {
                return false;
            }
            at += 8;
        }
        true
    }
}

/// Payer, who pays for the accounts (the payer), and the other accounts of open.
#[inline(always)]
pub fn split_open(accounts: &[Account; OPEN_ACCOUNTS]) -> (Account, Account, &[Account; 12]) {
    let [payer, rest @ ..] = accounts;
    (*payer, *payer, rest)
}

/// Nothing to check: the seeds are those of all revisions.
#[inline(always)]
pub fn check_incarnation(_: &[u8; INCARNATION_LEN]) -> Result<()> {
    Ok(())
}

/// Spec 7.1, step 14: any account that is there already is an error of the System program.
#[inline(always)]
pub fn create_channel(funder: Account, channel: Account, lamports: u64, owner: &Address, seeds: &ChannelSeeds) {
    #[derive(Clone, Copy)]
    #[repr(C, packed)]
    struct CreateAccount {
        tag: u32,
        lamports: u64,
        space: u64,
        owner: Address,
    }
    let data = CreateAccount { tag: 0, lamports, space: CHANNEL_LEN as u64, owner: *owner };
    cpi::invoke(&SYSTEM, [(funder, SIGN_WRITE), (channel, SIGN_WRITE)], cpi::bytes_of::<_, 52>(&data), seeds);
}

/// Nothing behind the fields of all revisions.
///
/// # Safety
/// None needed.
#[inline(always)]
pub unsafe fn initialize(_: Account, _: &Address, _: &[u8; INCARNATION_LEN]) {}

/// Channel, payer, who gets the rent back (the payer), and the other fixed accounts of distribute.
#[inline(always)]
pub fn split_distribute(accounts: &[Account; DISTRIBUTE_ACCOUNTS]) -> (Account, Account, Account, &[Account; 8]) {
    let [channel, payer, rest @ ..] = accounts;
    (*channel, *payer, *payer, rest)
}

/// Nothing to check beside that it is the payer.
#[inline(always)]
pub fn check_rent_recipient(_: Channel, _: Account) -> Result<()> {
    Ok(())
}

/// What stays behind where a channel was (spec 3.2).
mod closed {
    pub const LEN: usize = 1;
    pub const DISCRIMINATOR: u8 = 2;
}

/// Spec 7.9, after the escrow is closed: the channel becomes a tombstone and the payer gets the
/// rest of its rent.
#[inline(always)]
pub fn retire(channel: Channel, payer: Account) -> Result<()> {
    let account = channel.account;
    account.shrink_data(closed::LEN);
    // SAFETY: one byte is left.
    unsafe { account.write(0, closed::DISCRIMINATOR) };

    let lamports_per_byte = sysvar::read(&RENT_SYSVAR, sysvar::LAMPORTS_PER_BYTE)?;
    channel.release_lamports(sysvar::minimum_balance(closed::LEN, lamports_per_byte)?, payer)
}
