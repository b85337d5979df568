//! Calls to other programs, through the runtime's C interface (spec 6.9). Those that one revision alone makes stand in
//! its module.

use core::ffi::c_void;
use core::mem::MaybeUninit;

use crate::account::{record, Account};
use crate::address::{Address, ASSOCIATED_TOKEN};
use crate::syscalls::{self, Slice};
use crate::token::TokenContext;

/// What the callee may do with an account: the tail of `SolAccountMeta`, read by the runtime only.
#[derive(Clone, Copy)]
#[repr(C)]
#[allow(dead_code)]
pub struct Access {
    is_writable: bool,
    is_signer: bool,
}

pub const READ: Access = Access { is_writable: false, is_signer: false };
pub const WRITE: Access = Access { is_writable: true, is_signer: false };
pub const SIGN: Access = Access { is_writable: false, is_signer: true };
pub const SIGN_WRITE: Access = Access { is_writable: true, is_signer: true };

/// `SolInstruction`
#[repr(C)]
struct Instruction {
    program: *const Address,
    metas: *const Meta,
    metas_len: u64,
    data: *const u8,
    data_len: u64,
}

/// `SolAccountMeta`
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Meta {
    address: *const Address,
    access: Access,
}

impl Meta {
    #[inline(always)]
    pub fn new(account: Account, access: Access) -> Self {
        Self { address: account.address(), access }
    }
}

/// `SolAccountInfo`: where the runtime finds the account in our memory. It checks these pointers against its own,
/// copies what we have changed to the callee and what the callee has changed back.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Info {
    address: *const u8,
    lamports: *const u8,
    data_len: u64,
    data: *const u8,
    owner: *const u8,
    rent_epoch: u64,
    is_signer: bool,
    is_writable: bool,
    is_executable: bool,
}

impl Info {
    /// Taken anew for each call, because the length of the data may have changed since the last one.
    #[inline(always)]
    pub fn new(account: Account) -> Self {
        Self {
            address: account.at(record::ADDRESS),
            lamports: account.at(record::LAMPORTS),
            data_len: account.data_len() as u64,
            data: account.at(record::DATA),
            owner: account.at(record::OWNER),
            // Not read by the runtime: an account's rent epoch is not a program's to say.
            rent_epoch: 0,
            is_signer: account.is_signer(),
            is_writable: account.is_writable(),
            is_executable: account.is_executable(),
        }
    }
}

/// The call itself. `infos` must cover every account in `metas`, in any order. A failing callee ends the transaction,
/// so there is no result to look at.
#[inline(always)]
pub fn invoke_with(program: &Address, metas: &[Meta], infos: &[Info], data: &[u8], signers: &[Slice]) {
    let instruction = Instruction {
        program,
        metas: metas.as_ptr(),
        metas_len: metas.len() as u64,
        data: data.as_ptr(),
        data_len: data.len() as u64,
    };
    // SAFETY: the structs are laid out as the runtime reads them and outlive the call.
    unsafe {
        syscalls::sol_invoke_signed_c(
            (&instruction as *const Instruction).cast::<c_void>(),
            infos.as_ptr().cast(),
            infos.len() as u64,
            signers.as_ptr(),
            signers.len() as u64,
        );
    }
}

/// A call whose accounts are known at compile time. `signer` are the seeds of the address that signs, bump included;
/// none for a call that only passes on signatures of the transaction.
#[inline(always)]
pub fn invoke<const N: usize>(program: &Address, accounts: [(Account, Access); N], data: &[u8], signer: &[Slice]) {
    let mut metas = [const { MaybeUninit::<Meta>::uninit() }; N];
    let mut infos = [const { MaybeUninit::<Info>::uninit() }; N];
    let mut index = 0;
    while index < N {
        let (account, access) = accounts[index];
        metas[index].write(Meta::new(account, access));
        infos[index].write(Info::new(account));
        index += 1;
    }
    // SAFETY: all N elements were written.
    let (metas, infos) = unsafe {
        (
            core::slice::from_raw_parts(metas.as_ptr().cast::<Meta>(), N),
            core::slice::from_raw_parts(infos.as_ptr().cast::<Info>(), N),
        )
    };
    let signers = [Slice::new(signer)];
    invoke_with(program, metas, infos, data, if signer.is_empty() { &[] } else { &signers });
}

/// Create or CreateIdempotent of the Associated Token program, by the instruction's number.
#[inline(always)]
pub fn create_associated_token(
    instruction: u8,
    funder: Account,
    account: Account,
    wallet: Account,
    token: &TokenContext,
    system_program: Account,
) {
    let accounts = [
        (funder, SIGN_WRITE),
        (account, WRITE),
        (wallet, READ),
        (token.mint, READ),
        (system_program, READ),
        (token.program, READ),
    ];
    invoke(&ASSOCIATED_TOKEN, accounts, &[instruction], &[]);
}

/// The data of TransferChecked.
#[derive(Clone, Copy)]
#[repr(C, packed)]
pub struct TransferCheckedData {
    tag: u8,
    amount: u64,
    decimals: u8,
}

impl TransferCheckedData {
    #[inline(always)]
    pub fn new(amount: u64, decimals: u8) -> Self {
        Self { tag: 12, amount, decimals }
    }
}

/// TransferChecked of the given token program. `signer` is empty where the authority signed the transaction.
#[inline(never)]
pub fn transfer_checked(token: &TokenContext, transfer: &Transfer, amount: u64, signer: &[Slice]) {
    let accounts =
        [(transfer.source, WRITE), (token.mint, READ), (transfer.destination, WRITE), (transfer.authority, SIGN)];
    let data = TransferCheckedData::new(amount, token.decimals);
    invoke(token.program.address(), accounts, bytes_of::<_, 10>(&data), signer);
}

/// The accounts of a transfer.
pub struct Transfer {
    pub source: Account,
    pub destination: Account,
    pub authority: Account,
}

/// CloseAccount of the given token program.
#[inline(always)]
pub fn close_account(
    token: &TokenContext,
    account: Account,
    destination: Account,
    authority: Account,
    signer: &[Slice],
) {
    invoke(token.program.address(), [(account, WRITE), (destination, WRITE), (authority, SIGN)], &[9], signer);
}

/// The bytes of a packed struct, `N` of them.
#[inline(always)]
pub fn bytes_of<T: Copy, const N: usize>(value: &T) -> &[u8; N] {
    const { assert!(core::mem::size_of::<T>() == N && core::mem::align_of::<T>() == 1) };
    // SAFETY: same size, no alignment, and a packed struct of integers has no padding.
    unsafe { &*(value as *const T).cast() }
}
