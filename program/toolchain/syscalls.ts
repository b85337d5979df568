/**
 * The names an undefined symbol may have: functions of the runtime that exist on clusters.
 *
 * Anything else that is undefined is a mistake that the loader would only report when the program is deployed, or
 * a panic of `core`, which a program that checks everything has no need of.
 */
export const SYSCALLS: ReadonlySet<string> = new Set([
    'abort',
    'sol_alt_bn128_group_op',
    'sol_big_mod_exp',
    'sol_blake3',
    'sol_create_program_address',
    'sol_curve_group_op',
    'sol_curve_multiscalar_mul',
    'sol_curve_validate_point',
    'sol_get_clock_sysvar',
    'sol_get_epoch_schedule_sysvar',
    'sol_get_processed_sibling_instruction',
    'sol_get_rent_sysvar',
    'sol_get_return_data',
    'sol_get_stack_height',
    'sol_get_sysvar',
    'sol_invoke_signed_c',
    'sol_invoke_signed_rust',
    'sol_keccak256',
    'sol_log_',
    'sol_log_64_',
    'sol_log_compute_units_',
    'sol_log_data',
    'sol_log_pubkey',
    'sol_memcmp_',
    'sol_memcpy_',
    'sol_memmove_',
    'sol_memset_',
    'sol_panic_',
    'sol_poseidon',
    'sol_remaining_compute_units',
    'sol_secp256k1_recover',
    'sol_set_return_data',
    'sol_sha256',
    'sol_try_find_program_address',
]);
