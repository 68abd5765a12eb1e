//! Checks that the Rust types decode what the contract specifies. `ofauth-contract` flattens the
//! schemas derived from the types and the spec's own schemas, and compares them.

#![cfg(feature = "schemars")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use ofauth_api::types::{ChatPage, ErrorBody};
use ofauth_contract::{Change, Scope, Table, compare};
use schemars::JsonSchema;
use serde_json::{Value, json};

/// The intended differences: the id of the change from the contract to the Rust types, whether it
/// is intended only for optional fields, and the reason.
const INTENDED: &[(&str, bool, &str)] =
    &[("nullable-set", true, "an optional field may also be null: an `Option` decodes both")];

/// Builds an OpenAPI document whose only response has this schema.
fn document(mut schema: Value, components: Value) -> Value {
    let definitions = schema["$defs"].take();
    json!({
        "openapi": if definitions.is_null() { "3.0.3" } else { "3.1.0" },
        "paths": { "/": { "get": { "responses": { "200": {
            "content": { "application/json": { "schema": schema } },
        } } } } },
        "$defs": definitions,
        "components": components,
    })
}

fn changes<T: JsonSchema>(name: &str) -> Vec<Change> {
    let spec: Value = serde_saphyr::from_str(include_str!("../openapi/ofauth.yaml")).unwrap();
    let reference = json!({ "$ref": format!("#/components/schemas/{name}") });
    let ours = document(reference, spec["components"].clone());
    let types = document(schemars::schema_for!(T).to_value(), json!({}));
    let [ours, types] = [ours, types].map(|document| Table::of_document(&document).unwrap());
    let row = |table: &Table| table.operations()[0].success().unwrap().1.json().unwrap();
    let places = types.places(row(&types), 1000).len();
    assert!(places > 3, "the table has only {places} places");
    compare(&ours, &types, Scope::Wire).0
}

#[test]
fn the_types_decode_what_the_contract_specifies() {
    let mut found = changes::<ChatPage>("ChatPage");
    found.extend(changes::<ErrorBody>("ErrorBody"));
    let intended = |change: &&Change| {
        let is = |(kind, optional, _): &(&str, bool, &str)| {
            // Rust source would break only if a `T` became an `Option<T>`.
            change.kind == *kind && !(*optional && change.rust_breaking)
        };
        INTENDED.iter().any(is)
    };
    let others: Vec<&Change> = found.iter().filter(|change| !intended(change)).collect();
    assert!(others.is_empty(), "{others:#?}");
    for (kind, _, reason) in INTENDED {
        let count = found.iter().filter(|change| change.kind == *kind).count();
        assert!(count > 0, "{kind} is no longer a difference: {reason}");
    }
}

#[test]
fn a_type_that_differs_from_the_contract_is_reported() {
    let schema = schemars::schema_for!(ChatPage).to_value();
    for (pointer, value, kind) in [
        ("/properties/hasMore/type", json!("string"), "type-changed"),
        ("/$defs/Chat/required", json!([]), "property-required-unset"),
        ("/$defs/MediaKind/enum", json!(["photo"]), "open-enum-value-removed"),
        ("/$defs/UserView/properties/_view", json!({ "type": ["string", "null"] }), "nullable-set"),
    ] {
        let mut other = schema.clone();
        *other.pointer_mut(pointer).unwrap() = value;
        let [old, new] = [schema.clone(), other]
            .map(|schema| Table::of_document(&document(schema, json!({}))).unwrap());
        let found = compare(&old, &new, Scope::Wire).0;
        assert!(found.iter().any(|change| change.kind == kind), "{pointer}: {found:#?}");
    }
}
