//! The grammar of an OpenAPI 3.0 document, as a table: which keys each object may have.
//!
//! It follows the OpenAPI Specification 3.0.3, section 4.7 ("Schema"), and covers the parts
//! that a client needs, plus our own extensions.

use super::spelling::nearest;
use ValueKind::{Any, Count, Flag, FlagOrSchema, List, Number, OneOf, RefOr, Text};

/// The kind of value that a key may have.
pub(super) enum ValueKind {
    Any,
    Text,
    Flag,
    Number,
    Count,
    OneOf(&'static [&'static str]),
    List(&'static ValueKind),
    /// A mapping whose keys the author chooses.
    Map(&'static ValueKind),
    Object(&'static Object),
    /// An object, or a `$ref` to one.
    RefOr(&'static Object),
    FlagOrSchema,
}

/// How a parameter may be serialised.
const STYLE: ValueKind =
    OneOf(&["form", "simple", "label", "matrix", "spaceDelimited", "pipeDelimited", "deepObject"]);

pub(super) struct Object {
    /// Its name in messages, with an article.
    pub(super) name: &'static str,
    pub(super) required: &'static [&'static str],
    pub(super) fields: &'static [(&'static str, ValueKind)],
}

impl Object {
    /// Suggests the key that was probably meant, or lists all known keys.
    pub(super) fn hint(&self, key: &str) -> String {
        let names = || self.fields.iter().map(|(name, _)| *name);
        match nearest(key, names()) {
            Some(name) => format!("did you mean `{name}`?"),
            None => format!("known keys: {}", names().collect::<Vec<_>>().join(", ")),
        }
    }
}

pub(super) static DOCUMENT: Object = Object {
    name: "a document",
    required: &["openapi", "info", "paths"],
    fields: &[
        ("openapi", Text),
        ("info", ValueKind::Object(&INFO)),
        ("servers", List(&ValueKind::Object(&SERVER))),
        ("tags", List(&ValueKind::Object(&TAG))),
        ("security", List(&ValueKind::Map(&List(&Text)))),
        ("paths", ValueKind::Map(&ValueKind::Object(&PATH_ITEM))),
        ("components", ValueKind::Object(&COMPONENTS)),
        ("externalDocs", ValueKind::Object(&EXTERNAL_DOCS)),
    ],
};

pub(super) static INFO: Object = Object {
    name: "the info object",
    required: &["title", "version"],
    fields: &[
        ("title", Text),
        ("version", Text),
        ("description", Text),
        ("termsOfService", Text),
        ("contact", ValueKind::Object(&CONTACT)),
        ("license", ValueKind::Object(&LICENSE)),
    ],
};

pub(super) static CONTACT: Object = Object {
    name: "a contact",
    required: &[],
    fields: &[("name", Text), ("url", Text), ("email", Text)],
};

pub(super) static LICENSE: Object =
    Object { name: "a license", required: &["name"], fields: &[("name", Text), ("url", Text)] };

pub(super) static EXTERNAL_DOCS: Object = Object {
    name: "external documentation",
    required: &["url"],
    fields: &[("url", Text), ("description", Text)],
};

pub(super) static SERVER: Object = Object {
    name: "a server",
    required: &["url"],
    fields: &[
        ("url", Text),
        ("description", Text),
        ("variables", ValueKind::Map(&ValueKind::Object(&SERVER_VARIABLE))),
    ],
};

pub(super) static SERVER_VARIABLE: Object = Object {
    name: "a server variable",
    required: &["default"],
    fields: &[("enum", List(&Text)), ("default", Text), ("description", Text)],
};

pub(super) static TAG: Object = Object {
    name: "a tag",
    required: &["name"],
    fields: &[
        ("name", Text),
        ("description", Text),
        ("externalDocs", ValueKind::Object(&EXTERNAL_DOCS)),
    ],
};

