//! Rules for single schemas: properties are described, and generated types match their schemas.
//!
//! The rules follow from what the current version of the generator does. A page must stay readable
//! whatever the API sends, so limits that a Rust type would enforce belong in descriptions.

use serde_json::{Map, Value};

use super::diagnostic::RuleId;
use crate::generator::document::join;
use crate::generator::spelling::distance;
use crate::spec::schemas::Use;

/// Where a schema breaks a rule, as pointers relative to the schema, each with the reason.
type Broken = Vec<(String, String)>;

/// A rule, and the function that finds what breaks it.
type Rule = (RuleId, fn(&Value, Use) -> Broken);

/// All rules for single schemas.
pub(super) const RULES: &[Rule] = &[
    (("misspelt", "write `x-private` or `x-extensible-enum`, or use another name"), misspelt),
    (("no-alternative", "list the schemas, or remove it"), |schema, _| {
        let empty = |list: &&str| schema[*list].as_array().is_some_and(Vec::is_empty);
        let lists = ["allOf", "anyOf", "oneOf"].into_iter().filter(empty);
        lists.map(|list| (format!("/{list}"), format!("`{list}` is empty"))).collect()
    }),
    (
        (
            "described",
            "add a `description` with the source of the fact; move a `$ref` next to it into `allOf`",
        ),
        undescribed,
    ),
    (
        ("open-enum", "make it a separate schema of type string with `x-extensible-enum: true`"),
        |schema, used| {
            let closed = schema.get("enum").is_some() && schema["x-extensible-enum"] != true;
            at(
                "enum",
                closed && used == Use::Received,
                "a closed enum in a response: one new value would make \
                a page unreadable, and for an inline enum no type is generated at all",
            )
        },
    ),
    (("any-of", "write `oneOf`, with a `title` for each alternative"), |schema, _| {
        let several = schema["anyOf"].as_array().is_some_and(|all| all.len() > 1);
        at(
            "anyOf",
            several,
            "where alternatives overlap, the generator makes a struct of their optional \
                parts, which can't hold a scalar",
        )
    }),
    (("shadowed-alternative", "put the narrower alternative first"), shadowed),
    (("integer-format", "add `format: int64` (or int32)"), |schema, _| {
        let unformatted = is_unformatted(schema);
        let keys = ["minimum", "maximum"].into_iter().filter(|_| unformatted);
        stated(schema, keys, |_| {
            "without a format, the Rust type depends on the bounds (`u64`, \
                `NonZeroU64`), and changes with them"
                .to_owned()
        })
    }),
    (("float", "write `format: double`"), |schema, _| {
        let float = schema["type"] == "number" && schema["format"] == "float";
        at("format", float, "an `f32` loses digits that JSON numbers may have")
    }),
    (("refused-length", "remove it, and mention it in the description"), |schema, used| {
        let fixed = schema["minItems"].is_u64() && schema["minItems"] == schema["maxItems"];
        let keys = ["minLength", "maxLength"].into_iter().chain(fixed.then_some("minItems"));
        stated(schema, keys.filter(|_| used == Use::Received), |key| {
            format!("the Rust type rejects values outside `{key}`, and with them the whole page")
        })
    }),
    (("ignored-bound", "remove it, and mention it in the description"), |schema, used| {
        // The rule `integer-format` concerns integers without a format.
        let applies = used == Use::Received && !is_unformatted(schema);
        let keys = BOUNDS.iter().copied().filter(|_| applies);
        stated(schema, keys, |key| {
            format!("the generated type ignores `{key}`, so nothing enforces it")
        })
    }),
    (
        ("closed-object", "remove `additionalProperties: false`, since new fields may be added"),
        |schema, used| {
            let closed = schema["additionalProperties"] == false && used == Use::Received;
            at("additionalProperties", closed, "one new field would make a page unreadable")
        },
    ),
    (
        ("nullable-schema", "write `nullable: true` next to the `allOf` where the schema is used"),
        |schema, _| {
            let wrapped = schema["nullable"] == true && schema.get("enum").is_some();
            at(
                "nullable",
                wrapped,
                "for a nullable enum, the generator makes a struct that wraps an `Option`",
            )
        },
    ),
    (("untyped-null", "remove it if any value is allowed, or add the `type`"), |schema, _| {
        // Next to `allOf` and alternatives, the parts have the type.
        let typed =
            ["type", "allOf", "oneOf", "anyOf"].iter().any(|key| schema.get(*key).is_some());
        let untyped = schema["nullable"] == true && !typed;
        at("nullable", untyped, "`nullable` has no effect without a `type`")
    }),
    (("required-null", "remove the field from `required`, or remove `nullable`"), required_null),
];

