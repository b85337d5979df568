//! The channel account (spec 3.1): its layout and states, LOAD, and the seeds it signs with.

use crate::account::Account;
use crate::address::Address;
use crate::ensure;
use crate::error::{Error, Result};
use crate::revision::{self, ChannelSeeds, CHANNEL_LEN, INCARNATION_LEN};
use crate::syscalls::Slice;

pub const DISCRIMINATOR: u8 = 1;
pub const VERSION: u8 = 1;
/// Seed prefix of every channel address.
pub static SEED: &[u8; 7] = b"channel";

/// Channel status (spec 3.3), as far as all revisions share it. The number of `FINALIZED` is called sealed in some.
pub mod status {
    pub const OPEN: u8 = 0;
    pub const FINALIZED: u8 = 1;
    pub const CLOSING: u8 = 2;
}

/// Offsets that all revisions share.
pub mod field {
    pub const DISCRIMINATOR: usize = 0;
    pub const VERSION: usize = 1;
    pub const BUMP: usize = 2;
    pub const STATUS: usize = 3;
    pub const SALT: usize = 4;
    pub const DEPOSIT: usize = 12;
    pub const SETTLED: usize = 20;
    pub const PAYOUT_WATERMARK: usize = 28;
    pub const CLOSURE_STARTED_AT: usize = 36;
    pub const PAYER_WITHDRAWN_AT: usize = 44;
    pub const GRACE_PERIOD: usize = 52;
    pub const DISTRIBUTION_HASH: usize = 56;
    pub const PAYER: usize = 88;
    pub const PAYEE: usize = 120;
    pub const AUTHORIZED_SIGNER: usize = 152;
    pub const MINT: usize = 184;
    /// End of the last shared field; behind it stands what a revision adds.
    pub const END: usize = 216;
}

const _: () = assert!(field::END <= CHANNEL_LEN);

/// An account that passed LOAD, and so has `CHANNEL_LEN` bytes of data. Fields are read and written in place: two
/// handles of the same account see the same values.
#[derive(Clone, Copy)]
pub struct Channel {
    pub account: Account,
}

