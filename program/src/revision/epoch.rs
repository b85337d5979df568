//! The "epoch" revision: the slot in which a channel is opened is part of its address, so that a closed channel leaves
//! nothing behind; vouchers stand in the precompile's message alone. Sections are those of the spec.

use crate::account::{record, Account};
use crate::address::{Address, CLOCK_SYSVAR, SYSTEM};
use crate::channel::{field, status, Channel};
use crate::cpi::{self, SIGN_WRITE, WRITE};
use crate::ensure;
use crate::error::{errors, Error, Result};
use crate::input::Accounts;
use crate::syscalls::Slice;
use crate::sysvar;

pub use crate::syscalls::sol_sha256 as sol_hash;

mod reclaim;

/// The published address, where everything derived from it is a constant (1).
pub const PUBLISHED_ID: Address = Address::from_base58("CHNLxYvVA28MJP9PrFuDXccuoGXAx7jBacfLEkahyGsX");
pub const PUBLISHED_EVENT_AUTHORITY: Address = Address::from_base58("75c2huVzDW1Eq4kD86by5392sjdJzuAT195XNgP2f2tX");
pub const PUBLISHED_EVENT_AUTHORITY_BUMP: u8 = 249;

/// Behind the fields of all revisions stand two more (3.1).
pub const CHANNEL_LEN: usize = RENT_PAYER + 32 + INCARNATION_LEN;
const RENT_PAYER: usize = field::END;
const OPEN_SLOT: usize = RENT_PAYER + 32;

/// A channel that is paid out and waits until its address can be freed (3.3).
const DISTRIBUTED: u8 = 3;
pub const LAST_STATUS: u8 = DISTRIBUTED;

/// The open slot tells a channel from an earlier one with the same parties and salt.
pub const INCARNATION_LEN: usize = 8;

pub const OPEN_ACCOUNTS: usize = 14;
pub const DISTRIBUTE_ACCOUNTS: usize = 11;
/// CreateIdempotent of the Associated Token program: an escrow that exists is accepted.
pub const CREATE_ESCROW: u8 = 1;
/// What seal answers before the deadline (7.6).
pub const GRACE_PERIOD_NOT_ELAPSED: Error = Error::SEAL_GRACE_PERIOD_NOT_ELAPSED;

errors! {
    custom {
        INVALID_CHANNEL_RENT_PAYER = 10,
        VOUCHER_BAD_MAGIC = 238,
        OPEN_SLOT_OUT_OF_WINDOW = 2003,
        SEAL_GRACE_PERIOD_NOT_ELAPSED = 2201,
        CHANNEL_CLOSE_TOO_EARLY = 2414,
    }
}

/// Instructions that only this revision has (5).
#[inline(always)]
pub fn dispatch_other(discriminator: u8, program_id: &Address, accounts: Accounts, _data: &[u8]) -> Result<()> {
    match discriminator {
        9 => reclaim::process(program_id, accounts),
        _ => Err(Error::INVALID_INSTRUCTION_DATA),
    }
}

/// Seeds of a channel, bump last (2).
pub type ChannelSeeds = [Slice; 8];

#[inline(always)]
pub fn channel_seeds(shared: [Slice; 6], open_slot: &[u8; INCARNATION_LEN], bump: Slice) -> ChannelSeeds {
    let [prefix, payer, payee, mint, signer, salt] = shared;
    [prefix, payer, payee, mint, signer, salt, Slice::new(open_slot), bump]
}

/// The voucher (3.4): what the authorized signer signs.
pub mod voucher {
    use crate::channel::Channel;
    use crate::ensure;
    use crate::error::{Error, Result};
    use crate::reader::u16_at;
    use crate::voucher::{judge_terms, Voucher};

    pub const LEN: usize = 50;
    pub const CHANNEL_ID: usize = 2;
    pub const CUMULATIVE_AMOUNT: usize = 34;
    pub const EXPIRES_AT: usize = 42;
    const MAGIC: u16 = u16::from_le_bytes([0x56, 0x01]);

    /// The instruction data says nothing about the voucher.
    pub struct Given;

    impl Given {
        /// The data of settle: ignored.
        #[inline(always)]
        pub fn parse(_: &[u8]) -> Result<Self> {
            Ok(Self)
        }

        /// The data of settleAndSeal: the byte that says whether there is a voucher.
        #[inline(always)]
        pub fn parse_with_flag(data: &[u8]) -> Result<(Self, u8)> {
            match data {
                [flag] => Ok((Self, *flag)),
                _ => Err(Error::INVALID_INSTRUCTION_DATA),
            }
        }

        /// Steps 5 to 9 of 6.1.
        #[inline(always)]
        pub fn judge(&self, channel: Channel, signed: &Voucher) -> Result<u64> {
            ensure!(u16_at(signed, 0) == Some(MAGIC), VOUCHER_BAD_MAGIC);
            judge_terms(channel, signed)
        }
    }
}

