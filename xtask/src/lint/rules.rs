//! What must hold of a single schema: it is described, and the generator makes of it
//! what it says.
//!
//! The rules were found by trying, with the generator's present version. A page must
//! stay readable whatever the API sends, so what a Rust type would refuse is for
//! descriptions, and for `cargo xtask drift` to notice.

use serde_json::{Map, Value};

use crate::generator::document::join;
use crate::generator::spelling::distance;
use crate::spec::schemas::Use;

/// A rule, and how to mend what breaks it.
pub(super) struct Rule {
    pub(super) id: &'static str,
    pub(super) fix: &'static str,
    /// Everywhere below the schema that it is broken, and in what way.
    pub(super) broken: fn(&Value, Use) -> Vec<(String, String)>,
}

/// All rules of single schemas.
pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "misspelt",
        fix: "write `x-private` or `x-extensible-enum`, or another name",
        broken: misspelt,
    },
    Rule {
        id: "no-alternative",
        fix: "list what the value may be, or take it out",
        broken: |schema, _| {
            let empty = |list: &&str| schema[*list].as_array().is_some_and(Vec::is_empty);
            let lists = ["allOf", "anyOf", "oneOf"].into_iter().filter(empty);
            let told = |list| (format!("/{list}"), format!("`{list}` lists nothing"));
            lists.map(told).collect()
        },
    },
    Rule {
        id: "described",
        fix: "add a `description`, with the source of the fact; put a `$ref` into `allOf` beside it",
        broken: undescribed,
    },
    Rule {
        id: "open-enum",
        fix: "give it a schema of its own, of type string, with `x-extensible-enum: true`",
        broken: |schema, used| closed_enum(schema, used).into_iter().collect(),
    },
    Rule {
        id: "any-of",
        fix: "write `oneOf`, with a `title` for each alternative",
        broken: |schema, used| any_of(schema, used).into_iter().collect(),
    },
    Rule {
        id: "shadowed-alternative",
        fix: "put the narrower alternative first",
        broken: shadowed,
    },
    Rule {
        id: "integer-format",
        fix: "add `format: int64` (or int32)",
        broken: integer_format,
    },
    Rule {
        id: "float",
        fix: "write `format: double`",
        broken: |schema, used| float(schema, used).into_iter().collect(),
    },
    Rule {
        id: "refused-length",
        fix: "take it out, and say it in the description",
        broken: refused_length,
    },
    Rule {
        id: "ignored-bound",
        fix: "take it out, and say it in the description",
        broken: ignored_bound,
    },
    Rule {
        id: "closed-object",
        fix: "take `additionalProperties: false` out: new fields may come",
        broken: |schema, used| closed_object(schema, used).into_iter().collect(),
    },
    Rule {
        id: "nullable-schema",
        fix: "write `nullable: true` beside the `allOf` where the schema is used",
        broken: |schema, used| nullable_schema(schema, used).into_iter().collect(),
    },
    Rule {
        id: "untyped-null",
        fix: "take it out where any value may come, or add the `type`",
        broken: |schema, used| untyped_null(schema, used).into_iter().collect(),
    },
    Rule {
        id: "required-null",
        fix: "take the field out of `required`, or take `nullable` out",
        broken: required_null,
    },
];

/// Keys of our own that nothing reads, since they are written in another way.
fn misspelt(schema: &Value, _: Use) -> Vec<(String, String)> {
    const OURS: [&str; 2] = ["x-private", "x-extensible-enum"];
    let keys = schema.as_object().into_iter().flat_map(Map::keys);
    let wrong = keys.filter(|key| {
        let lower = key.to_ascii_lowercase().replace('_', "-");
        let is_near = |ours: &&str| {
            distance(&lower, ours) <= 2 || lower.len() > 5 && ours.starts_with(&lower)
        };
        !OURS.contains(&key.as_str()) && OURS.iter().any(is_near)
    });
    let told = |key: &String| (join("", key), format!("nothing reads `{key}`"));
    wrong.map(told).collect()
}

fn undescribed(schema: &Value, _: Use) -> Vec<(String, String)> {
    let properties = schema["properties"].as_object().into_iter().flatten();
    let undescribed = properties.filter(|(_, property)| {
        property["description"]
            .as_str()
            .is_none_or(|text| text.trim().is_empty())
    });
    let told = |(name, _): (&String, &Value)| {
        let reason = format!("the property `{name}` has no description");
        (join("/properties", name), reason)
    };
    undescribed.map(told).collect()
}

fn closed_enum(schema: &Value, used: Use) -> Option<(String, String)> {
    let closed = schema.get("enum").is_some() && schema["x-extensible-enum"] != true;
    (closed && used == Use::Received).then(|| {
        let reason = "a closed enum in a response: one new value would make a page unreadable, or, of a \
                      property's own, no values are generated at all";
        ("/enum".to_owned(), reason.to_owned())
    })
}

