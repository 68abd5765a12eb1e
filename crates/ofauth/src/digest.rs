//! A short hash that is the same on each machine and of each version of this crate.

use sha2::{Digest, Sha256};

/// The first 8 bytes of SHA-256 of all parts, one after another.
pub(crate) fn digest<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> u64 {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part);
    }
    let digest = digest.finalize();
    let (first, _) = digest.split_at(8);
    first
        .iter()
        .fold(0, |hash, byte| hash << 8 | u64::from(*byte))
}
