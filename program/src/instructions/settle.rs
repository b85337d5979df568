//! settle (spec 7.2): takes a voucher. Anyone may bring it; it is worth what the payer has signed.

use crate::channel::Channel;
use crate::ensure;
use crate::error::{Error, Result};
use crate::input::Context;
use crate::revision::status;
use crate::voucher::{self, Voucher};

#[inline(always)]
pub fn process(context: &Context, data: &[u8]) -> Result<()> {
    let voucher = <&Voucher>::try_from(data).map_err(|_| Error::INVALID_INSTRUCTION_DATA)?;
    let [channel, instructions] = *context.accounts.exactly(Error::BUILTIN_NOT_ENOUGH_ACCOUNT_KEYS)?;

    let channel = Channel::load(channel, context.program_id)?;
    ensure!(channel.status() == status::OPEN, INVALID_CHANNEL_STATUS);
    channel.set_settled(voucher::accept(channel, voucher, instructions)?);
    Ok(())
}
