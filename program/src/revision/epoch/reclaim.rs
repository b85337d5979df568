//! reclaim (7.9): frees a distributed channel whose open slot has left the window.

use super::{can_be_freed, check_rent_recipient, deallocate, DISTRIBUTED};
use crate::address::Address;
use crate::channel::Channel;
use crate::ensure;
use crate::error::{Error, Result};
use crate::input::Accounts;

#[inline(always)]
pub fn process(program_id: &Address, accounts: Accounts) -> Result<()> {
    let [channel, rent_payer] = *accounts.exactly(Error::BUILTIN_NOT_ENOUGH_ACCOUNT_KEYS)?;

    let channel = Channel::load(channel, program_id)?;
    ensure!(channel.status() == DISTRIBUTED, INVALID_CHANNEL_STATUS);
    check_rent_recipient(channel, rent_payer)?;
    ensure!(can_be_freed(channel)?, CHANNEL_CLOSE_TOO_EARLY);
    deallocate(channel, rent_payer)
}
