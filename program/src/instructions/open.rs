//! open (spec 7.1): creates a channel and its escrow, and moves the deposit into it.

use crate::address::Address;
use crate::channel::{Channel, Identity, NewChannel};
use crate::cpi::{self, Transfer};
use crate::ensure;
use crate::error::{Error, Result};
use crate::events;
use crate::input::Accounts;
use crate::pda::{self, Bump};
use crate::plan::Plan;
use crate::reader;
use crate::revision::{self, ChannelFunding};
use crate::syscalls;
use crate::token::{self, TokenContext};

/// The data of the instruction; `salt` stays where it is because it is a seed.
struct Args<'a> {
    salt: &'a [u8; 8],
    deposit: u64,
    grace_period: u32,
    plan: Plan<'a>,
}

impl<'a> Args<'a> {
    #[inline(always)]
    fn parse(data: &'a [u8]) -> Result<Self> {
        const PLAN: usize = 20;
        let (Some(salt), Some(deposit), Some(grace_period), Some(preimage)) =
            (reader::array_at(data, 0), reader::u64_at(data, 8), reader::u32_at(data, 16), data.get(PLAN..))
        else {
            return Err(Error::INVALID_INSTRUCTION_DATA);
        };
        Ok(Self { salt, deposit, grace_period, plan: Plan::parse(preimage)? })
    }
}

#[inline(never)]
pub fn process(program_id: &Address, accounts: Accounts, data: &[u8]) -> Result<()> {
    let args = Args::parse(data)?;
    // The associated-token program and this program, 10 and 12, are listed for the runtime: they are called.
    let [payer, payee, mint, authorized_signer, channel, payer_tokens, escrow, rest @ ..] =
        *accounts.exactly::<13>(Error::BUILTIN_NOT_ENOUGH_ACCOUNT_KEYS)?;
    let [token_program, system_program, rent, _, event_authority, _] = rest;

    ensure!(payer.is_signer(), MISSING_REQUIRED_SIGNATURE);
    ensure!(payer.address() != payee.address(), PAYER_PAYEE_MUST_DIFFER);
    ensure!(args.deposit != 0, DEPOSIT_MUST_BE_NON_ZERO);
    ensure!(args.grace_period != 0, GRACE_PERIOD_MUST_BE_NON_ZERO);
    // A key that is no point could never sign a voucher; the deposit would be locked for the grace period for nothing.
    ensure!(syscalls::is_ed25519_point(&authorized_signer.address().0), INVALID_AUTHORIZED_SIGNER);

    let identity = Identity {
        payer: payer.address(),
        payee: payee.address(),
        mint: mint.address(),
        signer: authorized_signer.address(),
        salt: args.salt,
    };
    let bump = Bump::new();
    let seeds = revision::channel_seeds(&identity, bump.slice());
    let address = pda::find_program(&seeds, &bump, program_id);
    // The share of such a recipient would go from the escrow to the escrow. Judged by the derived address, and before
    // the given one is: the order of errors depends on it.
    for entry in args.plan.entries {
        ensure!(entry.recipient != address, INVALID_SPLIT_CONFIG);
    }
    let distribution_hash = revision::distribution_hash(&args.plan);
    ensure!(*channel.address() == address, CHANNEL_ADDRESS_MISMATCH);

    let token = TokenContext::load(mint, token_program)?;
    // The escrow does not exist yet: only its address can be checked.
    ensure!(token.is_associated(escrow, channel.address()), CHANNEL_ACCOUNT_MISMATCH);
    token.require(payer_tokens, payer.address(), &token::PAYER)?;

    ChannelFunding { payer, channel, escrow, system_program, rent }.create(program_id, &token, &seeds)?;
    let transfer = Transfer { source: payer_tokens, destination: escrow, authority: payer };
    cpi::transfer_checked(&token, &transfer, args.deposit, &[]);

    Channel::initialize(
        channel,
        &NewChannel {
            identity,
            bump: bump.get(),
            deposit: args.deposit,
            grace_period: args.grace_period,
            distribution_hash,
        },
    );
    events::emit_opened(program_id, event_authority, channel.address())
}
