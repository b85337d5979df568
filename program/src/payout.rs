//! Where a beneficiary's share goes (spec 8).

use crate::account::Account;
use crate::address::Address;
use crate::error::{Error, Result};
use crate::events::{self, Redirect};
use crate::token::{Finding, TokenContext};

/// Who is paid: the number in events, and the errors that abort a payout.
pub struct Beneficiary {
    number: u8,
    mismatch: Error,
    extensions: Error,
}

pub const RECIPIENT: Beneficiary = Beneficiary {
    number: 0,
    mismatch: Error::RECIPIENT_ACCOUNT_MISMATCH,
    extensions: Error::INVALID_RECIPIENT_TOKEN_EXTENSIONS,
};
pub const PAYEE: Beneficiary = Beneficiary {
    number: 1,
    mismatch: Error::PAYEE_ACCOUNT_MISMATCH,
    extensions: Error::INVALID_PAYEE_TOKEN_EXTENSIONS,
};
pub const PAYER: Beneficiary = Beneficiary {
    number: 2,
    mismatch: Error::PAYER_ACCOUNT_MISMATCH,
    extensions: Error::INVALID_PAYER_TOKEN_EXTENSIONS,
};

/// Why a payout was redirected (spec 3.3).
mod reason {
    pub const UNSUPPORTED_EXTENSION: u8 = 0;
    pub const CLOSED_OR_MALFORMED: u8 = 1;
    pub const NOT_INITIALIZED: u8 = 2;
    pub const REASSIGNED_AUTHORITY: u8 = 3;
}

/// What all payouts of one distribution have in common.
pub struct Payouts<'a> {
    pub program_id: &'a Address,
    pub token: &'a TokenContext,
    pub channel: Account,
    pub treasury: Account,
    pub event_authority: Account,
}

/// A beneficiary's account and what is due to it.
pub struct Due<'a> {
    pub account: Account,
    pub owner: &'a Address,
    pub amount: u64,
}

impl Payouts<'_> {
    /// The account that gets the payout. A beneficiary whose account cannot take it must not block everybody else, so
    /// its share goes to the treasury; a wrong address or unreadable extensions are the caller's fault and abort.
    #[inline(never)]
    pub fn destination(&self, beneficiary: &Beneficiary, due: &Due) -> Result<Account> {
        if due.amount == 0 {
            // Nothing to pay: whatever is wrong with the account, except where it is, does not matter.
            return if self.token.is_associated(due.account, due.owner) {
                Ok(due.account)
            } else {
                Err(beneficiary.mismatch)
            };
        }
        let reason = match self.token.check(due.account, due.owner) {
            Ok(()) => return Ok(due.account),
            Err(Finding::Address) => return Err(beneficiary.mismatch),
            Err(Finding::ExtensionMalformed) => return Err(beneficiary.extensions),
            Err(Finding::Base) => reason::CLOSED_OR_MALFORMED,
            Err(Finding::State) => reason::NOT_INITIALIZED,
            Err(Finding::Owner) => reason::REASSIGNED_AUTHORITY,
            Err(Finding::ExtensionUnsupported) => reason::UNSUPPORTED_EXTENSION,
        };
        let redirect = Redirect { owner: due.owner, amount: due.amount, beneficiary: beneficiary.number, reason };
        events::emit_payout_redirected(self.program_id, self.event_authority, self.channel.address(), &redirect)?;
        Ok(self.treasury)
    }
}
