//! topUp (spec 7.3): adds to the deposit of an open channel.

use crate::address::Address;
use crate::channel::{status, Channel};
use crate::cpi::{self, Transfer};
use crate::ensure;
use crate::error::{Error, Result};
use crate::input::Accounts;
use crate::token::{self, TokenContext};

#[inline(always)]
pub fn process(program_id: &Address, accounts: Accounts, data: &[u8]) -> Result<()> {
    let amount = u64::from_le_bytes(data.try_into().map_err(|_| Error::INVALID_INSTRUCTION_DATA)?);
    let [payer, channel, payer_tokens, escrow, mint, token_program] =
        *accounts.exactly(Error::NOT_ENOUGH_ACCOUNT_KEYS)?;

    ensure!(payer.is_signer(), MISSING_REQUIRED_SIGNATURE);
    ensure!(amount != 0, DEPOSIT_MUST_BE_NON_ZERO);
    let channel = Channel::load(channel, program_id)?;
    ensure!(channel.status() == status::OPEN, INVALID_CHANNEL_STATUS);
    ensure!(payer.address() == channel.payer(), INVALID_CHANNEL_PAYER);
    ensure!(mint.address() == channel.mint(), INVALID_CHANNEL_MINT);
    let token = TokenContext::load(mint, token_program)?;
    token.require(escrow, channel.account.address(), &token::ESCROW)?;
    token.require(payer_tokens, payer.address(), &token::PAYER)?;

    // The balance is not consulted first, so the sum can overflow.
    channel.set_deposit(channel.deposit().checked_add(amount).ok_or(Error::TOP_UP_DEPOSIT_OVERFLOW)?);
    let transfer = Transfer { source: payer_tokens, destination: escrow, authority: payer };
    cpi::transfer_checked(&token, &transfer, amount, &[]);
    Ok(())
}
