//! The `payment_channels` program, written from its specification: `docs/program.md`, cited as "spec" and a section
//! number throughout. Its behaviour is meant to be indistinguishable from the deployed program: the same
//! checks in the same order with the same errors, the same state changes, the same CPIs and events.
//!
//! Two things differ on purpose (see `README.md`): the program uses the address it runs at wherever the deployed one
//! uses its compiled-in address, and its treasury owner is read from one place of the read-only data.

#![cfg_attr(any(target_os = "solana", target_arch = "bpf"), no_std)]
// The upstream BPF backend has no `memcpy` and friends to call; without this attribute LLVM would turn loops into them.
#![cfg_attr(target_arch = "bpf", no_builtins)]
#![deny(unsafe_op_in_unsafe_fn)]
// On any other target nothing reaches the entry point, but the whole crate is still type-checked there.
#![cfg_attr(not(any(target_os = "solana", target_arch = "bpf")), allow(dead_code))]

mod account;
mod address;
mod channel;
mod cpi;
mod error;
mod events;
mod input;
mod instructions;
mod payout;
mod pda;
mod plan;
mod queue;
mod reader;
mod revision;
mod syscalls;
mod sysvar;
mod token;
mod treasury;
mod voucher;

use error::Error;

/// The loader calls this with the serialized accounts, instruction data and program id.
///
/// # Safety
/// `input` must point to a parameter area laid out as the loader does it (see `input.rs`).
#[no_mangle]
pub unsafe extern "C" fn entrypoint(input: *mut u8) -> u64 {
    let mut table = input::AccountTable::new();
    // SAFETY: forwarded from the caller.
    let input = unsafe { input::parse(input, &mut table) };
    Error::code(instructions::dispatch(input))
}

#[cfg(any(target_os = "solana", target_arch = "bpf"))]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    syscalls::abort()
}