fn any_of(schema: &Value, _: Use) -> Option<(String, String)> {
    let alternatives = schema["anyOf"].as_array()?.len();
    (alternatives > 1).then(|| {
        let reason = "where alternatives overlap, the generator makes a struct of optional parts of them, which \
                      reads no scalar";
        ("/anyOf".to_owned(), reason.to_owned())
    })
}

fn shadowed(schema: &Value, _: Use) -> Vec<(String, String)> {
    let alternatives = schema["oneOf"].as_array().into_iter().flatten();
    let wide = |part: &Value| part["type"] == "number" || part == &Value::Object(Map::new());
    // What follows the first that takes any number.
    let behind = alternatives.enumerate().skip_while(|(_, part)| !wide(part));
    let integers = behind.filter(|(_, part)| part["type"] == "integer");
    let told = |(index, _)| {
        let reason = "every integer is read as the number before it".to_owned();
        (format!("/oneOf/{index}"), reason)
    };
    integers.map(told).collect()
}

fn integer_format(schema: &Value, _: Use) -> Vec<(String, String)> {
    if schema["type"] != "integer" || schema.get("format").is_some() {
        return Vec::new();
    }
    let bounds = ["minimum", "maximum"].into_iter();
    let told = |key| {
        let reason = "without a format, the Rust type follows the bounds (`u64`, `NonZeroU64`), and changes with them";
        (format!("/{key}"), reason.to_owned())
    };
    bounds
        .filter(|key| schema.get(key).is_some())
        .map(told)
        .collect()
}

fn float(schema: &Value, _: Use) -> Option<(String, String)> {
    (schema["type"] == "number" && schema["format"] == "float").then(|| {
        (
            "/format".to_owned(),
            "an `f32` loses digits that JSON has".to_owned(),
        )
    })
}

fn refused_length(schema: &Value, used: Use) -> Vec<(String, String)> {
    if used == Use::Sent {
        return Vec::new();
    }
    let lengths = ["minLength", "maxLength"].into_iter();
    let lengths = lengths.filter(|key| schema.get(*key).is_some());
    let fixed = (schema["minItems"].is_u64() && schema["minItems"] == schema["maxItems"])
        .then_some("minItems");
    let told = |key| {
        let reason =
            format!("the Rust type refuses what is outside of `{key}`, and with it the whole page");
        (format!("/{key}"), reason)
    };
    lengths.chain(fixed).map(told).collect()
}

fn ignored_bound(schema: &Value, used: Use) -> Vec<(String, String)> {
    const BOUNDS: &[&str] = &[
        "minimum",
        "maximum",
        "multipleOf",
        "uniqueItems",
        "minProperties",
        "maxProperties",
    ];
    // What has no format has a rule of its own.
    let formless = schema["type"] == "integer" && schema.get("format").is_none();
    if used == Use::Sent || formless {
        return Vec::new();
    }
    let keys = BOUNDS.iter().filter(|key| schema.get(**key).is_some());
    let told = |key: &&str| {
        let reason = format!("the generated type ignores `{key}`: it promises what nothing keeps");
        (format!("/{key}"), reason)
    };
    keys.map(told).collect()
}

fn closed_object(schema: &Value, used: Use) -> Option<(String, String)> {
    (schema["additionalProperties"] == false && used == Use::Received).then(|| {
        let reason = "one new field would make a page unreadable".to_owned();
        ("/additionalProperties".to_owned(), reason)
    })
}

fn nullable_schema(schema: &Value, _: Use) -> Option<(String, String)> {
    (schema["nullable"] == true && schema.get("enum").is_some()).then(|| {
        let reason = "of an enum that may be null, the generator makes a struct around an `Option`"
            .to_owned();
        ("/nullable".to_owned(), reason)
    })
}

/// `nullable` adds null to a type. Beside `allOf`, and beside alternatives, the type stands
/// in the parts: in 3.0 there is no better way to say it, and the generator reads it.
fn untyped_null(schema: &Value, _: Use) -> Option<(String, String)> {
    let typed = ["type", "allOf", "oneOf", "anyOf"]
        .iter()
        .any(|key| schema.get(*key).is_some());
    (schema["nullable"] == true && !typed).then(|| {
        let reason = "`nullable` has no effect without a `type`".to_owned();
        ("/nullable".to_owned(), reason)
    })
}

fn required_null(schema: &Value, used: Use) -> Vec<(String, String)> {
    let required = schema["required"].as_array();
    let properties = schema["properties"].as_object().into_iter().flatten();
    let null = properties.filter(|(name, property)| {
        property["nullable"] == true
            && property["type"] == "array"
            && required.is_some_and(|names| names.iter().any(|other| other == name.as_str()))
    });
    let told = |(name, _): (&String, &Value)| {
        let reason =
            format!("`{name}` is read where it is absent, too: null and absence are one in Rust");
        (format!("{}/nullable", join("/properties", name)), reason)
    };
    null.filter(|_| used == Use::Received).map(told).collect()
}
