//! One module per instruction. Each parses its data before it touches an account, so that a data error beats an account
//! error (spec 5); from there on the order of the lines is the order of the spec's steps.

use crate::error::{Error, Result};
use crate::input::Input;
use crate::revision;

pub mod distribute;
pub mod emit_event;
pub mod finalize;
pub mod open;
pub mod request_close;
pub mod settle;
pub mod settle_and_finalize;
pub mod top_up;
pub mod withdraw_payer;

/// Runs the instruction that byte 0 of the data selects (spec 5).
#[inline(always)]
pub fn dispatch(input: Input) -> Result<()> {
    let Input { program_id, accounts, data } = input;
    let Some((discriminator, data)) = data.split_first() else {
        return Err(Error::INVALID_INSTRUCTION_DATA);
    };
    match discriminator {
        1 => open::process(program_id, accounts, data),
        2 => settle::process(program_id, accounts, data),
        3 => top_up::process(program_id, accounts, data),
        4 => settle_and_finalize::process(program_id, accounts, data),
        5 => request_close::process(program_id, accounts, data),
        6 => finalize::process(program_id, accounts, data),
        7 => distribute::process(program_id, accounts, data),
        8 => withdraw_payer::process(program_id, accounts, data),
        228 => emit_event::process(program_id, accounts, data),
        other => revision::dispatch_other(*other, program_id, accounts, data),
    }
}