/// Payer, who pays for the accounts, and the other accounts of open (7.1).
#[inline(always)]
pub fn split_open(accounts: &[Account; OPEN_ACCOUNTS]) -> (Account, Account, &[Account; 12]) {
    let [payer, rent_payer, rest @ ..] = accounts;
    (*payer, *rent_payer, rest)
}

/// The open-slot window K (1): a channel is opened inside it, and its address freed behind it, which is why no address
/// is ever used twice (4.1).
const OPEN_SLOT_WINDOW: u64 = 1500;

/// `Clock.slot`
#[inline(always)]
fn current_slot() -> Result<u64> {
    sysvar::read(&CLOCK_SYSVAR, 0)
}

/// Step 9 of 7.1: a slot of the window that ends now.
#[inline(always)]
pub fn check_incarnation(open_slot: &[u8; INCARNATION_LEN]) -> Result<()> {
    let age = current_slot()?.checked_sub(u64::from_le_bytes(*open_slot)).ok_or(Error::OPEN_SLOT_OUT_OF_WINDOW)?;
    ensure!(age <= OPEN_SLOT_WINDOW, OPEN_SLOT_OUT_OF_WINDOW);
    Ok(())
}

/// Steps 17 to 19 of 7.1. Lamports that somebody has sent to the address do not stop the channel; they count.
#[inline(always)]
pub fn create_channel(funder: Account, channel: Account, lamports: u64, owner: &Address, seeds: &ChannelSeeds) {
    #[derive(Clone, Copy)]
    #[repr(C, packed)]
    struct WithNumber {
        tag: u32,
        number: u64,
    }
    #[derive(Clone, Copy)]
    #[repr(C, packed)]
    struct Assign {
        tag: u32,
        owner: Address,
    }

    let shortfall = lamports.saturating_sub(channel.lamports());
    if shortfall > 0 {
        let transfer = WithNumber { tag: 2, number: shortfall };
        cpi::invoke(&SYSTEM, [(funder, SIGN_WRITE), (channel, WRITE)], cpi::bytes_of::<_, 12>(&transfer), &[]);
    }
    let allocate = WithNumber { tag: 8, number: CHANNEL_LEN as u64 };
    cpi::invoke(&SYSTEM, [(channel, SIGN_WRITE)], cpi::bytes_of::<_, 12>(&allocate), seeds);
    let assign = Assign { tag: 1, owner: *owner };
    cpi::invoke(&SYSTEM, [(channel, SIGN_WRITE)], cpi::bytes_of::<_, 36>(&assign), seeds);
}

/// Writes the fields that only this revision has (3.1).
///
/// # Safety
/// The account must have `CHANNEL_LEN` bytes of data.
#[inline(always)]
pub unsafe fn initialize(account: Account, rent_payer: &Address, open_slot: &[u8; INCARNATION_LEN]) {
    // SAFETY: the caller's promise.
    unsafe {
        account.write(RENT_PAYER, *rent_payer);
        account.write(OPEN_SLOT, *open_slot);
    }
}

/// Channel, payer, who gets the rent back, and the other fixed accounts of distribute (7.8).
#[inline(always)]
pub fn split_distribute(accounts: &[Account; DISTRIBUTE_ACCOUNTS]) -> (Account, Account, Account, &[Account; 8]) {
    let [channel, payer, rent_payer, rest @ ..] = accounts;
    (*channel, *payer, *rent_payer, rest)
}

/// Step 6 of 7.8, step 4 of 7.9.
#[inline(always)]
pub fn check_rent_recipient(channel: Channel, rent_payer: Account) -> Result<()> {
    ensure!(rent_payer.address() == channel.address_at(RENT_PAYER), INVALID_CHANNEL_RENT_PAYER);
    Ok(())
}

/// Steps 16 b to d of 7.8, after the escrow is closed: the channel goes at once, or later by reclaim.
#[inline(always)]
pub fn retire(channel: Channel, rent_payer: Account) -> Result<()> {
    if can_be_freed(channel)? {
        return deallocate(channel, rent_payer);
    }
    channel.set_status(DISTRIBUTED);
    Ok(())
}

/// Whether the open slot has left the window, so that nobody can open a channel at this address again.
#[inline(always)]
fn can_be_freed(channel: Channel) -> Result<bool> {
    let open_slot = u64::from_le_bytes(*channel.incarnation());
    let last = open_slot.checked_add(OPEN_SLOT_WINDOW).ok_or(Error::ARITHMETIC_OVERFLOW)?;
    Ok(current_slot()? > last)
}

/// Deallocates a channel (6.10). Every lamport goes, donations too.
#[inline(always)]
fn deallocate(channel: Channel, rent_payer: Account) -> Result<()> {
    channel.release_lamports(0, rent_payer)?;
    channel.account.shrink_data(0);
    // SAFETY: inside the record. The loader takes the new owner from here.
    unsafe { channel.account.at(record::OWNER).cast::<Address>().write(SYSTEM) };
    Ok(())
}

const _: () =
    assert!(CHANNEL_LEN == 256 && OPEN_SLOT + INCARNATION_LEN == CHANNEL_LEN && DISTRIBUTED > status::CLOSING);