pub(super) static PATH_ITEM: Object = Object {
    name: "a path item",
    required: &[],
    fields: &[
        ("summary", Text),
        ("description", Text),
        ("servers", List(&ValueKind::Object(&SERVER))),
        ("parameters", List(&RefOr(&PARAMETER))),
        ("get", ValueKind::Object(&OPERATION)),
        ("put", ValueKind::Object(&OPERATION)),
        ("post", ValueKind::Object(&OPERATION)),
        ("delete", ValueKind::Object(&OPERATION)),
        ("options", ValueKind::Object(&OPERATION)),
        ("head", ValueKind::Object(&OPERATION)),
        ("patch", ValueKind::Object(&OPERATION)),
        ("trace", ValueKind::Object(&OPERATION)),
    ],
};

pub(super) static OPERATION: Object = Object {
    name: "an operation",
    required: &["operationId", "responses"],
    fields: &[
        ("operationId", Text),
        ("tags", List(&Text)),
        ("summary", Text),
        ("description", Text),
        ("externalDocs", ValueKind::Object(&EXTERNAL_DOCS)),
        ("parameters", List(&RefOr(&PARAMETER))),
        ("requestBody", RefOr(&REQUEST_BODY)),
        ("responses", ValueKind::Map(&RefOr(&RESPONSE))),
        ("deprecated", Flag),
        ("security", List(&ValueKind::Map(&List(&Text)))),
        ("servers", List(&ValueKind::Object(&SERVER))),
    ],
};

pub(super) static PARAMETER: Object = Object {
    name: "a parameter",
    required: &["name", "in"],
    fields: &[
        ("name", Text),
        ("in", OneOf(&["query", "header", "path", "cookie"])),
        ("description", Text),
        ("required", Flag),
        ("deprecated", Flag),
        ("allowEmptyValue", Flag),
        ("allowReserved", Flag),
        ("style", STYLE),
        ("explode", Flag),
        ("schema", RefOr(&SCHEMA)),
        ("content", ValueKind::Map(&ValueKind::Object(&MEDIA_TYPE))),
        ("example", Any),
        ("examples", ValueKind::Map(&RefOr(&EXAMPLE))),
    ],
};

pub(super) static REQUEST_BODY: Object = Object {
    name: "a request body",
    required: &["content"],
    fields: &[
        ("description", Text),
        ("required", Flag),
        ("content", ValueKind::Map(&ValueKind::Object(&MEDIA_TYPE))),
    ],
};

pub(super) static RESPONSE: Object = Object {
    name: "a response",
    required: &["description"],
    fields: &[
        ("description", Text),
        ("headers", ValueKind::Map(&RefOr(&HEADER))),
        ("content", ValueKind::Map(&ValueKind::Object(&MEDIA_TYPE))),
        ("links", ValueKind::Map(&RefOr(&LINK))),
    ],
};

pub(super) static LINK: Object = Object {
    name: "a link",
    required: &[],
    fields: &[
        ("operationRef", Text),
        ("operationId", Text),
        ("parameters", ValueKind::Map(&Any)),
        ("requestBody", Any),
        ("description", Text),
        ("server", ValueKind::Object(&SERVER)),
    ],
};

pub(super) static HEADER: Object = Object {
    name: "a header",
    required: &[],
    fields: &[
        ("description", Text),
        ("required", Flag),
        ("deprecated", Flag),
        ("style", OneOf(&["simple"])),
        ("explode", Flag),
        ("schema", RefOr(&SCHEMA)),
        ("content", ValueKind::Map(&ValueKind::Object(&MEDIA_TYPE))),
        ("example", Any),
        ("examples", ValueKind::Map(&RefOr(&EXAMPLE))),
    ],
};

pub(super) static MEDIA_TYPE: Object = Object {
    name: "a media type",
    required: &[],
    fields: &[
        ("schema", RefOr(&SCHEMA)),
        ("example", Any),
        ("examples", ValueKind::Map(&RefOr(&EXAMPLE))),
        ("encoding", ValueKind::Map(&ValueKind::Object(&ENCODING))),
    ],
};

