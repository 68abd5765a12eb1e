//! Received requests, with assertions for tests.

use std::fmt;
use std::ops::Deref;

/// The maximum number of requests to keep. Older requests are discarded.
pub(crate) const KEPT: usize = 100_000;

/// A received request and the status of its response.
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
    /// Returns the method, like `GET`.
    pub fn method(&self) -> &str {
        &self.method
    }

    /// Returns the path, without the query.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the decoded query parameters, in the order in which they were sent.
    pub fn query(&self) -> &[(String, String)] {
        &self.query
    }

    /// Returns the first value of a query parameter.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| &**value)
    }

    /// Returns the first value of a header, if it is visible ASCII.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Returns the connection id, if the request had one.
    pub fn connection(&self) -> Option<&str> {
        self.connection.as_deref()
    }

    /// Returns the status of the response, even if the response was cut short. 0 means that there
    /// is no response yet, or that the client didn't wait for it.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// Returns the protocol: `HTTP/1.0`, `HTTP/1.1` or `HTTP/2`.
    pub fn http(&self) -> &'static str {
        self.http
    }
}

/// Leaves out the headers and the connection id, which may be real credentials.
impl fmt::Debug for Recorded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {:?} -> {}", self.method, self.path, self.query, self.status)
    }
}

/// Received requests, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Requests(pub(crate) Vec<Recorded>);

impl Requests {
    /// Keeps only the requests of one connection.
    #[must_use]
    pub fn of(self, connection: &str) -> Self {
        Self(self.0.into_iter().filter(|one| one.connection() == Some(connection)).collect())
    }

    /// Returns the status of each response.
    pub fn statuses(&self) -> Vec<u16> {
        self.0.iter().map(Recorded::status).collect()
    }

    /// Returns the value of a query parameter in each request, or an empty string if it is absent.
    pub fn parameters(&self, name: &str) -> Vec<&str> {
        self.0.iter().map(|one| one.parameter(name).unwrap_or_default()).collect()
    }

    /// Asserts the number of requests.
    ///
    /// # Panics
    ///
    /// Panics if there are more or fewer. The message lists the requests.
    #[track_caller]
    pub fn assert_count(&self, count: usize) -> &Self {
        assert_eq!(self.0.len(), count, "the requests were {:#?}", self.0);
        self
    }

    /// Asserts the statuses of the responses.
    ///
    /// # Panics
    ///
    /// Panics if they differ. The message lists the requests.
    #[track_caller]
    pub fn assert_statuses(&self, statuses: &[u16]) -> &Self {
        assert_eq!(self.statuses(), statuses, "the requests were {:#?}", self.0);
        self
    }

    /// Asserts the [values](Self::parameters) of a query parameter.
    ///
    /// # Panics
    ///
    /// Panics if they differ. The message lists the requests.
    #[track_caller]
    pub fn assert_parameters(&self, name: &str, values: &[&str]) -> &Self {
        assert_eq!(self.parameters(name), values, "the requests were {:#?}", self.0);
        self
    }
}

impl Deref for Requests {
    type Target = [Recorded];

    fn deref(&self) -> &[Recorded] {
        &self.0
    }
}
