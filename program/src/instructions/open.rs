//! open (spec 7.1): creates a channel and its escrow, and moves the deposit into it.

use crate::address::{Address, RENT_SYSVAR};
use crate::channel::{Channel, Identity, NewChannel};
use crate::cpi::{self, Transfer};
use crate::ensure;
use crate::error::{Error, Result};
use crate::events;
use crate::input::Accounts;
use crate::pda::{self, Bump};
use crate::plan::Plan;
use crate::reader;
use crate::revision::{self, CHANNEL_LEN, INCARNATION_LEN};
use crate::syscalls;
use crate::sysvar;
use crate::token::{self, TokenContext};

/// The data of the instruction; `salt` and `incarnation` stay where they are because they are seeds.
struct Args<'a> {
    salt: &'a [u8; 8],
    deposit: u64,
    grace_period: u32,
    incarnation: &'a [u8; INCARNATION_LEN],
    plan: Plan<'a>,
}

impl<'a> Args<'a> {
    #[inline(always)]
    fn parse(data: &'a [u8]) -> Result<Self> {
        const INCARNATION: usize = 20;
        const PLAN: usize = INCARNATION + INCARNATION_LEN;
        let (Some(salt), Some(deposit), Some(grace_period), Some(incarnation), Some(preimage)) = (
            reader::array_at(data, 0),
            reader::u64_at(data, 8),
            reader::u32_at(data, 16),
            reader::array_at(data, INCARNATION),
            data.get(PLAN..),
        ) else {
            return Err(Error::INVALID_INSTRUCTION_DATA);
        };
        Ok(Self { salt, deposit, grace_period, incarnation, plan: Plan::parse(preimage)? })
    }
}

#[inline(never)]
pub fn process(program_id: &Address, accounts: Accounts, data: &[u8]) -> Result<()> {
    let args = Args::parse(data)?;
    let accounts = accounts.exactly::<{ revision::OPEN_ACCOUNTS }>(Error::BUILTIN_NOT_ENOUGH_ACCOUNT_KEYS)?;
    let (payer, funder, rest) = revision::split_open(accounts);
    // The associated-token program and this program are listed for the runtime: they are called.
    let [payee, mint, authorized_signer, channel, payer_tokens, escrow, rest @ ..] = *rest;
    let [token_program, system_program, rent, _, event_authority, _] = rest;

    ensure!(payer.is_signer(), MISSING_REQUIRED_SIGNATURE);
    ensure!(funder.is_signer(), MISSING_REQUIRED_SIGNATURE);
    ensure!(payer.address() != payee.address(), PAYER_PAYEE_MUST_DIFFER);
    ensure!(args.deposit != 0, DEPOSIT_MUST_BE_NON_ZERO);
    ensure!(args.grace_period != 0, GRACE_PERIOD_MUST_BE_NON_ZERO);
    // A key that is no point could never sign a voucher; the deposit would be locked for the grace period for nothing.
    ensure!(syscalls::is_ed25519_point(&authorized_signer.address().0), INVALID_AUTHORIZED_SIGNER);
    revision::check_incarnation(args.incarnation)?;

    let identity = Identity {
        payer: payer.address(),
        payee: payee.address(),
        mint: mint.address(),
        signer: authorized_signer.address(),
        salt: args.salt,
        incarnation: args.incarnation,
    };
    let bump = Bump::new();
    let seeds = identity.seeds(bump.slice());
    let address = pda::find_program(&seeds, &bump, program_id);
    // The share of such a recipient would go from the escrow to the escrow. Judged by the derived address, and before
    // the given one is: the order of errors depends on it.
    for entry in args.plan.entries {
        ensure!(entry.recipient != address, INVALID_SPLIT_CONFIG);
    }
    let distribution_hash = args.plan.hash();
    ensure!(*channel.address() == address, CHANNEL_ADDRESS_MISMATCH);

    let token = TokenContext::load(mint, token_program)?;
    // The escrow does not exist yet: only its address can be checked.
    ensure!(token.is_associated(escrow, channel.address()), CHANNEL_ACCOUNT_MISMATCH);
    token.require(payer_tokens, payer.address(), &token::PAYER)?;

    ensure!(*rent.address() == RENT_SYSVAR, INVALID_ARGUMENT);
    let Some(lamports_per_byte) = reader::u64_at(rent.data(), sysvar::LAMPORTS_PER_BYTE as usize) else {
        return Err(Error::INVALID_ARGUMENT);
    };
    let required = sysvar::minimum_balance(CHANNEL_LEN, lamports_per_byte)?;
    revision::create_channel(funder, channel, required, program_id, &seeds);
    cpi::create_associated_token(revision::CREATE_ESCROW, funder, escrow, channel, &token, system_program);
    let transfer = Transfer { source: payer_tokens, destination: escrow, authority: payer };
    cpi::transfer_checked(&token, &transfer, args.deposit, &[]);

    Channel::initialize(
        channel,
        &NewChannel {
            identity,
            funder: funder.address(),
            bump: bump.get(),
            deposit: args.deposit,
            grace_period: args.grace_period,
            distribution_hash,
        },
    );
    events::emit_opened(program_id, event_authority, channel.address(), args.incarnation)
}
