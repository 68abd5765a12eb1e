//! What an OpenAPI 3.0 document may say, as one table, and a check against it.
//!
//! The generator's own parser ignores keys that it doesn't know, and guesses or
//! panics where a value makes no sense. This check comes first, so that each
//! mistake is told with its place. The table follows the OpenAPI Specification
//! 3.0.3, section 4.7 ("Schema"), with the parts that a client has a use for.

use serde_json::{Map, Value};

use super::document::{Document, Problem, join};

/// What may stand at a place.
enum Shape {
    Any,
    Text,
    Flag,
    Number,
    Count,
    OneOf(&'static [&'static str]),
    List(&'static Shape),
    /// A mapping with keys of the author's choice.
    Map(&'static Shape),
    Object(&'static Object),
    /// The same, or a `$ref` to one.
    RefOr(&'static Object),
    FlagOrSchema,
}

struct Object {
    name: &'static str,
    required: &'static [&'static str],
    fields: &'static [(&'static str, Shape)],
}

use Shape::{Any, Count, Flag, FlagOrSchema, List, Number, OneOf, RefOr, Text};

static DOCUMENT: Object = Object {
    name: "document",
    required: &["openapi", "info", "paths"],
    fields: &[
        ("openapi", Text),
        ("info", Shape::Object(&INFO)),
        ("servers", List(&Shape::Object(&SERVER))),
        ("tags", List(&Shape::Object(&TAG))),
        ("security", List(&Shape::Map(&List(&Text)))),
        ("paths", Shape::Map(&Shape::Object(&PATH_ITEM))),
        ("components", Shape::Object(&COMPONENTS)),
        ("externalDocs", Shape::Object(&EXTERNAL_DOCS)),
    ],
};

static INFO: Object = Object {
    name: "info",
    required: &["title", "version"],
    fields: &[
        ("title", Text),
        ("version", Text),
        ("description", Text),
        ("termsOfService", Text),
        ("contact", Shape::Map(&Text)),
        ("license", Shape::Map(&Text)),
    ],
};

static EXTERNAL_DOCS: Object = Object {
    name: "external documentation",
    required: &["url"],
    fields: &[("url", Text), ("description", Text)],
};

static SERVER: Object = Object {
    name: "server",
    required: &["url"],
    fields: &[("url", Text), ("description", Text), ("variables", Any)],
};

static TAG: Object = Object {
    name: "tag",
    required: &["name"],
    fields: &[
        ("name", Text),
        ("description", Text),
        ("externalDocs", Shape::Object(&EXTERNAL_DOCS)),
    ],
};

static PATH_ITEM: Object = Object {
    name: "path item",
    required: &[],
    fields: &[
        ("summary", Text),
        ("description", Text),
        ("servers", List(&Shape::Object(&SERVER))),
        ("parameters", List(&RefOr(&PARAMETER))),
        ("get", Shape::Object(&OPERATION)),
        ("put", Shape::Object(&OPERATION)),
        ("post", Shape::Object(&OPERATION)),
        ("delete", Shape::Object(&OPERATION)),
        ("options", Shape::Object(&OPERATION)),
        ("head", Shape::Object(&OPERATION)),
        ("patch", Shape::Object(&OPERATION)),
        ("trace", Shape::Object(&OPERATION)),
    ],
};

static OPERATION: Object = Object {
    name: "operation",
    required: &["operationId", "responses"],
    fields: &[
        ("operationId", Text),
        ("tags", List(&Text)),
        ("summary", Text),
        ("description", Text),
        ("externalDocs", Shape::Object(&EXTERNAL_DOCS)),
        ("parameters", List(&RefOr(&PARAMETER))),
        ("requestBody", RefOr(&REQUEST_BODY)),
        ("responses", Shape::Map(&RefOr(&RESPONSE))),
        ("deprecated", Flag),
        ("security", List(&Shape::Map(&List(&Text)))),
        ("servers", List(&Shape::Object(&SERVER))),
    ],
};

static PARAMETER: Object = Object {
    name: "parameter",
    required: &["name", "in"],
    fields: &[
        ("name", Text),
        ("in", OneOf(&["query", "header", "path", "cookie"])),
        ("description", Text),
        ("required", Flag),
        ("deprecated", Flag),
        ("allowEmptyValue", Flag),
        ("allowReserved", Flag),
        ("style", Text),
        ("explode", Flag),
        ("schema", RefOr(&SCHEMA)),
        ("content", Shape::Map(&Shape::Object(&MEDIA_TYPE))),
        ("example", Any),
        ("examples", Shape::Map(&RefOr(&EXAMPLE))),
    ],
};

static REQUEST_BODY: Object = Object {
    name: "request body",
    required: &["content"],
    fields: &[
        ("description", Text),
        ("required", Flag),
        ("content", Shape::Map(&Shape::Object(&MEDIA_TYPE))),
    ],
};

static RESPONSE: Object = Object {
    name: "response",
    required: &["description"],
    fields: &[
        ("description", Text),
        ("headers", Shape::Map(&RefOr(&HEADER))),
        ("content", Shape::Map(&Shape::Object(&MEDIA_TYPE))),
        ("links", Any),
    ],
};

