//! A short hash that is the same on every machine and in every version of this crate.

use sha2::{Digest, Sha256};

/// Returns the first 8 bytes of the SHA-256 of the concatenated parts, as a big-endian number.
pub(crate) fn digest<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> u64 {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part);
    }
    let digest = digest.finalize();
    let (first, _) = digest.split_at(8);
    first.iter().fold(0, |hash, byte| hash << 8 | u64::from(*byte))
}
