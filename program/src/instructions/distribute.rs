//! distribute (spec 7.8): pays out what was settled since the last time; of a finalized channel also the payer's refund
//! and whatever remains, and then the channel is over.

use crate::address::Address;
use crate::channel::{status, Channel};
use crate::cpi;
use crate::ensure;
use crate::error::{Error, Result};
use crate::input::Accounts;
use crate::payout::{Due, Payouts, PAYEE, PAYER, RECIPIENT};
use crate::plan::{self, Plan};
use crate::queue::{Queue, Source};
use crate::revision;
use crate::token::{self, TokenContext};
use crate::treasury;

#[inline(never)]
pub fn process(program_id: &Address, accounts: Accounts, data: &[u8]) -> Result<()> {
    let plan = Plan::parse(data)?;
    let (fixed, rest) =
        accounts.at_least::<{ revision::DISTRIBUTE_ACCOUNTS }>(Error::BUILTIN_NOT_ENOUGH_ACCOUNT_KEYS)?;
    let (channel, payer, rent_recipient, fixed) = revision::split_distribute(fixed);
    // The last one, this program, is listed for the runtime: it is called when a redirect is emitted.
    let [escrow, payer_tokens, payee_tokens, treasury_tokens, mint, token_program, event_authority, _] = *fixed;

    let channel = Channel::load(channel, program_id)?;
    let is_open = match channel.status() {
        status::OPEN => true,
        status::FINALIZED => false,
        status::CLOSING..=revision::LAST_STATUS => return Err(Error::CHANNEL_NOT_DISTRIBUTABLE),
        _ => return Err(Error::INVALID_CHANNEL_STATUS),
    };
    ensure!(payer.address() == channel.payer(), INVALID_CHANNEL_PAYER);
    ensure!(mint.address() == channel.mint(), INVALID_CHANNEL_MINT);
    revision::check_rent_recipient(channel, rent_recipient)?;
    let token = TokenContext::load(mint, token_program)?;
    token.require(escrow, channel.account.address(), &token::ESCROW)?;
    // Always, even when nothing will go there: redirects are decided later, one by one.
    token.require(treasury_tokens, &treasury::owner(), &token::TREASURY)?;
    ensure!(plan.hash() == *channel.distribution_hash(), INVALID_DISTRIBUTION_HASH);
    let Some(recipient_tokens) = rest.exactly(plan.entries.len()) else {
        return Err(Error::RECIPIENT_ACCOUNT_COUNT_MISMATCH);
    };

    let settled = channel.settled();
    let watermark = channel.payout_watermark();
    if is_open {
        ensure!(watermark <= settled, DISTRIBUTE_POOL_OVERFLOW);
        ensure!(watermark != settled, NOTHING_TO_DISTRIBUTE);
    }

    let payouts =
        Payouts { program_id, token: &token, channel: channel.account, treasury: treasury_tokens, event_authority };
    let mut queue = Queue::new();
    for (entry, account) in plan.entries.iter().zip(recipient_tokens) {
        let amount = plan::share(settled, watermark, entry.bps())?;
        let due = Due { account: *account, owner: &entry.recipient, amount };
        queue.push(payouts.destination(&RECIPIENT, &due)?, amount)?;
    }
    let amount = plan::share(settled, watermark, plan.payee_bps)?;
    let due = Due { account: payee_tokens, owner: channel.payee(), amount };
    queue.push(payouts.destination(&PAYEE, &due)?, amount)?;

    if !is_open {
        // The payer's account is looked at only when a refund is due.
        let refund = channel.deposit().saturating_sub(settled);
        if channel.payer_withdrawn_at() == 0 && refund > 0 {
            let due = Due { account: payer_tokens, owner: channel.payer(), amount: refund };
            queue.push(payouts.destination(&PAYER, &due)?, refund)?;
        }
        // Floors and donations: everything that nobody is due.
        let remaining = token::balance(escrow).and_then(|balance| balance.checked_sub(queue.total()));
        queue.push(treasury_tokens, remaining.ok_or(Error::DISTRIBUTE_BALANCE_CALCULATION_OVERFLOW)?)?;
    }

    let seeds = channel.seeds();
    queue.flush(&Source { token: &token, escrow, channel: channel.account, seeds: &seeds });
    if is_open {
        channel.set_payout_watermark(settled);
        return Ok(());
    }
    cpi::close_account(&token, escrow, rent_recipient, channel.account, &seeds);
    revision::retire(channel, rent_recipient)
}
