//! requestClose (spec 7.5): the payer starts the grace period.

use crate::address::Address;
use crate::channel::{status, Channel};
use crate::ensure;
use crate::error::{Error, Result};
use crate::input::Accounts;
use crate::sysvar;

#[inline(always)]
pub fn process(program_id: &Address, accounts: Accounts, _data: &[u8]) -> Result<()> {
    let [payer, channel] = *accounts.exactly(Error::NOT_ENOUGH_ACCOUNT_KEYS)?;

    ensure!(payer.is_signer(), MISSING_REQUIRED_SIGNATURE);
    let channel = Channel::load(channel, program_id)?;
    ensure!(channel.status() == status::OPEN, INVALID_CHANNEL_STATUS);
    ensure!(payer.address() == channel.payer(), INVALID_CHANNEL_PAYER);
    channel.set_closure_started_at(sysvar::now()?);
    channel.set_status(status::CLOSING);
    Ok(())
}
