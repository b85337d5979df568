//! settle (spec 7.2): takes a voucher. Anyone may bring it; it is worth what the payer has signed.

use crate::address::Address;
use crate::channel::{status, Channel};
use crate::ensure;
use crate::error::{Error, Result};
use crate::input::Accounts;
use crate::revision::voucher::Given;
use crate::voucher;

#[inline(always)]
pub fn process(program_id: &Address, accounts: Accounts, data: &[u8]) -> Result<()> {
    let given = Given::parse(data)?;
    let [channel, instructions] = *accounts.exactly(Error::BUILTIN_NOT_ENOUGH_ACCOUNT_KEYS)?;

    let channel = Channel::load(channel, program_id)?;
    ensure!(channel.status() == status::OPEN, INVALID_CHANNEL_STATUS);
    channel.set_settled(voucher::accept(channel, given, instructions)?);
    Ok(())
}
