//! Calls of generated operations. Rate limits, retries, deadlines and traces are applied here, for
//! every endpoint.
//!
//! [`attempts`] is the retry loop, [`answer`] reads responses, and [`error_body`] turns an error
//! response into an [`Error`](crate::Error).

mod answer;
mod attempts;
mod error_body;

use bytes::Bytes;
use ofauth_api::{Body, Error as RawError, ResponseValue};

use crate::options::Bounds;
use crate::{Connection, Meta, Rejected};

/// The result of a successful call.
pub(crate) struct Reply<P> {
    pub(crate) page: P,
    pub(crate) rejected: Vec<Rejected>,
    pub(crate) body: Bytes,
    pub(crate) meta: Meta,
}

/// The response to an operation, or the generated client's error.
type Sent<P> = Result<ResponseValue<Body<P>>, RawError>;

/// A call of an operation.
pub(crate) struct Call<'a> {
    pub(crate) connection: &'a Connection,
    /// The operation's name in the API's description, in snake case.
    pub(crate) operation: &'static str,
    pub(crate) bounds: Bounds,
    /// Whether a record that can't be decoded fails the whole page.
    pub(crate) strict: bool,
}
