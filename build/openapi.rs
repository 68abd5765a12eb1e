//! What an OpenAPI 3.0 document may say, as a table.
//!
//! It follows the OpenAPI Specification 3.0.3, section 4.7 ("Schema"), with the parts
//! that a client has a use for, and our own extensions.

use super::spelling::nearest;
use Shape::{Any, Count, Flag, FlagOrSchema, List, Number, OneOf, RefOr, Text};

/// What may stand at a place of a document.
pub(super) enum Shape {
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

/// How a parameter may be written.
const STYLE: Shape = OneOf(&[
    "form",
    "simple",
    "label",
    "matrix",
    "spaceDelimited",
    "pipeDelimited",
    "deepObject",
]);

pub(super) struct Object {
    /// What it is called in messages, with its article.
    pub(super) name: &'static str,
    pub(super) required: &'static [&'static str],
    pub(super) fields: &'static [(&'static str, Shape)],
}

impl Object {
    /// The key that was probably meant, or else all that are known.
    pub(super) fn hint(&self, key: &str) -> String {
        let names = || self.fields.iter().map(|(name, _)| *name);
        match nearest(key, names()) {
            Some(name) => format!("did you mean `{name}`?"),
            None => format!("known are {}", names().collect::<Vec<_>>().join(", ")),
        }
    }
}

pub(super) static DOCUMENT: Object = Object {
    name: "a document",
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

pub(super) static INFO: Object = Object {
    name: "the info",
    required: &["title", "version"],
    fields: &[
        ("title", Text),
        ("version", Text),
        ("description", Text),
        ("termsOfService", Text),
        ("contact", Shape::Object(&CONTACT)),
        ("license", Shape::Object(&LICENSE)),
    ],
};

pub(super) static CONTACT: Object = Object {
    name: "a contact",
    required: &[],
    fields: &[("name", Text), ("url", Text), ("email", Text)],
};

pub(super) static LICENSE: Object = Object {
    name: "a license",
    required: &["name"],
    fields: &[("name", Text), ("url", Text)],
};

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
        ("variables", Shape::Map(&Shape::Object(&SERVER_VARIABLE))),
    ],
};

pub(super) static SERVER_VARIABLE: Object = Object {
    name: "a server variable",
    required: &["default"],
    fields: &[
        ("enum", List(&Text)),
        ("default", Text),
        ("description", Text),
    ],
};

pub(super) static TAG: Object = Object {
    name: "a tag",
    required: &["name"],
    fields: &[
        ("name", Text),
        ("description", Text),
        ("externalDocs", Shape::Object(&EXTERNAL_DOCS)),
    ],
};

pub(super) static PATH_ITEM: Object = Object {
    name: "a path item",
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

pub(super) static OPERATION: Object = Object {
    name: "an operation",
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
        ("content", Shape::Map(&Shape::Object(&MEDIA_TYPE))),
        ("example", Any),
        ("examples", Shape::Map(&RefOr(&EXAMPLE))),
    ],
};

pub(super) static REQUEST_BODY: Object = Object {
    name: "a request body",
    required: &["content"],
    fields: &[
        ("description", Text),
        ("required", Flag),
        ("content", Shape::Map(&Shape::Object(&MEDIA_TYPE))),
    ],
};

pub(super) static RESPONSE: Object = Object {
    name: "a response",
    required: &["description"],
    fields: &[
        ("description", Text),
        ("headers", Shape::Map(&RefOr(&HEADER))),
        ("content", Shape::Map(&Shape::Object(&MEDIA_TYPE))),
        ("links", Shape::Map(&RefOr(&LINK))),
    ],
};

pub(super) static LINK: Object = Object {
    name: "a link",
    required: &[],
    fields: &[
        ("operationRef", Text),
        ("operationId", Text),
        ("parameters", Shape::Map(&Any)),
        ("requestBody", Any),
        ("description", Text),
        ("server", Shape::Object(&SERVER)),
    ],
};

