//! The runtime's functions. On a target that is not the SVM they exist so that the crate can be checked, and abort.

#![allow(clippy::too_many_arguments)]

use core::ffi::c_void;

/// A length-prefixed pointer as the runtime reads it: hash inputs, seeds, lists of seeds.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Slice {
    pointer: *const c_void,
    len: u64,
}

impl Slice {
    #[inline(always)]
    pub const fn new<T>(items: &[T]) -> Self {
        Self { pointer: items.as_ptr().cast(), len: items.len() as u64 }
    }
}

macro_rules! syscalls {
    ($(fn $name:ident($($argument:ident: $kind:ty),*) -> $result:ty;)+) => {
        #[cfg(any(target_os = "solana", target_arch = "bpf"))]
        // No revision needs every hash.
        #[allow(dead_code)]
        extern "C" {
            $(pub fn $name($($argument: $kind),*) -> $result;)+
        }
        $(
            #[cfg(not(any(target_os = "solana", target_arch = "bpf")))]
            pub unsafe fn $name($(_: $kind),*) -> $result {
                panic!(concat!(stringify!($name), " needs the SVM"))
            }
        )+
    };
}

syscalls! {
    fn sol_invoke_signed_c(
        instruction: *const c_void,
        account_infos: *const c_void,
        account_infos_len: u64,
        signers: *const Slice,
        signers_len: u64
    ) -> u64;
    fn sol_sha256(values: *const Slice, values_len: u64, result: *mut u8) -> u64;
    fn sol_blake3(values: *const Slice, values_len: u64, result: *mut u8) -> u64;
    fn sol_curve_validate_point(curve: u64, point: *const u8, result: *mut u8) -> u64;
    fn sol_get_sysvar(id: *const u8, result: *mut u8, offset: u64, len: u64) -> u64;
}

#[cfg(any(target_os = "solana", target_arch = "bpf"))]
mod raw {
    extern "C" {
        pub fn abort() -> !;
    }
}

/// Ends the run with `ProgramFailedToComplete`.
pub fn abort() -> ! {
    #[cfg(any(target_os = "solana", target_arch = "bpf"))]
    // SAFETY: takes nothing, never returns.
    unsafe {
        raw::abort()
    }
    #[cfg(not(any(target_os = "solana", target_arch = "bpf")))]
    panic!("abort")
}

/// Whether the bytes decompress to a point of Edwards 25519. Lax: encodings that are not canonical pass (spec 7.1).
#[inline(always)]
pub fn is_ed25519_point(bytes: &[u8; 32]) -> bool {
    const EDWARDS_25519: u64 = 0;
    // SAFETY: 32 readable bytes; no result is written for a validation.
    unsafe { sol_curve_validate_point(EDWARDS_25519, bytes.as_ptr(), core::ptr::null_mut()) == 0 }
}