/// Keywords for bounds that no generated type enforces.
const BOUNDS: &[&str] =
    &["minimum", "maximum", "multipleOf", "uniqueItems", "minProperties", "maxProperties"];

/// Reports one key of the schema, if the rule is broken.
fn at(key: &str, broken: bool, reason: &str) -> Broken {
    let broken = broken.then(|| (format!("/{key}"), reason.to_owned()));
    broken.into_iter().collect()
}

/// Reports each of the keys that the schema has.
fn stated<'a>(
    schema: &Value,
    keys: impl Iterator<Item = &'a str>,
    reason: impl Fn(&str) -> String,
) -> Broken {
    let keys = keys.filter(|key| schema.get(key).is_some());
    keys.map(|key| (format!("/{key}"), reason(key))).collect()
}

fn is_unformatted(schema: &Value) -> bool {
    schema["type"] == "integer" && schema.get("format").is_none()
}

/// Reports extensions that have no effect because they are misspelt.
fn misspelt(schema: &Value, _: Use) -> Broken {
    const KNOWN: [&str; 2] = ["x-private", "x-extensible-enum"];
    let keys = schema.as_object().into_iter().flat_map(Map::keys);
    let wrong = keys.filter(|key| {
        let lower = key.to_ascii_lowercase().replace('_', "-");
        let is_near = |known: &&str| {
            distance(&lower, known) <= 2 || lower.len() > 5 && known.starts_with(&lower)
        };
        lower.starts_with('x') && !KNOWN.contains(&key.as_str()) && KNOWN.iter().any(is_near)
    });
    wrong.map(|key| (join("", key), format!("nothing reads `{key}`"))).collect()
}

fn undescribed(schema: &Value, _: Use) -> Broken {
    let properties = schema["properties"].as_object().into_iter().flatten();
    let undescribed = properties.filter(|(_, property)| {
        let description = property["description"].as_str();
        description.is_none_or(|text| text.trim().is_empty())
    });
    let broken = undescribed.map(|(name, _)| {
        let reason = format!("the property `{name}` has no description");
        (join("/properties", name), reason)
    });
    broken.collect()
}

fn shadowed(schema: &Value, _: Use) -> Broken {
    let alternatives = schema["oneOf"].as_array().into_iter().flatten();
    let wide = |part: &Value| part["type"] == "number" || part == &Value::Object(Map::new());
    let behind = alternatives.enumerate().skip_while(|(_, part)| !wide(part));
    let integers = behind.filter(|(_, part)| part["type"] == "integer");
    let broken = integers.map(|(index, _)| {
        let reason = "every integer already matches a wider alternative before it".to_owned();
        (format!("/oneOf/{index}"), reason)
    });
    broken.collect()
}

fn required_null(schema: &Value, used: Use) -> Broken {
    let required = schema["required"].as_array();
    let is_required =
        |name: &str| required.is_some_and(|all| all.iter().any(|other| other == name));
    let properties = schema["properties"].as_object().into_iter().flatten();
    let null = properties.filter(|(name, property)| {
        used == Use::Received
            && property["nullable"] == true
            && property["type"] == "array"
            && is_required(name)
    });
    let broken = null.map(|(name, _)| {
        let reason = format!("`{name}` may be absent, too: in Rust, null and absence are the same");
        (format!("{}/nullable", join("/properties", name)), reason)
    });
    broken.collect()
}
