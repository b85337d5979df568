//! settleAndFinalize, or settleAndSeal (spec 7.4): the payee closes the channel, with or without a last voucher.

use crate::address::Address;
use crate::channel::{status, Channel};
use crate::ensure;
use crate::error::{Error, Result};
use crate::input::Accounts;
use crate::revision::voucher::Given;
use crate::sysvar;
use crate::voucher;

#[inline(always)]
pub fn process(program_id: &Address, accounts: Accounts, data: &[u8]) -> Result<()> {
    // Any value except 0 means that there is a voucher.
    let (given, has_voucher) = Given::parse_with_flag(data)?;
    let [merchant, channel, instructions] = *accounts.exactly(Error::NOT_ENOUGH_ACCOUNT_KEYS)?;

    ensure!(merchant.is_signer(), MISSING_REQUIRED_SIGNATURE);
    let channel = Channel::load(channel, program_id)?;
    match channel.status() {
        status::OPEN => {}
        // The payee's last chance is before the deadline; at the deadline finalize takes over.
        status::CLOSING => {
            let deadline = channel.deadline(Error::ARITHMETIC_OVERFLOW)?;
            ensure!(sysvar::now()? < deadline, INVALID_CHANNEL_STATUS);
        }
        _ => return Err(Error::INVALID_CHANNEL_STATUS),
    }
    ensure!(merchant.address() == channel.payee(), INVALID_CHANNEL_PAYEE);
    if has_voucher != 0 {
        channel.set_settled(voucher::accept(channel, given, instructions)?);
    }
    channel.finalize();
    Ok(())
}