pub(super) static HEADER: Object = Object {
    name: "a header",
    required: &[],
    fields: &[
        ("description", Text),
        ("required", Flag),
        ("deprecated", Flag),
        ("style", STYLE),
        ("explode", Flag),
        ("schema", RefOr(&SCHEMA)),
        ("content", Shape::Map(&Shape::Object(&MEDIA_TYPE))),
        ("example", Any),
        ("examples", Shape::Map(&RefOr(&EXAMPLE))),
    ],
};

pub(super) static MEDIA_TYPE: Object = Object {
    name: "a media type",
    required: &[],
    fields: &[
        ("schema", RefOr(&SCHEMA)),
        ("example", Any),
        ("examples", Shape::Map(&RefOr(&EXAMPLE))),
        ("encoding", Shape::Map(&Shape::Object(&ENCODING))),
    ],
};

pub(super) static ENCODING: Object = Object {
    name: "an encoding",
    required: &[],
    fields: &[
        ("contentType", Text),
        ("headers", Shape::Map(&RefOr(&HEADER))),
        ("style", STYLE),
        ("explode", Flag),
        ("allowReserved", Flag),
    ],
};

pub(super) static EXAMPLE: Object = Object {
    name: "an example",
    required: &[],
    fields: &[
        ("summary", Text),
        ("description", Text),
        ("value", Any),
        ("externalValue", Text),
    ],
};

pub(super) static COMPONENTS: Object = Object {
    name: "the components",
    required: &[],
    fields: &[
        ("schemas", Shape::Map(&RefOr(&SCHEMA))),
        ("responses", Shape::Map(&RefOr(&RESPONSE))),
        ("parameters", Shape::Map(&RefOr(&PARAMETER))),
        ("headers", Shape::Map(&RefOr(&HEADER))),
        ("examples", Shape::Map(&RefOr(&EXAMPLE))),
        ("requestBodies", Shape::Map(&RefOr(&REQUEST_BODY))),
        ("securitySchemes", Shape::Map(&RefOr(&SECURITY_SCHEME))),
        ("links", Shape::Map(&RefOr(&LINK))),
    ],
};

pub(super) static SECURITY_SCHEME: Object = Object {
    name: "a security scheme",
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
        ("flows", Shape::Object(&FLOWS)),
        ("openIdConnectUrl", Text),
    ],
};

pub(super) static FLOWS: Object = Object {
    name: "the flows of OAuth",
    required: &[],
    fields: &[
        ("implicit", Shape::Object(&FLOW)),
        ("password", Shape::Object(&FLOW)),
        ("clientCredentials", Shape::Object(&FLOW)),
        ("authorizationCode", Shape::Object(&FLOW)),
    ],
};

pub(super) static FLOW: Object = Object {
    name: "a flow of OAuth",
    required: &["scopes"],
    fields: &[
        ("authorizationUrl", Text),
        ("tokenUrl", Text),
        ("refreshUrl", Text),
        ("scopes", Shape::Map(&Text)),
    ],
};

pub(super) static SCHEMA: Object = Object {
    name: "a schema",
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
        ("discriminator", Shape::Object(&DISCRIMINATOR)),
        ("externalDocs", Shape::Object(&EXTERNAL_DOCS)),
        ("xml", Shape::Object(&XML)),
        ("x-extensible-enum", Flag),
        ("x-private", Flag),
    ],
};

pub(super) static DISCRIMINATOR: Object = Object {
    name: "a discriminator",
    required: &["propertyName"],
    fields: &[("propertyName", Text), ("mapping", Shape::Map(&Text))],
};

pub(super) static XML: Object = Object {
    name: "a schema's XML",
    required: &[],
    fields: &[
        ("name", Text),
        ("namespace", Text),
        ("prefix", Text),
        ("attribute", Flag),
        ("wrapped", Flag),
    ],
};
