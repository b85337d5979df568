//! The "tombstone" revision: a closed channel leaves a one-byte account behind, vouchers stand in the instruction data.

use core::mem::MaybeUninit;

use crate::account::Account;
use crate::address::{Address, RENT_SYSVAR};
use crate::channel::{self, Channel, Identity};
use crate::cpi;
use crate::ensure;
use crate::error::{Error, Result};
use crate::input::Input;
use crate::instructions;
use crate::plan::Plan;
use crate::reader;
use crate::syscalls::{self, Slice};
use crate::sysvar;
use crate::token::TokenContext;

/// The published address, where everything derived from it is a constant (spec 1).
pub const PUBLISHED_ID: Address = Address::from_base58("CQAyft83tN1w2bRofB5PZ79eVDU2xZUVo43LU1qL4zRg");
pub const PUBLISHED_EVENT_AUTHORITY: Address = Address::from_base58("CoxvYiriHMkx767JMtzpJVr9VjGNTFPtk2TCmtmjot59");
pub const PUBLISHED_EVENT_AUTHORITY_BUMP: u8 = 251;

pub const CHANNEL_LEN: usize = 216;

/// Channel status (spec 3.3).
pub mod status {
    pub const OPEN: u8 = 0;
    pub const FINALIZED: u8 = 1;
    pub const CLOSING: u8 = 2;
}

/// Runs the instruction that byte 0 of the data selects (spec 5).
#[inline(always)]
pub fn dispatch(input: Input) -> Result<()> {
    let Input { program_id, accounts, data } = input;
    let Some((discriminator, data)) = data.split_first() else {
        return Err(Error::INVALID_INSTRUCTION_DATA);
    };
    match discriminator {
        1 => instructions::open::process(program_id, accounts, data),
        2 => instructions::settle::process(program_id, accounts, data),
        3 => instructions::top_up::process(program_id, accounts, data),
        4 => instructions::settle_and_finalize::process(program_id, accounts, data),
        5 => instructions::request_close::process(program_id, accounts, data),
        6 => instructions::finalize::process(program_id, accounts, data),
        7 => instructions::distribute::process(program_id, accounts, data),
        8 => instructions::withdraw_payer::process(program_id, accounts, data),
        228 => instructions::emit_event::process(program_id, accounts, data),
        _ => Err(Error::INVALID_INSTRUCTION_DATA),
    }
}

/// The commitment to a distribution plan.
#[inline(always)]
pub fn distribution_hash(plan: &Plan) -> Address {
    let mut hash = MaybeUninit::<Address>::uninit();
    let input = [Slice::new(plan.preimage)];
    // SAFETY: the hash writes all 32 bytes; it cannot fail on a slice of this run.
    unsafe {
        syscalls::sol_blake3(input.as_ptr(), input.len() as u64, hash.as_mut_ptr().cast());
        hash.assume_init()
    }
}

/// Seeds of a channel, bump last (spec 2).
pub type ChannelSeeds = [Slice; 7];

#[inline(always)]
pub fn channel_seeds(identity: &Identity, bump: Slice) -> ChannelSeeds {
    [
        Slice::new(channel::SEED),
        Slice::new(&identity.payer.0),
        Slice::new(&identity.payee.0),
        Slice::new(&identity.mint.0),
        Slice::new(&identity.signer.0),
        Slice::new(identity.salt),
        bump,
    ]
}

/// VoucherArgs (spec 3.4): what the authorized signer signs, and what stands in the instruction data.
pub mod voucher {
    pub const LEN: usize = 48;
    pub const CHANNEL_ID: usize = 0;
    pub const CUMULATIVE_AMOUNT: usize = 32;
    pub const EXPIRES_AT: usize = 40;
}

/// Puts a new channel and its escrow on chain (spec 7.1, steps 14 to 16).
pub struct ChannelFunding {
    pub payer: Account,
    pub channel: Account,
    pub escrow: Account,
    pub system_program: Account,
    pub rent: Account,
}

impl ChannelFunding {
    #[inline(always)]
    pub fn create(&self, program_id: &Address, token: &TokenContext, seeds: &ChannelSeeds) -> Result<()> {
        ensure!(*self.rent.address() == RENT_SYSVAR, INVALID_ARGUMENT);
        let Some(lamports_per_byte) = reader::u64_at(self.rent.data(), 0) else {
            return Err(Error::INVALID_ARGUMENT);
        };
        let lamports = sysvar::minimum_balance(CHANNEL_LEN, lamports_per_byte)?;
        cpi::create_account(self.payer, self.channel, lamports, CHANNEL_LEN as u64, program_id, seeds);
        cpi::create_associated_token(self.payer, self.escrow, self.channel, token, self.system_program);
        Ok(())
    }
}

/// What stays behind where a channel was (spec 3.2).
mod closed {
    pub const LEN: usize = 1;
    pub const DISCRIMINATOR: u8 = 2;
}

/// CLOSE of spec 7.9 after the escrow is closed, steps 2 to 6: the channel becomes a tombstone and the payer gets the
/// rest of its rent.
#[inline(always)]
pub fn retire(channel: Channel, payer: Account) -> Result<()> {
    let account = channel.account;
    account.shrink_data(closed::LEN);
    // SAFETY: one byte is left.
    unsafe { account.write(0, closed::DISCRIMINATOR) };

    let minimum = sysvar::minimum_balance(closed::LEN, sysvar::lamports_per_byte()?)?;
    let Some(freed) = account.lamports().checked_sub(minimum) else {
        return Err(Error::DISTRIBUTE_BALANCE_CALCULATION_OVERFLOW);
    };
    let Some(payer_lamports) = payer.lamports().checked_add(freed) else {
        return Err(Error::DISTRIBUTE_PAYER_BALANCE_OVERFLOW);
    };
    account.set_lamports(minimum);
    payer.set_lamports(payer_lamports);
    Ok(())
}
