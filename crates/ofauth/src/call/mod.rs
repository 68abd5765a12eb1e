//! Calls of operations. Rate limits, retries, deadlines and traces are applied here, for
//! every endpoint.
//!
//! [`attempts`] is the retry loop, [`answer`] reads responses, [`error_body`] turns an error
//! response into an [`Error`](crate::Error), and [`cause`] finds out why there was no response.

mod answer;
mod attempts;
mod cause;
mod error_body;

use http::Method;
use ofauth_api::Operation;

use crate::options::Bounds;
use crate::{Connection, Error};

/// A GET request for a path that the application gives.
pub(crate) static GET: Operation = Operation::new("get", Method::GET, "", false);

/// A call of an operation.
pub(crate) struct Call<'a> {
    pub(crate) connection: &'a Connection,
    pub(crate) operation: &'static Operation,
    pub(crate) bounds: Bounds,
    /// Whether a record that can't be decoded fails the whole page.
    pub(crate) strict: bool,
}

/// The error if there is no runtime to wait and to send with.
pub(crate) fn outside_of_runtime() -> Error {
    let what = "there is no Tokio runtime here: call this from async code that runs in one, for \
                example in #[tokio::main] or Runtime::block_on";
    Error::configuration(what.to_owned())
}

/// The error that a response becomes, for [`fuzzing`](crate::fuzzing).
#[cfg(any(fuzzing, test))]
pub(crate) fn error(
    connection: &Connection,
    status: http::StatusCode,
    headers: &http::HeaderMap,
    body: &bytes::Bytes,
) -> Option<Error> {
    let bounds = connection.shared().options.clone().resolve(Error::configuration).ok()?;
    let call = Call { connection, operation: &GET, bounds, strict: false };
    error_body::instead(&call, status, headers, body)
}
