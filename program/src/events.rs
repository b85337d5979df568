//! Events: what they look like, and the call to itself with which the program emits them (spec 6.8, 10).

use crate::account::Account;
use crate::address::Address;
use crate::cpi::{self, SIGN};
use crate::ensure;
use crate::error::Result;
use crate::pda::{self, Bump};
use crate::revision::{self, INCARNATION_LEN};
use crate::syscalls::Slice;

static SEED: &[u8; 15] = b"event_authority";

/// First 8 bytes of every event. The first of them, 228, selects the emitEvent instruction.
const TAG: [u8; 8] = [0xe4, 0x45, 0xa5, 0x2e, 0x51, 0xcb, 0x9a, 0x1d];
const OPENED: [u8; 8] = [0xa6, 0xac, 0x61, 0x09, 0x4d, 0x4c, 0xbd, 0x6d];
const PAYOUT_REDIRECTED: [u8; 8] = [0xd1, 0x16, 0xb9, 0xd7, 0x54, 0xa7, 0x54, 0x50];

/// Checks that `account` is the address that signs events, and returns the bump it signs with.
///
/// At the published address it is compared with a constant, anywhere else with what is derived.
#[inline(always)]
pub fn check_authority(account: Account, program_id: &Address) -> Result<u8> {
    if *program_id == revision::PUBLISHED_ID {
        ensure!(*account.address() == revision::PUBLISHED_EVENT_AUTHORITY, INVALID_EVENT_AUTHORITY);
        return Ok(revision::PUBLISHED_EVENT_AUTHORITY_BUMP);
    }
    let (authority, bump) = derive_authority(program_id);
    ensure!(*account.address() == authority, INVALID_EVENT_AUTHORITY);
    Ok(bump)
}

#[cold]
#[inline(never)]
fn derive_authority(program_id: &Address) -> (Address, u8) {
    let bump = Bump::new();
    let slices = [Slice::new(SEED), bump.slice(), Slice::new(&program_id.0), Slice::new(pda::MARKER)];
    let authority = pda::find(&slices, &bump);
    (authority, bump.get())
}

/// Spec 6.8. The authority is checked here and not earlier: in `open` that is after every other effect, in
/// `distribute` only when there is something to emit.
#[inline(always)]
fn emit(program_id: &Address, event_authority: Account, event: &[u8]) -> Result<()> {
    let bump = [check_authority(event_authority, program_id)?];
    let seeds = [Slice::new(SEED), Slice::new(&bump)];
    cpi::invoke(program_id, [(event_authority, SIGN)], event, &seeds);
    Ok(())
}

/// Prefix of an event's data.
#[derive(Clone, Copy)]
#[repr(C, packed)]
struct Header {
    tag: [u8; 8],
    discriminator: [u8; 8],
}

impl Header {
    const fn new(discriminator: [u8; 8]) -> Self {
        Self { tag: TAG, discriminator }
    }
}

/// A channel was opened.
#[derive(Clone, Copy)]
#[repr(C, packed)]
struct Opened {
    header: Header,
    channel: Address,
    incarnation: [u8; INCARNATION_LEN],
}

#[inline(always)]
pub fn emit_opened(
    program_id: &Address,
    event_authority: Account,
    channel: &Address,
    incarnation: &[u8; INCARNATION_LEN],
) -> Result<()> {
    let event = Opened { header: Header::new(OPENED), channel: *channel, incarnation: *incarnation };
    emit(program_id, event_authority, cpi::bytes_of::<Opened, { 48 + INCARNATION_LEN }>(&event))
}

/// What a beneficiary was due went to the treasury.
#[derive(Clone, Copy)]
#[repr(C, packed)]
struct PayoutRedirected {
    header: Header,
    channel: Address,
    owner: Address,
    amount: u64,
    beneficiary: u8,
    reason: u8,
}

/// The beneficiary and the reason of a redirect, as numbers of the interface (spec 3.3).
pub struct Redirect<'a> {
    pub owner: &'a Address,
    pub amount: u64,
    pub beneficiary: u8,
    pub reason: u8,
}

#[inline(always)]
pub fn emit_payout_redirected(
    program_id: &Address,
    event_authority: Account,
    channel: &Address,
    redirect: &Redirect,
) -> Result<()> {
    let event = PayoutRedirected {
        header: Header::new(PAYOUT_REDIRECTED),
        channel: *channel,
        owner: *redirect.owner,
        amount: redirect.amount,
        beneficiary: redirect.beneficiary,
        reason: redirect.reason,
    };
    emit(program_id, event_authority, cpi::bytes_of::<PayoutRedirected, 90>(&event))
}