pub(super) static ENCODING: Object = Object {
    name: "an encoding",
    required: &[],
    fields: &[
        ("contentType", Text),
        ("headers", ValueKind::Map(&RefOr(&HEADER))),
        ("style", STYLE),
        ("explode", Flag),
        ("allowReserved", Flag),
    ],
};

pub(super) static EXAMPLE: Object = Object {
    name: "an example",
    required: &[],
    fields: &[("summary", Text), ("description", Text), ("value", Any), ("externalValue", Text)],
};

pub(super) static COMPONENTS: Object = Object {
    name: "the components",
    required: &[],
    fields: &[
        ("schemas", ValueKind::Map(&RefOr(&SCHEMA))),
        ("responses", ValueKind::Map(&RefOr(&RESPONSE))),
        ("parameters", ValueKind::Map(&RefOr(&PARAMETER))),
        ("headers", ValueKind::Map(&RefOr(&HEADER))),
        ("examples", ValueKind::Map(&RefOr(&EXAMPLE))),
        ("requestBodies", ValueKind::Map(&RefOr(&REQUEST_BODY))),
        ("securitySchemes", ValueKind::Map(&RefOr(&SECURITY_SCHEME))),
        ("links", ValueKind::Map(&RefOr(&LINK))),
    ],
};

pub(super) static SECURITY_SCHEME: Object = Object {
    name: "a security scheme",
    required: &["type"],
    fields: &[
        ("type", OneOf(&["apiKey", "http", "oauth2", "openIdConnect"])),
        ("description", Text),
        ("name", Text),
        ("in", OneOf(&["query", "header", "cookie"])),
        ("scheme", Text),
        ("bearerFormat", Text),
        ("flows", ValueKind::Object(&FLOWS)),
        ("openIdConnectUrl", Text),
    ],
};

pub(super) static FLOWS: Object = Object {
    name: "the OAuth flows",
    required: &[],
    fields: &[
        ("implicit", ValueKind::Object(&FLOW)),
        ("password", ValueKind::Object(&FLOW)),
        ("clientCredentials", ValueKind::Object(&FLOW)),
        ("authorizationCode", ValueKind::Object(&FLOW)),
    ],
};

pub(super) static FLOW: Object = Object {
    name: "an OAuth flow",
    required: &["scopes"],
    fields: &[
        ("authorizationUrl", Text),
        ("tokenUrl", Text),
        ("refreshUrl", Text),
        ("scopes", ValueKind::Map(&Text)),
    ],
};

pub(super) static SCHEMA: Object = Object {
    name: "a schema",
    required: &[],
    fields: &[
        ("title", Text),
        ("description", Text),
        ("type", OneOf(&["string", "number", "integer", "boolean", "array", "object"])),
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
        ("properties", ValueKind::Map(&RefOr(&SCHEMA))),
        ("required", List(&Text)),
        ("additionalProperties", FlagOrSchema),
        ("allOf", List(&RefOr(&SCHEMA))),
        ("oneOf", List(&RefOr(&SCHEMA))),
        ("anyOf", List(&RefOr(&SCHEMA))),
        ("not", RefOr(&SCHEMA)),
        ("discriminator", ValueKind::Object(&DISCRIMINATOR)),
        ("externalDocs", ValueKind::Object(&EXTERNAL_DOCS)),
        ("xml", ValueKind::Object(&XML)),
        ("x-extensible-enum", Flag),
        ("x-private", Flag),
    ],
};

pub(super) static DISCRIMINATOR: Object = Object {
    name: "a discriminator",
    required: &["propertyName"],
    fields: &[("propertyName", Text), ("mapping", ValueKind::Map(&Text))],
};

pub(super) static XML: Object = Object {
    name: "an XML object",
    required: &[],
    fields: &[
        ("name", Text),
        ("namespace", Text),
        ("prefix", Text),
        ("attribute", Flag),
        ("wrapped", Flag),
    ],
};
