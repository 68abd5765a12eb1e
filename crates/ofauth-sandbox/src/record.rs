//! The requests that were received.

use std::fmt;
use std::ops::Deref;

/// The most requests that are kept; older ones are forgotten.
pub(crate) const KEPT: usize = 100_000;

/// A request that was received, and how it was answered.
#[derive(Clone, serde::Serialize)]
pub struct Recorded {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    #[serde(skip)]
    pub(crate) headers: axum::http::HeaderMap,
    pub(crate) connection: Option<String>,
    pub(crate) status: u16,
    pub(crate) http: &'static str,
}

impl Recorded {
    /// The method, like `GET`.
    pub fn method(&self) -> &str {
        &self.method
    }

    /// The path, without the query.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The query parameters, decoded, in the order in which they came.
    pub fn query(&self) -> &[(String, String)] {
        &self.query
    }

    /// A query parameter's first value.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| &**value)
    }

    /// A header's first value, where it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The connection id, where there was one.
    pub fn connection(&self) -> Option<&str> {
        self.connection.as_deref()
    }

    /// The status that was answered, or was to be where the answer was cut short; 0 where
    /// there is none yet, or the client did not wait for it.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The protocol: `HTTP/1.0`, `HTTP/1.1` or `HTTP/2`.
    pub fn http(&self) -> &'static str {
        self.http
    }
}

/// Shows the request without its headers and its connection, which may be real ones.
impl fmt::Debug for Recorded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {} {:?} -> {}",
            self.method, self.path, self.query, self.status
        )
    }
}

/// The requests that were received, the oldest first.
#[derive(Clone, Debug, Default)]
pub struct Requests(pub(crate) Vec<Recorded>);

impl Requests {
    /// Those of one connection.
    #[must_use]
    pub fn of(self, connection: &str) -> Self {
        Self(
            self.0
                .into_iter()
                .filter(|one| one.connection() == Some(connection))
                .collect(),
        )
    }

    /// The statuses that were answered.
    pub fn statuses(&self) -> Vec<u16> {
        self.0.iter().map(Recorded::status).collect()
    }

    /// The values of a query parameter; an empty one where a request had none.
    pub fn parameters(&self, name: &str) -> Vec<&str> {
        self.0
            .iter()
            .map(|one| one.parameter(name).unwrap_or_default())
            .collect()
    }

    /// Checks how many there are.
    ///
    /// # Panics
    ///
    /// Where there are more or fewer; the message lists them.
    #[track_caller]
    pub fn assert_count(&self, count: usize) -> &Self {
        assert_eq!(self.0.len(), count, "the requests were {:#?}", self.0);
        self
    }

    /// Checks the statuses that were answered.
    ///
    /// # Panics
    ///
    /// Where they are others; the message lists the requests.
    #[track_caller]
    pub fn assert_statuses(&self, statuses: &[u16]) -> &Self {
        assert_eq!(self.statuses(), statuses, "the requests were {:#?}", self.0);
        self
    }

    /// Checks the values of a query parameter.
    ///
    /// # Panics
    ///
    /// Where they are others; the message lists the requests.
    #[track_caller]
    pub fn assert_parameters(&self, name: &str, values: &[&str]) -> &Self {
        assert_eq!(
            self.parameters(name),
            values,
            "the requests were {:#?}",
            self.0
        );
        self
    }
}

impl Deref for Requests {
    type Target = [Recorded];

    fn deref(&self) -> &[Recorded] {
        &self.0
    }
}
