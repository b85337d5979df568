//! Everything the program checks about mints and token accounts (spec 6.2 to 6.4).

use crate::account::Account;
use crate::address::{Address, SPL_TOKEN, TOKEN_2022};
use crate::ensure;
use crate::error::{Error, Result};
use crate::pda;
use crate::reader;
use crate::syscalls;

/// Length of an SPL mint, and of the base of a Token-2022 mint.
const MINT_LEN: usize = 82;
const MINT_DECIMALS: usize = 44;
/// Length of an SPL token account, and of the base of a Token-2022 account. Behind it stand the account type and the
/// extensions, for mints too: their base is padded up to here.
const ACCOUNT_LEN: usize = 165;
const ACCOUNT_TYPE: usize = 165;
const EXTENSIONS: usize = 166;
/// Token-2022 never lets an account have the length of a multisig, which would make the two look alike.
const MULTISIG_LEN: usize = 355;
const ACCOUNT_TYPE_MINT: u8 = 1;
const ACCOUNT_TYPE_ACCOUNT: u8 = 2;

const FIELD_MINT: usize = 0;
const FIELD_OWNER: usize = 32;
const FIELD_AMOUNT: usize = 64;
const FIELD_STATE: usize = 108;

const STATE_INITIALIZED: u8 = 1;
const STATE_FROZEN: u8 = 2;

/// Extension types as bits of a set.
mod extension {
    const IMMUTABLE_OWNER: u32 = 1 << 7;
    const METADATA: u32 = 1 << 18 | 1 << 19;
    const GROUPS: u32 = 1 << 20 | 1 << 21 | 1 << 22 | 1 << 23;

    pub const KNOWN: u32 = IMMUTABLE_OWNER | METADATA | GROUPS;
    pub const ALLOWED_IN_MINT: u32 = METADATA | GROUPS;
    pub const ALLOWED_IN_ACCOUNT: u32 = IMMUTABLE_OWNER;

    #[inline(always)]
    pub fn contains(set: u32, kind: u16) -> bool {
        kind < 32 && set >> kind & 1 != 0
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Spl,
    Token2022,
}

/// A mint (spec 6.2) that was checked against its token program.
pub struct TokenContext {
    pub program: Account,
    pub mint: Account,
    pub decimals: u8,
    pub kind: Kind,
}

impl TokenContext {
    /// Spec 6.2.
    pub fn load(mint: Account, program: Account) -> Result<Self> {
        let kind = match program.address() {
            address if *address == SPL_TOKEN => Kind::Spl,
            address if *address == TOKEN_2022 => Kind::Token2022,
            _ => return Err(Error::INVALID_MINT_TOKEN_PROGRAM),
        };
        let data = mint.data();
        match kind {
            Kind::Spl => ensure!(data.len() == MINT_LEN && mint.is_owned_by(&SPL_TOKEN), MINT_ACCOUNT_MISMATCH),
            Kind::Token2022 => {
                ensure!(mint.is_owned_by(&TOKEN_2022), MINT_ACCOUNT_MISMATCH);
                if data.len() != MINT_LEN {
                    ensure!(has_extended_layout(data, ACCOUNT_TYPE_MINT), MINT_ACCOUNT_MISMATCH);
                    let padding = data.get(MINT_LEN..ACCOUNT_LEN).unwrap_or(&[]);
                    ensure!(padding.iter().all(|byte| *byte == 0), MALFORMED_MINT_TOKEN_ACCOUNT_DATA);
                    ensure!(
                        check_extensions(data, extension::ALLOWED_IN_MINT).is_ok(),
                        MALFORMED_MINT_TOKEN_EXTENSIONS
                    );
                }
            }
        }
        let Some(decimals) = data.get(MINT_DECIMALS) else {
            return Err(Error::MINT_ACCOUNT_MISMATCH);
        };
        Ok(Self { program, mint, decimals: *decimals, kind })
    }

    /// Whether the account's address is `ATA(owner)`.
    #[inline(never)]
    pub fn is_associated(&self, account: Account, owner: &Address) -> bool {
        pda::associated_token_address(owner, self.program.address(), self.mint.address()) == *account.address()
    }

    /// Spec 6.4: the first thing that is wrong with `account` as the token account of `owner`.
    #[inline(never)]
    pub fn check(&self, account: Account, owner: &Address) -> core::result::Result<(), Finding> {
        if !self.is_associated(account, owner) {
            return Err(Finding::Address);
        }
        let data = account.data();
        let readable = match self.kind {
            Kind::Spl => data.len() == ACCOUNT_LEN && account.is_owned_by(&SPL_TOKEN),
            Kind::Token2022 => {
                account.is_owned_by(&TOKEN_2022)
                    && (data.len() == ACCOUNT_LEN || has_extended_layout(data, ACCOUNT_TYPE_ACCOUNT))
            }
        };
        // The base is all there after this: both layouts have at least `ACCOUNT_LEN` bytes.
        let Some(base) = reader::array_at::<ACCOUNT_LEN>(data, 0).filter(|_| readable) else {
            return Err(Finding::Base);
        };
        match base[FIELD_STATE] {
            STATE_INITIALIZED => {}
            state if state <= STATE_FROZEN => return Err(Finding::State),
            // No token program writes such a state; the deployed program aborts on it (spec 6.4).
            _ => syscalls::abort(),
        }
        if reader::address_at(base, FIELD_MINT) != Some(self.mint.address())
            || reader::address_at(base, FIELD_OWNER) != Some(owner)
        {
            return Err(Finding::Owner);
        }
        match self.kind {
            Kind::Token2022 if data.len() > ACCOUNT_LEN => check_extensions(data, extension::ALLOWED_IN_ACCOUNT),
            _ => Ok(()),
        }
    }

