//! withdrawPayer (spec 7.7): the payer takes what was not settled, once, without waiting for a distribution.

use crate::address::Address;
use crate::channel::{status, Channel};
use crate::cpi::{self, Transfer};
use crate::ensure;
use crate::error::{Error, Result};
use crate::input::Accounts;
use crate::sysvar;
use crate::token::{self, TokenContext};

#[inline(always)]
pub fn process(program_id: &Address, accounts: Accounts, _data: &[u8]) -> Result<()> {
    let [payer, channel, escrow, payer_tokens, mint, token_program] =
        *accounts.exactly(Error::NOT_ENOUGH_ACCOUNT_KEYS)?;

    ensure!(payer.is_signer(), MISSING_REQUIRED_SIGNATURE);
    let channel = Channel::load(channel, program_id)?;
    ensure!(channel.status() == status::FINALIZED, INVALID_CHANNEL_STATUS);
    ensure!(payer.address() == channel.payer(), INVALID_CHANNEL_PAYER);
    ensure!(channel.payer_withdrawn_at() == 0, PAYER_ALREADY_WITHDRAWN);
    ensure!(mint.address() == channel.mint(), INVALID_CHANNEL_MINT);
    let token = TokenContext::load(mint, token_program)?;
    token.require(escrow, channel.account.address(), &token::ESCROW)?;
    token.require(payer_tokens, payer.address(), &token::PAYER)?;

    // Stamped before the transfer, and also when there is nothing to transfer.
    channel.set_payer_withdrawn_at(sysvar::now()?);
    let refund = channel.deposit().checked_sub(channel.settled()).ok_or(Error::REFUND_CALCULATION_OVERFLOW)?;
    if refund > 0 {
        let transfer = Transfer { source: escrow, destination: payer_tokens, authority: channel.account };
        cpi::transfer_checked(&token, &transfer, refund, &channel.seeds());
    }
    Ok(())
}
