//! One module per instruction. Each parses its data before it touches an account, so that a data error beats an account
//! error (spec 5); from there on the order of the lines is the order of the spec's steps.

pub mod distribute;
pub mod emit_event;
pub mod finalize;
pub mod open;
pub mod request_close;
pub mod settle;
pub mod settle_and_finalize;
pub mod top_up;
pub mod withdraw_payer;
