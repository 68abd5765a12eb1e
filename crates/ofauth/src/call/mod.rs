//! A call of a generated operation: the one place where limits, retries, deadlines and
//! traces apply, so that every endpoint gets them for nothing.
//!
//! [`attempts`] is the loop; [`answer`] reads what comes back, and [`error_body`] makes an
//! [`Error`](crate::Error) of a response whose status is not a success.

mod answer;
mod attempts;
mod error_body;

pub(crate) use answer::root_cause;

use bytes::Bytes;
use ofauth_api::{Body, Error as RawError, ResponseValue};

use crate::options::Bounds;
use crate::{Connection, Meta, Rejected};

/// What a call of an operation brings.
pub(crate) struct Reply<P> {
    pub(crate) page: P,
    pub(crate) rejected: Vec<Rejected>,
    pub(crate) body: Bytes,
    pub(crate) meta: Meta,
}

/// An operation's answer, or why there is none.
type Sent<P> = Result<ResponseValue<Body<P>>, RawError>;

/// A call of an operation.
pub(crate) struct Call<'a> {
    pub(crate) connection: &'a Connection,
    /// Its name in the API's description, in snake case.
    pub(crate) operation: &'static str,
    pub(crate) bounds: Bounds,
    /// Whether a record that cannot be read makes the whole page an error.
    pub(crate) strict: bool,
}