static HEADER: Object = Object {
    name: "header",
    required: &[],
    fields: &[
        ("description", Text),
        ("required", Flag),
        ("deprecated", Flag),
        ("style", Text),
        ("explode", Flag),
        ("schema", RefOr(&SCHEMA)),
        ("content", Shape::Map(&Shape::Object(&MEDIA_TYPE))),
        ("example", Any),
        ("examples", Shape::Map(&RefOr(&EXAMPLE))),
    ],
};

static MEDIA_TYPE: Object = Object {
    name: "media type",
    required: &[],
    fields: &[
        ("schema", RefOr(&SCHEMA)),
        ("example", Any),
        ("examples", Shape::Map(&RefOr(&EXAMPLE))),
        ("encoding", Any),
    ],
};

static EXAMPLE: Object = Object {
    name: "example",
    required: &[],
    fields: &[
        ("summary", Text),
        ("description", Text),
        ("value", Any),
        ("externalValue", Text),
    ],
};

static COMPONENTS: Object = Object {
    name: "components",
    required: &[],
    fields: &[
        ("schemas", Shape::Map(&RefOr(&SCHEMA))),
        ("responses", Shape::Map(&RefOr(&RESPONSE))),
        ("parameters", Shape::Map(&RefOr(&PARAMETER))),
        ("headers", Shape::Map(&RefOr(&HEADER))),
        ("examples", Shape::Map(&RefOr(&EXAMPLE))),
        ("requestBodies", Shape::Map(&RefOr(&REQUEST_BODY))),
        ("securitySchemes", Shape::Map(&RefOr(&SECURITY_SCHEME))),
    ],
};

static SECURITY_SCHEME: Object = Object {
    name: "security scheme",
    required: &["type"],
    fields: &[
        (
            "type",
            OneOf(&["apiKey", "http", "oauth2", "openIdConnect"]),
        ),
        ("description", Text),
        ("name", Text),
        ("in", OneOf(&["query", "header", "cookie"])),
        ("scheme", Text),
        ("bearerFormat", Text),
        ("flows", Any),
        ("openIdConnectUrl", Text),
    ],
};

static SCHEMA: Object = Object {
    name: "schema",
    required: &[],
    fields: &[
        ("title", Text),
        ("description", Text),
        (
            "type",
            OneOf(&["string", "number", "integer", "boolean", "array", "object"]),
        ),
        ("format", Text),
        ("enum", List(&Any)),
        ("default", Any),
        ("example", Any),
        ("nullable", Flag),
        ("deprecated", Flag),
        ("readOnly", Flag),
        ("writeOnly", Flag),
        ("multipleOf", Number),
        ("minimum", Number),
        ("maximum", Number),
        ("exclusiveMinimum", Flag),
        ("exclusiveMaximum", Flag),
        ("minLength", Count),
        ("maxLength", Count),
        ("pattern", Text),
        ("minItems", Count),
        ("maxItems", Count),
        ("uniqueItems", Flag),
        ("items", RefOr(&SCHEMA)),
        ("minProperties", Count),
        ("maxProperties", Count),
        ("properties", Shape::Map(&RefOr(&SCHEMA))),
        ("required", List(&Text)),
        ("additionalProperties", FlagOrSchema),
        ("allOf", List(&RefOr(&SCHEMA))),
        ("oneOf", List(&RefOr(&SCHEMA))),
        ("anyOf", List(&RefOr(&SCHEMA))),
        ("not", RefOr(&SCHEMA)),
        ("discriminator", Any),
        ("externalDocs", Shape::Object(&EXTERNAL_DOCS)),
        ("xml", Any),
        ("x-extensible-enum", Flag),
        ("x-private", Flag),
    ],
};

/// Every mistake of a document, in the order of the document.
pub(super) fn check(document: &Document) -> Vec<Problem> {
    let mut check = Check {
        document,
        problems: Vec::new(),
    };
    check.object(&document.value, "", &DOCUMENT);
    if let Some(version) = document.value.get("openapi").and_then(Value::as_str)
        && !version.starts_with("3.0.")
    {
        check.report(
            "/openapi",
            format!("`{version}` is not supported; write 3.0.3"),
        );
    }
    check.problems
}

struct Check<'a> {
    document: &'a Document,
    problems: Vec<Problem>,
}

