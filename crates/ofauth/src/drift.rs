//! What the live API sends that its description does not say, noticed at run time.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt;
use std::sync::{Mutex, PoisonError};

use ofauth_contract::{Drift, Finding, Observation};

/// The most findings that are told: an API that sends more is another one.
const MOST: usize = 1_000;

/// Compares a part of the pages with the API's description; each difference is told once.
pub(crate) struct DriftWatch {
    rate: f64,
    told: Mutex<Told>,
}

/// What was told of all pages: as much as [`MOST`] findings are, and no more.
#[derive(Default)]
struct Told {
    findings: HashSet<(String, &'static str, String)>,
    /// The names of unknown fields, by the place that they have if their object is a map;
    /// `None` where it is one.
    names: HashMap<String, Option<BTreeSet<String>>>,
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
        // A new one each time: it remembers the shapes of all that it has seen, without a bound.
        let mut page = Drift::chats();
        if page.observe(body).is_err() {
            return Vec::new();
        }
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        page.observations()
            .filter_map(|observation| told.add(observation))
            .collect()
    }
}

impl Told {
    /// The finding, where it is new.
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
        let what = (
            finding.place.clone(),
            finding.kind.as_str(),
            finding.seen.clone(),
        );
        self.findings.insert(what).then_some(finding)
    }

    /// Whether the object that has an unknown field at `place` is a map.
    fn is_map(&mut self, values: &str, place: &str) -> bool {
        let names = self
            .names
            .entry(values.to_owned())
            .or_insert_with(|| Some(BTreeSet::new()));
        if let Some(known) = names {
            known.insert(place.to_owned());
            // This page alone may have had so many.
            if known.len() > Drift::MOST_NAMES || place == values {
                *names = None;
            }
        }
        names.is_none()
    }
}

impl fmt::Debug for DriftWatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DriftWatch")
            .field("rate", &self.rate)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_has_an_end_and_so_has_what_is_remembered() {
        let watch = DriftWatch::new(1.0);
        let page = br#"{"list": [], "hasMore": false, "added": 1}"#;
        for other in 1..MOST {
            let other = (other.to_string(), "unknown-field", String::new());
            watch.told.lock().unwrap().findings.insert(other);
        }
        assert_eq!(watch.look(page).len(), 1);
        let page = br#"{"list": [], "hasMore": "no", "other": 1}"#;
        assert_eq!(watch.look(page), []);
        let told = watch.told.lock().unwrap();
        assert_eq!((told.findings.len(), told.names.len()), (MOST, 1));
    }
}
