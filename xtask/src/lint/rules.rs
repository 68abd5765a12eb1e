//! What must hold of a single schema: it is described, and the generator makes of it
//! what it says.
//!
//! The rules were found by trying, with the generator's present version. A page must
//! stay readable whatever the API sends, so what a Rust type would refuse is for
//! descriptions, and for `cargo xtask drift` to notice.

use serde_json::{Map, Value};

use crate::generator::document::join;

/// What a schema is used for.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Use {
    /// In a response, perhaps among others.
    Received,
    /// In requests alone.
    Sent,
}

/// A rule, and how to mend what breaks it.
pub(crate) struct Rule {
    pub(crate) id: &'static str,
    pub(crate) mend: &'static str,
    /// Everywhere below the schema that it is broken, and in what way.
    pub(crate) broken: fn(&Value, Use) -> Vec<(String, String)>,
}

/// All rules of single schemas.
pub(crate) const RULES: &[Rule] = &[
    Rule {
        id: "misspelt",
        mend: "write `x-private` or `x-extensible-enum`, or another name",
        broken: misspelt,
    },
    Rule {
        id: "no-alternative",
        mend: "list what the value may be, or take it out",
        broken: |schema, _| {
            let empty = |list: &&str| schema[*list].as_array().is_some_and(Vec::is_empty);
            let lists = ["allOf", "anyOf", "oneOf"].into_iter().filter(empty);
            let told = |list| (format!("/{list}"), format!("`{list}` lists nothing"));
            lists.map(told).collect()
        },
    },
    Rule {
        id: "described",
        mend: "add a `description`, with the source of the fact; put a `$ref` into `allOf` beside it",
        broken: undescribed,
    },
    Rule {
        id: "open-enum",
        mend: "give it a schema of its own, of type string, with `x-extensible-enum: true`",
        broken: |schema, used| closed_enum(schema, used).into_iter().collect(),
    },
    Rule {
        id: "any-of",
        mend: "write `oneOf`, with a `title` for each alternative",
        broken: |schema, used| any_of(schema, used).into_iter().collect(),
    },
    Rule {
        id: "shadowed-alternative",
        mend: "put the narrower alternative first",
        broken: shadowed,
    },
    Rule {
        id: "integer-format",
        mend: "add `format: int64` (or int32)",
        broken: integer_format,
    },
    Rule {
        id: "float",
        mend: "write `format: double`",
        broken: |schema, used| float(schema, used).into_iter().collect(),
    },
    Rule {
        id: "refused-length",
        mend: "take it out, and say it in the description",
        broken: refused_length,
    },
    Rule {
        id: "ignored-bound",
        mend: "take it out, and say it in the description",
        broken: ignored_bound,
    },
    Rule {
        id: "closed-object",
        mend: "take `additionalProperties: false` out: new fields may come",
        broken: |schema, used| closed_object(schema, used).into_iter().collect(),
    },
    Rule {
        id: "nullable-schema",
        mend: "write `nullable: true` beside the `allOf` where the schema is used",
        broken: |schema, used| nullable_schema(schema, used).into_iter().collect(),
    },
    Rule {
        id: "untyped-null",
        mend: "take it out where any value may come, or add the `type`",
        broken: |schema, used| untyped_null(schema, used).into_iter().collect(),
    },
    Rule {
        id: "required-null",
        mend: "take the field out of `required`, or take `nullable` out",
        broken: required_null,
    },
];

/// Where the schemas within a schema are.
pub(crate) fn below(schema: &Value) -> Vec<String> {
    let mut below = Vec::new();
    for key in ["items", "additionalProperties", "not"] {
        if schema[key].is_object() {
            below.push(format!("/{key}"));
        }
    }
    for key in ["allOf", "anyOf", "oneOf"] {
        let count = schema[key].as_array().map_or(0, Vec::len);
        below.extend((0..count).map(|index| format!("/{key}/{index}")));
    }
    let properties = schema["properties"].as_object().into_iter();
    below.extend(
        properties
            .flat_map(Map::keys)
            .map(|name| join("/properties", name)),
    );
    below
}

