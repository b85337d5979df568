//! settleAndFinalize (spec 7.4): the payee closes the channel, with or without a last voucher.

use crate::address::Address;
use crate::channel::Channel;
use crate::ensure;
use crate::error::{Error, Result};
use crate::input::Accounts;
use crate::reader;
use crate::revision::status;
use crate::sysvar;
use crate::voucher::{self, Voucher};

/// The voucher, then a byte that says whether there is one: any value except 0 means yes.
const DATA_LEN: usize = core::mem::size_of::<Voucher>() + 1;

#[inline(always)]
pub fn process(program_id: &Address, accounts: Accounts, data: &[u8]) -> Result<()> {
    ensure!(data.len() == DATA_LEN, INVALID_INSTRUCTION_DATA);
    let (Some(voucher), Some(has_voucher)) = (reader::array_at(data, 0), data.last()) else {
        return Err(Error::INVALID_INSTRUCTION_DATA);
    };
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
    if *has_voucher != 0 {
        channel.set_settled(voucher::accept(channel, voucher, instructions)?);
    }
    channel.finalize();
    Ok(())
}
