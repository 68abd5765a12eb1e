//! Random numbers for jitter and for samples.

use std::hash::{BuildHasher, Hasher, RandomState};

/// Returns a random number of at least 0 and less than 1.
pub(crate) fn fraction() -> f64 {
    // Each `RandomState` has keys of its own, which the system's source of randomness begins.
    let bits = RandomState::new().build_hasher().finish();
    (bits >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::fraction;

    #[test]
    fn fractions_are_spread_evenly() {
        let mut tenths = [0_u32; 10];
        for _ in 0..100_000 {
            tenths[(fraction() * 10.0) as usize] += 1;
        }
        // Each tenth is hit 10 000 times, give or take ten standard deviations.
        assert!(tenths.iter().all(|hits| hits.abs_diff(10_000) < 950), "{tenths:?}");
    }
}