/// The alternatives that say of the value what another one says: where one fits, so does
/// the other, and of `oneOf` just one may.
pub(crate) fn same<'a>(
    document: &Value,
    pointers: impl Iterator<Item = &'a String>,
) -> Vec<(String, String)> {
    let bare = |part: &Value| {
        let target = part["$ref"].as_str().unwrap_or_default();
        let target = document.pointer(target.trim_start_matches('#'));
        let named = part.get("$ref").and(target);
        let mut part = named.unwrap_or(part).clone();
        for words in ["title", "description", "example", "externalDocs"] {
            part.as_object_mut().map(|entries| entries.remove(words));
        }
        part
    };
    let mut found = Vec::new();
    for pointer in pointers {
        let schema = document.pointer(pointer).unwrap_or(&Value::Null);
        for list in ["oneOf", "anyOf"] {
            let parts = schema[list].as_array().into_iter().flatten();
            let parts: Vec<Value> = parts.map(bare).collect();
            for (index, part) in parts.iter().enumerate() {
                if let Some(first) = parts[..index].iter().position(|other| other == part) {
                    let reason = format!(
                        "it says the same as `{list}.{first}`, and so is never the one that fits"
                    );
                    found.push((format!("{pointer}/{list}/{index}"), reason));
                }
            }
        }
    }
    found
}

/// The fields that are required and that no part of their schema describes: where each is
/// named, and what is wrong. What is not composed, the grammar has looked at.
pub(crate) fn absent<'a>(
    document: &Value,
    pointers: impl Iterator<Item = &'a String>,
) -> Vec<(String, String)> {
    let part = |pointer: &&String| {
        let mut keys = pointer.rsplit('/');
        let (last, list) = (keys.next(), keys.next());
        last == Some("not") || matches!(list, Some("allOf" | "anyOf" | "oneOf"))
    };
    let mut absent = Vec::new();
    for pointer in pointers.filter(|pointer| !part(pointer)) {
        let mut parts = Vec::new();
        collect_parts(document, pointer, &mut parts);
        let schema = |pointer: &String| document.pointer(pointer).unwrap_or(&Value::Null);
        let described = |name: &str| {
            let mut schemas = parts.iter().map(schema);
            schemas.any(|schema| schema["properties"].get(name).is_some())
        };
        // Another schema's own list is told there.
        for part in parts.iter().filter(|part| part.starts_with(pointer)) {
            let required = schema(part)["required"].as_array().into_iter().flatten();
            let named = required.enumerate();
            for (index, name) in named.filter_map(|(index, name)| Some((index, name.as_str()?))) {
                if !described(name) {
                    let reason = format!("`{name}` is not among the properties");
                    absent.push((format!("{part}/required/{index}"), reason));
                }
            }
        }
    }
    absent
}

/// A schema, what it refers to, and what it is made of.
fn collect_parts(document: &Value, pointer: &str, parts: &mut Vec<String>) {
    let Some(schema) = document.pointer(pointer) else {
        return;
    };
    if parts.iter().any(|part| part == pointer) {
        return;
    }
    parts.push(pointer.to_owned());
    if let Some(target) = schema["$ref"].as_str() {
        collect_parts(document, target.trim_start_matches('#'), parts);
    }
    for list in ["allOf", "anyOf", "oneOf"] {
        for index in 0..schema[list].as_array().map_or(0, Vec::len) {
            collect_parts(document, &format!("{pointer}/{list}/{index}"), parts);
        }
    }
}

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

/// How many characters must be added, left out or changed to make one word of another.
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, a) in one.bytes().enumerate() {
        let mut diagonal = index;
        row[0] = index + 1;
        for (column, b) in other.bytes().enumerate() {
            let above = row[column + 1];
            let changed = diagonal + usize::from(a != b);
            row[column + 1] = changed.min(above + 1).min(row[column] + 1);
            diagonal = above;
        }
    }
    row[other.len()]
}

/// The schemas that lead back to themselves before they say anything of a value, by their
/// pointers.
pub(crate) fn endless<'a>(
    document: &Value,
    pointers: impl Iterator<Item = &'a String>,
) -> Vec<(String, String)> {
    let endless = pointers.filter(|own| {
        let mut parts = Vec::new();
        collect_parts(document, own, &mut parts);
        let refers = |part: &String| {
            let target = document
                .pointer(part)
                .and_then(|part| part["$ref"].as_str());
            target.is_some_and(|target| target.trim_start_matches('#') == *own)
        };
        parts.iter().any(refers)
    });
    let told = |pointer: &String| {
        (
            pointer.clone(),
            "it leads back to itself, and says nothing of a value".to_owned(),
        )
    };
    endless.map(told).collect()
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
