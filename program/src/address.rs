//! 32-byte addresses: compared as four words, written in the sources as people know them.

/// An account address, or any other 32 bytes that stand where one can stand (an Ed25519 key, a hash).
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct Address(pub [u8; 32]);

impl Address {
    /// Decodes a base58 address. For constants only: a malformed one stops the compilation.
    pub const fn from_base58(text: &str) -> Self {
        const ALPHABET: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
        let text = text.as_bytes();
        let mut bytes = [0u8; 32];
        let mut at = 0;
        while at < text.len() {
            let mut digit = 0;
            while ALPHABET[digit] != text[at] {
                digit += 1;
            }
            // bytes = bytes * 58 + digit, big-endian.
            let mut carry = digit as u32;
            let mut place = 32;
            while place > 0 {
                place -= 1;
                carry += bytes[place] as u32 * 58;
                bytes[place] = carry as u8;
                carry >>= 8;
            }
            assert!(carry == 0, "an address has 32 bytes");
            at += 1;
        }
        Self(bytes)
    }

    const fn word(&self, index: usize) -> u64 {
        let b = &self.0;
        let i = index * 8;
        u64::from_le_bytes([b[i], b[i + 1], b[i + 2], b[i + 3], b[i + 4], b[i + 5], b[i + 6], b[i + 7]])
    }
}

/// Word by word, because `[u8; 32] == [u8; 32]` becomes a call to `memcmp`, and because the first word decides in
/// nearly every comparison that fails.
impl PartialEq for Address {
    #[inline(always)]
    fn eq(&self, other: &Self) -> bool {
        self.word(0) == other.word(0)
            && self.word(1) == other.word(1)
            && self.word(2) == other.word(2)
            && self.word(3) == other.word(3)
    }
}

/// Programs and sysvars. `static`, not `const`: instructions to other programs and hash inputs point to these bytes.
pub static SPL_TOKEN: Address = Address::from_base58("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA");
pub static TOKEN_2022: Address = Address::from_base58("TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb");
pub static SYSTEM: Address = Address([0; 32]);
pub static ASSOCIATED_TOKEN: Address = Address::from_base58("ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL");
pub static ED25519: Address = Address::from_base58("Ed25519SigVerify111111111111111111111111111");
pub static INSTRUCTIONS_SYSVAR: Address = Address::from_base58("Sysvar1nstructions1111111111111111111111111");
pub static RENT_SYSVAR: Address = Address::from_base58("SysvarRent111111111111111111111111111111111");
pub static CLOCK_SYSVAR: Address = Address::from_base58("SysvarC1ock11111111111111111111111111111111");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base58_keeps_leading_zeros() {
        assert!(Address::from_base58("11111111111111111111111111111111") == SYSTEM);
        assert_eq!(CLOCK_SYSVAR.0[..4], [6, 167, 213, 23]);
        assert_eq!(CLOCK_SYSVAR.0[31], 0);
    }
}
