//! Compares OpenAPI documents with each other, and response bodies with a contract.
//!
//! A document, OpenAPI 3.0 or 3.1, is flattened into a [`Table`]: one row per value, with its
//! type, presence, nullability, enum values and bounds. References, `allOf` and single alternatives
//! are resolved, nested alternatives are flattened, and enums of one type are merged, so that the
//! same contract in another form gives the same rows. Two tables are [compared](compare), and the
//! table of [`RULES`] says what each change means for a client. [`Drift`] compares response bodies
//! with a table. Nothing in this crate reads a file or prints.
//!
//! ```
//! use ofauth_contract::{Bump, Scope, Table, compare};
//! use serde_json::json;
//!
//! let document = |required: bool| {
//!     let parameter = json!({
//!         "name": "since", "in": "query", "required": required, "schema": { "type": "string" }
//!     });
//!     json!({ "openapi": "3.0.3", "paths": { "/chats": { "get": { "parameters": [parameter] } } } })
//! };
//! let old = Table::of_document(&document(false))?;
//! let new = Table::of_document(&document(true))?;
//! let changes = compare(&old, &new, Scope::Everything);
//! assert_eq!(changes.0[0].place, "query since");
//! assert_eq!(changes.0[0].kind, "parameter-required-set");
//! assert_eq!(changes.bump(), Bump::Major);
//! # Ok::<(), ofauth_contract::Mistake>(())
//! ```
//!
//! # Places
//!
//! A place is the path to a value, like `list[].lastMessage.media[].type`, with `{}` for the values
//! of a map and `$` for the whole body. Alternatives aren't part of the path. A place outside a
//! response's body begins with its part: `query limit`, `body name`, `header X-Total`.
//!
//! A change to a schema is one [`Change`] with all the places that use the schema: for a recursive
//! schema, only the shortest.
//!
//! # What is compared
//!
//! The comparison is made for the ofauth workspace's own description and for documents of the
//! vendor's size. Its rules are complete for these, and frozen: a feature that neither uses is
//! reported as `not-compared`, and as breaking, for a person to review. Nothing is silently
//! harmless.
//!
//! - Operations, parameters, bodies, credentials, servers and schemas are interpreted. Operations
//!   are paired by path first, and then without the names of path parameters. A response is
//!   compared with what described its status before: the same status, its range (`2XX`) or
//!   `default`. The same holds for media types and their ranges (`text/*`).
//! - Differences are only reported as `not-compared` in webhooks and callbacks; in keywords like
//!   `not`, `patternProperties` and `prefixItems`; in query parameters that became the properties
//!   of an exploded object, or the reverse; and in a schema with more than 256 combinations of
//!   alternatives. References in these parts are resolved first.
//! - The work is limited. Beyond two million pairs of values, 200 000 pairs in one value, or 1 000
//!   levels of nesting, the rest is `not-compared`, with the place where it begins.
//! - Integers of any length are exact as bounds, and rounded to doubles elsewhere.
//! - A mistake in a schema that no operation uses affects nothing else. A security scheme without a
//!   description is known by its name.
//!
//! # How a change is judged
//!
//! Each change is judged twice. The version bump follows from both ([`Changes::bump`]).
//!
//! - *On the wire*: does a client that follows the old contract fail? It may, if the server accepts
//!   less than before, or sends more than the client expects. Clients ignore unknown fields, so new
//!   fields are harmless. So are new values of an open enum (`x-extensible-enum`), and a new
//!   alternative of a response that only adds fields to an old one.
//! - *In Rust*: does source code that uses the generated types still compile? The rules know which
//!   type the generator makes for a value.

#![warn(clippy::print_stderr, clippy::print_stdout)]

mod compare;
mod drift;
mod flatten;
#[cfg(any(fuzzing, test))]
#[doc(hidden)]
pub mod fuzzing;
mod mistake;
mod table;

pub use compare::{Action, Bump, Change, Changes, RULES, Rule, Rust, Scope, Side, compare};
pub use drift::{Deviation, Drift, Finding, Observation, Shape};
pub use mistake::Mistake;
pub use table::{
    Body, Bound, Discriminator, Field, Header, Kind, Operation, Parameter, Response, Rest, Row,
    RowId, Table,
};
