//! What the live API sends that its description does not say, noticed at run time.

use std::collections::HashSet;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use ofauth_contract::{Drift, Finding};

/// The most findings that are told: an API that sends more is another one.
const MOST: usize = 1_000;

/// Compares a part of the pages with the API's description; each difference is told once.
pub(crate) struct DriftWatch {
    rate: f64,
    told: Mutex<HashSet<(String, &'static str, String)>>,
}

impl DriftWatch {
    pub(crate) fn new(rate: f64) -> Self {
        Self {
            rate,
            told: Mutex::default(),
        }
    }

    /// What is new in a page of chats, if this one is looked at. What is no JSON is told elsewhere.
    pub(crate) fn look(&self, body: &[u8]) -> Vec<Finding> {
        if self.rate < 1.0 && fastrand::f64() >= self.rate {
            return Vec::new();
        }
        // A new one each time: it remembers what it has seen, without a bound.
        let mut found = Drift::chats().observe(body).unwrap_or_default();
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        found.retain(|finding| {
            let place = (
                finding.place.clone(),
                finding.kind.as_str(),
                finding.seen.clone(),
            );
            told.len() < MOST && told.insert(place)
        });
        found
    }
}

impl fmt::Debug for DriftWatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DriftWatch")
            .field("rate", &self.rate)
            .finish_non_exhaustive()
    }
}
