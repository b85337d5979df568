//! emitEvent (spec 7.10): the program's calls to itself end here. The data is for whoever reads the transaction.

use crate::address::Address;
use crate::ensure;
use crate::error::{Error, Result};
use crate::events;
use crate::input::Accounts;

#[inline(always)]
pub fn process(program_id: &Address, accounts: Accounts, _data: &[u8]) -> Result<()> {
    let [event_authority] = *accounts.exactly(Error::NOT_ENOUGH_ACCOUNT_KEYS)?;
    ensure!(event_authority.is_signer(), MISSING_REQUIRED_SIGNATURE);
    events::check_authority(event_authority, program_id).map(|_| ())
}