impl Check<'_> {
    fn report(&mut self, path: &str, reason: impl Into<String>) {
        self.problems.push(self.document.problem(path, reason));
    }

    fn shape(&mut self, value: &Value, path: &str, shape: &'static Shape) {
        let fits = match shape {
            Any => true,
            Text => value.is_string(),
            Flag => value.is_boolean(),
            Number => value.is_number(),
            Count => value.is_u64(),
            OneOf(words) => {
                let known = value.as_str().is_some_and(|word| words.contains(&word));
                if !known {
                    self.report(path, format!("{value} is none of {}", words.join(", ")));
                }
                true
            }
            List(item) => match value {
                Value::Array(values) => {
                    for (index, value) in values.iter().enumerate() {
                        self.shape(value, &join(path, index), item);
                    }
                    true
                }
                _ => false,
            },
            Shape::Map(item) => match value {
                Value::Object(entries) => {
                    for (key, value) in entries {
                        self.shape(value, &join(path, key), item);
                    }
                    true
                }
                _ => false,
            },
            Shape::Object(object) => {
                self.object(value, path, object);
                true
            }
            RefOr(object) => {
                match value.get("$ref") {
                    Some(target) => self.reference(value, target, path, object),
                    None => self.object(value, path, object),
                }
                true
            }
            FlagOrSchema if value.is_boolean() => true,
            FlagOrSchema => {
                static EITHER: Shape = RefOr(&SCHEMA);
                self.shape(value, path, &EITHER);
                true
            }
        };
        if !fits {
            let expected = match shape {
                Text => "a string",
                Flag => "true or false",
                Number => "a number",
                Count => "a whole number from 0",
                List(_) => "a list",
                _ => "a mapping",
            };
            self.report(path, format!("must be {expected}"));
        }
    }

    fn object(&mut self, value: &Value, path: &str, object: &'static Object) {
        let Value::Object(entries) = value else {
            self.report(path, format!("must be a mapping, a {}", object.name));
            return;
        };
        for (key, value) in entries {
            let path = join(path, key);
            match object.fields.iter().find(|(name, _)| name == key) {
                Some((_, shape)) => self.shape(value, &path, shape),
                None if is_extension(key) => {}
                None => self.report(
                    &path,
                    format!(
                        "`{key}` is no key of a {}; known are {}",
                        object.name,
                        object
                            .fields
                            .iter()
                            .map(|(name, _)| *name)
                            .collect::<Vec<_>>()
                            .join(", "),
                    ),
                ),
            }
        }
        for key in object.required {
            if !entries.contains_key(*key) {
                self.report(path, format!("a {} needs `{key}`", object.name));
            }
        }
        if std::ptr::eq(object, &SCHEMA) {
            self.schema(entries, path);
        }
        if std::ptr::eq(object, &PARAMETER) {
            self.parameter(entries, path);
        }
    }

    fn reference(&mut self, value: &Value, target: &Value, path: &str, object: &'static Object) {
        let path = join(path, "$ref");
        let Some(target) = target.as_str() else {
            return self.report(&path, "must be a string");
        };
        if value.as_object().is_some_and(|entries| entries.len() > 1) {
            self.report(&path, "what stands beside a `$ref` is ignored; remove it");
        }
        let Some(section) = section(object) else {
            return self.report(&path, format!("a {} cannot be referred to", object.name));
        };
        if !target
            .strip_prefix("#/components/")
            .is_some_and(|rest| rest.starts_with(&format!("{section}/")))
        {
            return self.report(
                &path,
                format!("`{target}` does not point into `#/components/{section}/`"),
            );
        }
        if self.document.value.pointer(&target[1..]).is_none() {
            self.report(&path, format!("`{target}` does not exist"));
        }
    }

    fn schema(&mut self, schema: &Map<String, Value>, path: &str) {
        let kind = schema.get("type").and_then(Value::as_str);
        if kind == Some("array") && !schema.contains_key("items") {
            self.report(path, "an array needs `items`");
        }
        if let Some(required) = schema.get("required").and_then(Value::as_array) {
            let properties = schema.get("properties").and_then(Value::as_object);
            for (index, name) in required.iter().enumerate() {
                let name = name.as_str().unwrap_or_default();
                if properties.is_none_or(|properties| !properties.contains_key(name)) {
                    let path = join(&join(path, "required"), index);
                    self.report(&path, format!("`{name}` is not among the properties"));
                }
            }
        }
        if schema.get("x-extensible-enum") == Some(&Value::Bool(true)) {
            let named = path
                .strip_prefix("/components/schemas/")
                .is_some_and(|name| !name.contains('/'));
            let strings = schema
                .get("enum")
                .and_then(Value::as_array)
                .is_some_and(|values| !values.is_empty() && values.iter().all(Value::is_string));
            if !named || kind != Some("string") || !strings {
                let path = join(path, "x-extensible-enum");
                self.report(
                    &path,
                    "an open enum must be a schema of its own under `components.schemas`, \
                     of type string, with the known values in `enum`",
                );
            }
        }
    }

    fn parameter(&mut self, parameter: &Map<String, Value>, path: &str) {
        if parameter.contains_key("schema") == parameter.contains_key("content") {
            self.report(path, "a parameter needs either `schema` or `content`");
        }
        if parameter.get("in") == Some(&"path".into())
            && parameter.get("required") != Some(&true.into())
        {
            self.report(path, "a path parameter needs `required: true`");
        }
    }
}

fn is_extension(key: &str) -> bool {
    key.starts_with("x-")
}

/// The part of `components` that holds an object's kind.
fn section(object: &'static Object) -> Option<&'static str> {
    COMPONENTS
        .fields
        .iter()
        .find_map(|(name, shape)| match shape {
            Shape::Map(RefOr(kind)) if std::ptr::eq(*kind, object) => Some(*name),
            _ => None,
        })
}
