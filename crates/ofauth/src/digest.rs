//! Short hashes that are the same on every machine and in every version of this crate.

use hmac_sha256::Hash;

/// Returns the first 8 bytes of the SHA-256 of the concatenated parts, as a big-endian number.
pub(crate) fn digest<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> u64 {
    let mut hash = Hash::new();
    for part in parts {
        hash.update(part);
    }
    let hash = hash.finalize();
    let (first, _) = hash.split_at(8);
    first.iter().fold(0, |hash, byte| hash << 8 | u64::from(*byte))
}

/// Returns the 64-bit FNV-1a hash of the concatenated parts: fast, but anyone can find two texts
/// with the same hash.
pub(crate) fn fingerprint(parts: [&[u8]; 4]) -> u64 {
    let mix = |hash: u64, &byte: &u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    parts.into_iter().flatten().fold(0xcbf2_9ce4_8422_2325, mix)
}
