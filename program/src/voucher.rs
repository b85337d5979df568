//! Vouchers: how one is taken from the Ed25519 precompile and what it must say (spec 6.5, 6.6).

use crate::account::Account;
use crate::address::{Address, ED25519, INSTRUCTIONS_SYSVAR};
use crate::channel::Channel;
use crate::ensure;
use crate::error::{Error, Result};
use crate::reader::{self, u64_at};
use crate::revision::voucher::{Given, CHANNEL_ID, CUMULATIVE_AMOUNT, EXPIRES_AT, LEN};
use crate::sysvar;

/// A voucher as it is signed.
pub type Voucher = [u8; LEN];

/// Spec 6.5: the new settled amount, or the first reason to refuse. `given` is what the instruction data says
/// about the voucher, which depends on the revision.
#[inline(always)]
pub fn accept(channel: Channel, given: Given, instructions: Account) -> Result<u64> {
    ensure!(*instructions.address() == INSTRUCTIONS_SYSVAR, UNSUPPORTED_SYSVAR);
    let signed = SignedMessage::preceding(instructions.data())?;
    let amount = given.judge(channel, signed.message)?;
    ensure!(signed.public_key == channel.authorized_signer(), VOUCHER_SIGNER_MISMATCH);
    Ok(amount)
}

/// Spec 6.5, steps 5 to 8.
#[inline(always)]
pub fn judge_terms(channel: Channel, voucher: &Voucher) -> Result<u64> {
    // Always there: the offsets are constants inside the array.
    let (Some(channel_id), Some(amount), Some(expires_at)) =
        (reader::address_at(voucher, CHANNEL_ID), u64_at(voucher, CUMULATIVE_AMOUNT), u64_at(voucher, EXPIRES_AT))
    else {
        return Err(Error::INVALID_INSTRUCTION_DATA);
    };
    ensure!(channel_id == channel.account.address(), VOUCHER_CHANNEL_MISMATCH);
    // 0 means that the voucher never expires; nothing else is special, not even a negative time.
    let expires_at = expires_at as i64;
    ensure!(expires_at == 0 || sysvar::now()? < expires_at, VOUCHER_EXPIRED);
    ensure!(amount <= channel.deposit(), VOUCHER_OVER_DEPOSIT);
    ensure!(amount > channel.settled(), VOUCHER_WATERMARK_NOT_MONOTONIC);
    Ok(amount)
}

/// What the Ed25519 precompile has verified, in the one layout that is accepted (spec 6.6).
struct SignedMessage<'a> {
    public_key: &'a Address,
    message: &'a Voucher,
}

mod layout {
    use super::LEN;

    pub const PUBLIC_KEY: usize = 16;
    pub const SIGNATURE: usize = 48;
    pub const MESSAGE: usize = 112;
    pub const TOTAL: usize = MESSAGE + LEN;

    /// The 16 bytes before the public key: one signature, padding 0, and offset and length of each part, all in this
    /// very instruction (index 0xffff). The precompile accepts more than this; only this is a voucher.
    pub const HEADER: [u64; 2] = [
        words([0x0001, SIGNATURE as u16, THIS_INSTRUCTION, PUBLIC_KEY as u16]),
        words([THIS_INSTRUCTION, MESSAGE as u16, LEN as u16, THIS_INSTRUCTION]),
    ];
    const THIS_INSTRUCTION: u16 = 0xffff;

    const fn words(parts: [u16; 4]) -> u64 {
        parts[0] as u64 | (parts[1] as u64) << 16 | (parts[2] as u64) << 32 | (parts[3] as u64) << 48
    }
}

impl<'a> SignedMessage<'a> {
    /// Spec 6.5, steps 2 and 3: the instruction directly before the current top-level one, also when this program was
    /// reached through a CPI. `sysvar` is the data of the instructions sysvar.
    #[inline(always)]
    fn preceding(sysvar: &'a [u8]) -> Result<Self> {
        let (program, data) = preceding_instruction(sysvar).ok_or(Error::MISSING_ED25519_VERIFICATION)?;
        ensure!(*program == ED25519, MISSING_ED25519_VERIFICATION);
        Self::parse(data).ok_or(Error::MALFORMED_ED25519_INSTRUCTION)
    }

    #[inline(always)]
    fn parse(data: &'a [u8]) -> Option<Self> {
        if data.len() != layout::TOTAL || u64_at(data, 0)? != layout::HEADER[0] || u64_at(data, 8)? != layout::HEADER[1]
        {
            return None;
        }
        Some(Self {
            public_key: reader::address_at(data, layout::PUBLIC_KEY)?,
            message: reader::array_at(data, layout::MESSAGE)?,
        })
    }
}

/// Program and data of the instruction before the current one.
///
/// The sysvar holds u16 values: the number of instructions, the offset of each, and in its last two bytes the index of
/// the current one. An instruction is: u16 number of accounts, 33 bytes for each, the program, u16 length, data.
#[inline(always)]
fn preceding_instruction(sysvar: &[u8]) -> Option<(&Address, &[u8])> {
    const ACCOUNT_LEN: usize = 33;

    let current = reader::u16_at(sysvar, sysvar.len().checked_sub(2)?)? as usize;
    let index = current.checked_sub(1)?;
    if index >= reader::u16_at(sysvar, 0)? as usize {
        return None;
    }
    let start = reader::u16_at(sysvar, 2 + 2 * index)? as usize;
    let accounts = reader::u16_at(sysvar, start)? as usize;
    let program_at = start + 2 + accounts * ACCOUNT_LEN;
    let program = reader::address_at(sysvar, program_at)?;
    let len = reader::u16_at(sysvar, program_at + 32)? as usize;
    let data = sysvar.get(program_at + 34..)?.get(..len)?;
    Some((program, data))
}
