//! finalize, or seal (spec 7.6): anyone may end a closing channel whose grace period is over.

use crate::address::Address;
use crate::channel::{status, Channel};
use crate::ensure;
use crate::error::{Error, Result};
use crate::input::Accounts;
use crate::revision;
use crate::sysvar;

#[inline(always)]
pub fn process(program_id: &Address, accounts: Accounts, _data: &[u8]) -> Result<()> {
    let [channel] = *accounts.exactly(Error::BUILTIN_NOT_ENOUGH_ACCOUNT_KEYS)?;

    let channel = Channel::load(channel, program_id)?;
    ensure!(channel.status() == status::CLOSING, INVALID_CHANNEL_STATUS);
    let deadline = channel.deadline(Error::FINALIZE_DEADLINE_OVERFLOW)?;
    if sysvar::now()? < deadline {
        return Err(revision::GRACE_PERIOD_NOT_ELAPSED);
    }
    channel.finalize();
    Ok(())
}