macro_rules! fields {
    ($($(#[$note:meta])* $offset:ident: $kind:ty => $get:ident $(, $set:ident)?;)+) => {
        $(
            $(#[$note])*
            #[inline(always)]
            pub fn $get(self) -> $kind {
                // SAFETY: LOAD has checked the length, and every field ends at or before `field::END`, which is not behind it.
                unsafe { self.account.read(field::$offset) }
            }
            $(
                #[inline(always)]
                pub fn $set(self, value: $kind) {
                    // SAFETY: as the getter.
                    unsafe { self.account.write(field::$offset, value) }
                }
            )?
        )+
    };
}

impl Channel {
    /// Spec 6.1. The owner comes first, so that the data of a foreign account is never interpreted; the length
    /// comes before the discriminator, so a tombstone is `InvalidAccountData`.
    #[inline(always)]
    pub fn load(account: Account, program_id: &Address) -> Result<Self> {
        ensure!(account.is_owned_by(program_id), INVALID_ACCOUNT_OWNER);
        ensure!(account.data_len() == CHANNEL_LEN, INVALID_ACCOUNT_DATA);
        let channel = Self { account };
        ensure!(channel.discriminator() == DISCRIMINATOR, INVALID_ACCOUNT_DISCRIMINATOR);
        ensure!(channel.version() == VERSION, UNSUPPORTED_CHANNEL_VERSION);
        Ok(channel)
    }

    fields! {
        DISCRIMINATOR: u8 => discriminator;
        VERSION: u8 => version;
        STATUS: u8 => status, set_status;
        DEPOSIT: u64 => deposit, set_deposit;
        SETTLED: u64 => settled, set_settled;
        PAYOUT_WATERMARK: u64 => payout_watermark, set_payout_watermark;
        CLOSURE_STARTED_AT: i64 => closure_started_at, set_closure_started_at;
        PAYER_WITHDRAWN_AT: i64 => payer_withdrawn_at, set_payer_withdrawn_at;
        GRACE_PERIOD: u32 => grace_period;
    }

    #[inline(always)]
    pub fn distribution_hash(&self) -> &Address {
        self.address_at(field::DISTRIBUTION_HASH)
    }

    #[inline(always)]
    pub fn payer(&self) -> &Address {
        self.address_at(field::PAYER)
    }

    #[inline(always)]
    pub fn payee(&self) -> &Address {
        self.address_at(field::PAYEE)
    }

    #[inline(always)]
    pub fn authorized_signer(&self) -> &Address {
        self.address_at(field::AUTHORIZED_SIGNER)
    }

    #[inline(always)]
    pub fn mint(&self) -> &Address {
        self.address_at(field::MINT)
    }

    /// A 32-byte field, inside `CHANNEL_LEN`. None of them changes after `open`.
    #[inline(always)]
    pub fn address_at(&self, offset: usize) -> &Address {
        // SAFETY: LOAD has checked the length.
        unsafe { &*self.bytes(offset).cast() }
    }

    #[inline(always)]
    fn bytes(&self, offset: usize) -> *const u8 {
        self.account.at(crate::account::record::DATA + offset)
    }

    /// `closureStartedAt + gracePeriod`; the error on overflow is the instruction's own.
    #[inline(always)]
    pub fn deadline(self, overflow: Error) -> Result<i64> {
        let start = self.closure_started_at();
        // The grace period is not negative, so a sum below the start is one that wrapped.
        let deadline = start.wrapping_add(self.grace_period() as i64);
        if deadline < start {
            return Err(overflow);
        }
        Ok(deadline)
    }

    /// The way every closing ends.
    #[inline(always)]
    pub fn finalize(self) {
        self.set_status(status::FINALIZED);
        self.set_closure_started_at(0);
    }

    /// Moves every lamport above `kept` to `recipient`.
    #[inline(always)]
    pub fn release_lamports(self, kept: u64, recipient: Account) -> Result<()> {
        let Some(freed) = self.account.lamports().checked_sub(kept) else {
            return Err(Error::DISTRIBUTE_BALANCE_CALCULATION_OVERFLOW);
        };
        let Some(balance) = recipient.lamports().checked_add(freed) else {
            return Err(Error::RENT_RECIPIENT_BALANCE_OVERFLOW);
        };
        self.account.set_lamports(kept);
        recipient.set_lamports(balance);
        Ok(())
    }

    /// The seeds with which this channel signs, taken from its data. The bump is used as it is: a forged one fails when
    /// the runtime derives the signer (spec 2).
    #[inline(always)]
    pub fn seeds(&self) -> ChannelSeeds {
        // SAFETY: LOAD has checked the length.
        let (salt, bump) =
            unsafe { (&*self.bytes(field::SALT).cast::<[u8; 8]>(), &*self.bytes(field::BUMP).cast::<[u8; 1]>()) };
        Identity {
            payer: self.payer(),
            payee: self.payee(),
            mint: self.mint(),
            signer: self.authorized_signer(),
            salt,
            incarnation: self.incarnation(),
        }
        .seeds(Slice::new(bump))
    }

    /// What the revision adds to the seeds: the last bytes of the account.
    #[inline(always)]
    pub fn incarnation(&self) -> &[u8; INCARNATION_LEN] {
        // SAFETY: LOAD has checked the length.
        unsafe { &*self.bytes(CHANNEL_LEN - INCARNATION_LEN).cast() }
    }

    /// Writes a new channel into an account that the runtime has just given `CHANNEL_LEN` bytes (spec 7.1, step 17).
    #[inline(always)]
    pub fn initialize(account: Account, new: &NewChannel) {
        // SAFETY: the caller has had the account created with this length.
        unsafe {
            account.write(field::DISCRIMINATOR, DISCRIMINATOR);
            account.write(field::VERSION, VERSION);
            account.write(field::BUMP, new.bump);
            account.write(field::STATUS, status::OPEN);
            account.write(field::SALT, *new.identity.salt);
            account.write(field::DEPOSIT, new.deposit);
            account.write(field::SETTLED, 0u64);
            account.write(field::PAYOUT_WATERMARK, 0u64);
            account.write(field::CLOSURE_STARTED_AT, 0i64);
            account.write(field::PAYER_WITHDRAWN_AT, 0i64);
            account.write(field::GRACE_PERIOD, new.grace_period);
            account.write(field::DISTRIBUTION_HASH, new.distribution_hash);
            account.write(field::PAYER, *new.identity.payer);
            account.write(field::PAYEE, *new.identity.payee);
            account.write(field::AUTHORIZED_SIGNER, *new.identity.signer);
            account.write(field::MINT, *new.identity.mint);
            revision::initialize(account, new.funder, new.identity.incarnation);
        }
    }
}

/// What a channel's address is derived from.
pub struct Identity<'a> {
    pub payer: &'a Address,
    pub payee: &'a Address,
    pub mint: &'a Address,
    pub signer: &'a Address,
    pub salt: &'a [u8; 8],
    pub incarnation: &'a [u8; INCARNATION_LEN],
}

impl Identity<'_> {
    /// The seeds, bump last (spec 2).
    #[inline(always)]
    pub fn seeds(&self, bump: Slice) -> ChannelSeeds {
        let shared = [
            Slice::new(SEED),
            Slice::new(&self.payer.0),
            Slice::new(&self.payee.0),
            Slice::new(&self.mint.0),
            Slice::new(&self.signer.0),
            Slice::new(self.salt),
        ];
        revision::channel_seeds(shared, self.incarnation, bump)
    }
}

/// The fields of a new channel that are not constant.
pub struct NewChannel<'a> {
    pub identity: Identity<'a>,
    /// Who pays for the account; not every revision remembers it.
    pub funder: &'a Address,
    pub bump: u8,
    pub deposit: u64,
    pub grace_period: u32,
    pub distribution_hash: Address,
}
