//! Requests for paths of the API that this crate doesn't wrap.

use std::fmt;

use futures_util::FutureExt;
use serde::de::DeserializeOwned;

use crate::call::{Call, GET};
use crate::operation::{Answer, Single};
use crate::{CallOptions, Connection, Error, Result};

/// A GET request for any path of the API; created by [`Connection::get`].
#[derive(Clone)]
#[must_use = "a request does nothing until it is sent"]
pub struct GetRequest {
    connection: Connection,
    path: String,
    query: Vec<(String, String)>,
    options: CallOptions,
}

impl Connection {
    /// Returns a request for any path of the API, like `/v2/access/self`, for what this crate
    /// doesn't wrap. It has the same rate limit, retries, deadlines, errors and traces as every
    /// other call.
    ///
    /// ```no_run
    /// # async fn run(creator: ofauth::Connection) -> ofauth::Result<()> {
    /// let fan = ofauth::encode_segment("a/b"); // one segment of the path
    /// let request = creator.get(format!("/v2/access/users/{fan}")).query("limit", 5);
    /// let user = request.send_as::<serde_json::Value>().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn get(&self, path: impl Into<String>) -> GetRequest {
        GetRequest {
            connection: self.clone(),
            path: path.into(),
            query: Vec::new(),
            options: CallOptions::new(),
        }
    }
}

impl GetRequest {
    /// Adds a parameter to the query.
    pub fn query(mut self, name: impl Into<String>, value: impl ToString) -> Self {
        self.query.push((name.into(), value.to_string()));
        self
    }

    /// Overrides the client's options for this call. Options that aren't set are inherited.
    pub fn with(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    /// Sends the request, and decodes the answer as `T`: a type of the application's own, or
    /// `serde_json::Value`.
    ///
    /// # Errors
    ///
    /// Returns an error of kind [`InvalidRequest`](crate::ErrorKind::InvalidRequest), and sends
    /// nothing, if the path doesn't begin with `/`, has an empty segment or a segment `.` or `..`,
    /// or has a query (`?`), a fragment (`#`), a backslash, white space or a control character.
    /// Otherwise, the errors are those of [`Request::send`](crate::Request::send).
    pub async fn send_as<T: DeserializeOwned + Send>(self) -> Result<T> {
        check(&self.path).map_err(|rule| Error::invalid_request(format!("the path {rule}")))?;
        let Self { connection, path, query, options } = self;
        let options = options.or(&connection.shared().options);
        let bounds = options.resolve(Error::invalid_request)?;
        let call = Call { connection: &connection, operation: &GET, bounds, strict: false };
        let (path, query) = (&path, &query);
        let send =
            |client: ofauth_api::Client| async move { client.get(path, query).await }.boxed();
        Ok(Single::output(call.send(&send).await?))
    }
}

/// Checks that a path can't resolve to a different one. The error states the broken rule.
fn check(path: &str) -> Result<(), &'static str> {
    let Some(segments) = path.strip_prefix('/') else {
        return Err("must begin with `/`, like /v2/access/chats");
    };
    if path.contains(['?', '#']) {
        return Err("must not have a query (`?`) or a fragment (`#`): use `query`");
    }
    if path.contains(|c: char| c == '\\' || c.is_whitespace() || c.is_control()) {
        return Err("must not have a backslash, white space or a control character");
    }
    let is_bad = |segment: &str| {
        // Servers and HTTP libraries resolve encoded dots too.
        let segment = segment.to_ascii_lowercase().replace("%2e", ".");
        matches!(&*segment, "" | "." | "..")
    };
    match segments.trim_end_matches('/').split('/').any(is_bad) || path.ends_with("//") {
        true => Err("must not have an empty segment, or a segment `.` or `..`"),
        false => Ok(()),
    }
}

/// Shows the path, without the connection's secrets, but not the query.
impl fmt::Debug for GetRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GetRequest")
            .field("path", &self.connection.mask(&self.path))
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn a_path_leads_nowhere_else() {
        for path in ["/v2/access/chats", "/v2/a%2Fb/c", "/v2/x/", "/v2/.../a..b", "/ü"] {
            assert_eq!(check(path), Ok(()), "{path}");
        }
        for path in [
            "",
            "v2/access",
            "https://far.example/",
            "@far.example",
            "//far.example/x",
            "/",
            "/v2//x",
            "/v2/x//",
            "/v2/../x",
            "/v2/..",
            "/./x",
            "/v2/%2e%2E/x",
            "/v2/.%2e",
            "/v2\\..\\x",
            "/v2/a b",
            "/v2/a\n",
            "/v2?x=1",
            "/v2#x",
        ] {
            assert!(check(path).is_err(), "{path}");
        }
    }
}