    /// The check of spec 6.4 where the account is mandatory.
    #[inline(always)]
    pub fn require(&self, account: Account, owner: &Address, role: &Role) -> Result<()> {
        self.check(account, owner).map_err(|finding| role.error(finding))
    }
}

/// What that check can find, in the order in which it looks.
#[derive(Clone, Copy, PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
pub enum Finding {
    Address,
    Base,
    State,
    Owner,
    ExtensionUnsupported,
    ExtensionMalformed,
}

/// A mandatory token account: the errors its findings map to (spec 6.4).
pub struct Role {
    mismatch: Error,
    invalid: Error,
    extensions: Error,
}

pub const ESCROW: Role = Role {
    mismatch: Error::CHANNEL_ACCOUNT_MISMATCH,
    invalid: Error::INVALID_CHANNEL_TOKEN_ACCOUNT,
    extensions: Error::INVALID_CHANNEL_TOKEN_EXTENSIONS,
};
pub const PAYER: Role = Role {
    mismatch: Error::PAYER_ACCOUNT_MISMATCH,
    invalid: Error::INVALID_PAYER_TOKEN_ACCOUNT,
    extensions: Error::INVALID_PAYER_TOKEN_EXTENSIONS,
};
pub const TREASURY: Role = Role {
    mismatch: Error::TREASURY_ACCOUNT_MISMATCH,
    invalid: Error::INVALID_TREASURY_TOKEN_ACCOUNT,
    extensions: Error::INVALID_TREASURY_TOKEN_EXTENSIONS,
};

impl Role {
    #[inline(always)]
    fn error(&self, finding: Finding) -> Error {
        match finding {
            Finding::Address | Finding::State | Finding::Owner => self.mismatch,
            Finding::Base => self.invalid,
            Finding::ExtensionUnsupported | Finding::ExtensionMalformed => self.extensions,
        }
    }
}

/// The balance of a token account whose base ATA_CHECK has seen.
#[inline(always)]
pub fn balance(account: Account) -> Option<u64> {
    reader::u64_at(account.data(), FIELD_AMOUNT)
}

/// Whether the data has extensions and says that it is of the given type.
#[inline(always)]
fn has_extended_layout(data: &[u8], account_type: u8) -> bool {
    data.len() != MULTISIG_LEN && data.get(ACCOUNT_TYPE) == Some(&account_type)
}

/// Reads the extensions (spec 6.3) in everything behind the account type.
///
/// Its order decides between redirecting a payout and refusing it: an unknown type is unsupported before its length is
/// looked at, a known one that is not allowed only after its length was found to fit.
#[inline(never)]
fn check_extensions(data: &[u8], allowed: u32) -> core::result::Result<(), Finding> {
    let mut rest = data.get(EXTENSIONS..).unwrap_or(&[]);
    loop {
        let Some(kind) = reader::u16_at(rest, 0) else {
            // A single byte, or none, is too short for a type: it must be padding.
            return match rest.first() {
                Some(byte) if *byte != 0 => Err(Finding::ExtensionMalformed),
                _ => Ok(()),
            };
        };
        if kind == 0 {
            return Ok(());
        }
        let Some(len) = reader::u16_at(rest, 2) else {
            return Err(Finding::ExtensionMalformed);
        };
        if !extension::contains(extension::KNOWN, kind) {
            return Err(Finding::ExtensionUnsupported);
        }
        let Some(next) = rest.get(4 + len as usize..) else {
            return Err(Finding::ExtensionMalformed);
        };
        if !extension::contains(allowed, kind) {
            return Err(Finding::ExtensionUnsupported);
        }
        rest = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A token account of Token-2022 with these bytes behind its account type.
    fn walk(trailer: &[u8], allowed: u32) -> core::result::Result<(), Finding> {
        let mut data = vec![0; EXTENSIONS];
        data.extend(trailer);
        check_extensions(&data, allowed)
    }

    #[test]
    fn the_walk_ends_where_the_spec_says() {
        const ACCOUNT: u32 = extension::ALLOWED_IN_ACCOUNT;
        let malformed = Err(Finding::ExtensionMalformed);
        let unsupported = Err(Finding::ExtensionUnsupported);

        assert_eq!(walk(&[], ACCOUNT), Ok(()));
        assert_eq!(walk(&[0], ACCOUNT), Ok(()));
        assert_eq!(walk(&[1], ACCOUNT), malformed);
        assert_eq!(walk(&[0, 0, 255], ACCOUNT), Ok(()));
        assert_eq!(walk(&[7, 0], ACCOUNT), malformed);
        assert_eq!(walk(&[7, 0, 0], ACCOUNT), malformed);
        assert_eq!(walk(&[7, 0, 0, 0], ACCOUNT), Ok(()));
        assert_eq!(walk(&[7, 0, 0, 0, 9], ACCOUNT), malformed);
        assert_eq!(walk(&[7, 0, 0, 0, 7, 0, 1, 0, 5], ACCOUNT), Ok(()));
        assert_eq!(walk(&[7, 0, 2, 0, 5], ACCOUNT), malformed);
        // A type that is not known is unsupported whatever its length, one that is only forbidden must fit first.
        assert_eq!(walk(&[99, 0, 255, 255], ACCOUNT), unsupported);
        assert_eq!(walk(&[99, 0, 255], ACCOUNT), malformed);
        assert_eq!(walk(&[18, 0, 255, 255], ACCOUNT), malformed);
        assert_eq!(walk(&[18, 0, 0, 0], ACCOUNT), unsupported);
        assert_eq!(walk(&[18, 0, 0, 0, 23, 0, 0, 0], extension::ALLOWED_IN_MINT), Ok(()));
        assert_eq!(walk(&[7, 0, 0, 0], extension::ALLOWED_IN_MINT), unsupported);
    }
}
