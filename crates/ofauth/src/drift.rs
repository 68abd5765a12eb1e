//! Finds differences between the live API's pages and its description, at run time.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use ofauth_api::Operation;
use ofauth_contract::{Drift, Finding, Observation, Table};

/// The maximum number of findings to report. An API with more differences is a different API.
const MOST: usize = 1_000;

/// The API's description; `None` would mean that the committed file isn't valid, which a test rules
/// out.
static CONTRACT: LazyLock<Option<Arc<Table>>> = LazyLock::new(|| {
    let document = serde_json::from_str(include_str!("ofauth.json")).ok()?;
    Table::of_document(&document).ok().map(Arc::new)
});

/// Compares a fraction of the answers with the API's description. Returns each difference once.
pub(crate) struct DriftWatch {
    rate: f64,
    reported: Mutex<Reported>,
}

/// What has been reported about all answers, bounded by [`MOST`] findings.
#[derive(Default)]
struct Reported {
    findings: HashSet<(&'static str, String, &'static str, String)>,
    /// The places of unknown fields, by the place that they share if their object is a map;
    /// `None` once the object is known to be a map.
    names: HashMap<(&'static str, String), Option<BTreeSet<String>>>,
}

impl DriftWatch {
    pub(crate) fn new(rate: f64) -> Self {
        Self { rate, reported: Mutex::default() }
    }

    /// Returns the new findings in an answer to an operation, if the answer is part of the sample.
    /// Invalid JSON is reported elsewhere, and operations that aren't described are left out.
    pub(crate) fn observe(&self, operation: &Operation, body: &[u8]) -> Vec<Finding> {
        if self.rate < 1.0 && crate::random::fraction() >= self.rate {
            return Vec::new();
        }
        // A new `Drift` for each answer, because it remembers every shape it sees, without a bound.
        let (method, path) = (operation.method.as_str(), operation.path);
        let drift = CONTRACT.as_ref().and_then(|table| Drift::of_operation(table, method, path));
        let Some(mut answer) = drift else { return Vec::new() };
        if answer.observe(body).is_err() {
            return Vec::new();
        }
        let mut reported = self.reported.lock().unwrap_or_else(PoisonError::into_inner);
        answer.observations().filter_map(|one| reported.add(operation.name, one)).collect()
    }
}

impl Reported {
    /// Records an observation, and returns its finding if it is new.
    fn add(&mut self, operation: &'static str, observation: &Observation) -> Option<Finding> {
        if self.findings.len() >= MOST {
            return None;
        }
        let mut finding = observation.finding.clone();
        if let Some(values) = &observation.values
            && self.is_map(operation, values, &finding.place)
        {
            values.clone_into(&mut finding.place);
        }
        let (place, seen) = (finding.place.clone(), finding.seen.clone());
        let what = (operation, place, finding.kind.as_str(), seen);
        self.findings.insert(what).then_some(finding)
    }

    /// Whether the object with an unknown field at `place` is a map.
    fn is_map(&mut self, operation: &'static str, values: &str, place: &str) -> bool {
        let object = (operation, values.to_owned());
        let names = self.names.entry(object).or_insert_with(|| Some(BTreeSet::new()));
        if let Some(known) = names {
            known.insert(place.to_owned());
            // The two places are equal if this answer alone had too many names.
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
    use ofauth_api::operations::list_chats::OPERATION;

    use super::*;

    #[test]
    fn the_committed_description_has_every_operation() {
        let table = CONTRACT.as_ref().unwrap();
        assert!(Drift::of_operation(table, "GET", OPERATION.path).is_some());
        assert_eq!(table.operations().len(), 1);
    }

    #[test]
    fn reports_and_memory_are_bounded() {
        let watch = DriftWatch::new(1.0);
        let page = br#"{"list": [], "hasMore": false, "added": 1}"#;
        for other in 1..MOST {
            let other = ("list_chats", other.to_string(), "unknown-field", String::new());
            watch.reported.lock().unwrap().findings.insert(other);
        }
        assert_eq!(watch.observe(&OPERATION, page).len(), 1);
        let page = br#"{"list": [], "hasMore": "no", "other": 1}"#;
        assert_eq!(watch.observe(&OPERATION, page), []);
        let reported = watch.reported.lock().unwrap();
        assert_eq!((reported.findings.len(), reported.names.len()), (MOST, 1));
    }
}
