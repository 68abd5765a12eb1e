//! Compares OpenAPI documents with each other, and response bodies with a contract.
//!
//! A document, OpenAPI 3.0 or 3.1, is flattened into a [`Table`]: one row per value, with its
//! type, presence, nullability, enum values and bounds. Two tables are [compared](compare), and
//! the table of [`RULES`] says what each change means for a client. [`Drift`] compares response
//! bodies with a table. Nothing in this crate reads a file or prints.
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

#![warn(clippy::print_stderr, clippy::print_stdout)]

mod compare;
mod drift;
mod flatten;
mod mistake;
mod table;

pub use compare::{Action, Bump, Change, Changes, RULES, Rule, Rust, Scope, Side, compare};
pub use drift::{Deviation, Drift, Finding, Observation, Shape};
pub use mistake::Mistake;
pub use table::{
    Body, Bound, Discriminator, Field, Header, Kind, Operation, Parameter, Response, Rest, Row,
    RowId, Table,
};
