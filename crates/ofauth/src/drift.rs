//! Finds differences between the live API's pages and its description, at run time.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt;
use std::sync::{Mutex, PoisonError};

use ofauth_contract::{Drift, Finding, Observation};

/// The maximum number of findings to report. An API with more differences is a different API.
const MOST: usize = 1_000;

/// Compares a fraction of the pages with the API's description. Returns each difference once.
pub(crate) struct DriftWatch {
    rate: f64,
    reported: Mutex<Reported>,
}

/// What has been reported about all pages, bounded by [`MOST`] findings.
#[derive(Default)]
struct Reported {
    findings: HashSet<(String, &'static str, String)>,
    /// The places of unknown fields, by the place that they share if their object is a map;
    /// `None` once the object is known to be a map.
    names: HashMap<String, Option<BTreeSet<String>>>,
}

impl DriftWatch {
    pub(crate) fn new(rate: f64) -> Self {
        Self { rate, reported: Mutex::default() }
    }

    /// Returns the new findings in a page of chats, if the page is part of the sample. Invalid
    /// JSON is reported elsewhere.
    pub(crate) fn observe_page(&self, body: &[u8]) -> Vec<Finding> {
        if self.rate < 1.0 && fastrand::f64() >= self.rate {
            return Vec::new();
        }
        // A new `Drift` for each page, because it remembers every shape it sees, without a bound.
        let mut page = Drift::chats();
        if page.observe(body).is_err() {
            return Vec::new();
        }
        let mut reported = self.reported.lock().unwrap_or_else(PoisonError::into_inner);
        page.observations().filter_map(|observation| reported.add(observation)).collect()
    }
}

impl Reported {
    /// Records an observation, and returns its finding if it is new.
    fn add(&mut self, observation: &Observation) -> Option<Finding> {
        if self.findings.len() >= MOST {
            return None;
        }
        let mut finding = observation.finding.clone();
        if let Some(values) = &observation.values
            && self.is_map(values, &finding.place)
        {
            values.clone_into(&mut finding.place);
        }
        let what = (finding.place.clone(), finding.kind.as_str(), finding.seen.clone());
        self.findings.insert(what).then_some(finding)
    }

    /// Whether the object with an unknown field at `place` is a map.
    fn is_map(&mut self, values: &str, place: &str) -> bool {
        let names = self.names.entry(values.to_owned()).or_insert_with(|| Some(BTreeSet::new()));
        if let Some(known) = names {
            known.insert(place.to_owned());
            // The two places are equal if this page alone had too many names.
            if known.len() > Drift::MOST_NAMES || place == values {
                *names = None;
            }
        }
        names.is_none()
    }
}

impl fmt::Debug for DriftWatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DriftWatch").field("rate", &self.rate).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_and_memory_are_bounded() {
        let watch = DriftWatch::new(1.0);
        let page = br#"{"list": [], "hasMore": false, "added": 1}"#;
        for other in 1..MOST {
            let other = (other.to_string(), "unknown-field", String::new());
            watch.reported.lock().unwrap().findings.insert(other);
        }
        assert_eq!(watch.observe_page(page).len(), 1);
        let page = br#"{"list": [], "hasMore": "no", "other": 1}"#;
        assert_eq!(watch.observe_page(page), []);
        let reported = watch.reported.lock().unwrap();
        assert_eq!((reported.findings.len(), reported.names.len()), (MOST, 1));
    }
}
