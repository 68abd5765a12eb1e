//! Operations and their parts: parameters, bodies, responses and headers.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::row::RowId;

/// An operation: a method on a path.
#[derive(Debug, Clone)]
pub struct Operation {
    /// The method, in upper case.
    pub method: String,
    /// The path, with its parameters in braces.
    pub path: String,
    /// The `operationId`.
    pub id: Option<String>,
    /// The tags.
    pub tags: BTreeSet<String>,
    /// Whether it is deprecated.
    pub deprecated: bool,
    /// The sets of credentials, any one of which is sufficient.
    pub security: BTreeSet<BTreeSet<String>>,
    /// The base URLs; the first is the default.
    pub servers: Vec<String>,
    /// The parameters, in the order of the document.
    pub parameters: Vec<Parameter>,
    /// The body of the request.
    pub body: Option<Body>,
    /// The responses by status, status range (`2XX`) or `default`.
    pub responses: BTreeMap<String, Response>,
    /// The callbacks, which are not interpreted.
    pub callbacks: BTreeMap<String, Value>,
}

impl Operation {
    /// Returns the method and path: `GET /v2/access/chats`.
    pub fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// Returns the response for a status, or else the range or the `default` that covers it.
    pub fn response(&self, status: u16) -> Option<&Response> {
        let range = format!("{}XX", status / 100);
        [status.to_string(), range, "default".to_owned()]
            .iter()
            .find_map(|status| self.responses.get(status))
    }

    /// Returns the first success response, and its status.
    pub fn success(&self) -> Option<(&str, &Response)> {
        self.responses
            .iter()
            .find(|(status, _)| status.starts_with('2'))
            .map(|(status, response)| (status.as_str(), response))
    }

    /// Returns the path without the names of its parameters, which aren't part of a request.
    pub(crate) fn template(&self) -> String {
        let mut parts = self.path.split('{');
        let mut template = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            template.push_str("{}");
            template.push_str(part.split_once('}').map_or("", |(_, rest)| rest));
        }
        template
    }
}

/// A parameter of an operation.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// Its location: `query`, `header`, `path` or `cookie`.
    pub location: String,
    /// Its name.
    pub name: String,
    /// Whether it must be sent.
    pub required: bool,
    /// Whether it is deprecated.
    pub deprecated: bool,
    /// Whether its name may be sent without a value.
    pub empty: bool,
    /// How its value is serialised: the style, or the media type.
    pub style: String,
    /// Whether each part of its value is serialised separately; `None` if it has no parts.
    pub exploded: Option<bool>,
    /// The row of its value.
    pub row: RowId,
}

impl Parameter {
    /// Returns the name for comparisons: header names are case-insensitive.
    pub(crate) fn key(&self) -> String {
        if self.location == "header" { self.name.to_ascii_lowercase() } else { self.name.clone() }
    }
}

/// The body of a request.
#[derive(Debug, Clone)]
pub struct Body {
    /// Whether it must be sent.
    pub required: bool,
    /// The value, by media type.
    pub contents: BTreeMap<String, RowId>,
    /// How the parts of a form are encoded, by media type.
    pub encodings: BTreeMap<String, Value>,
}

/// A response.
#[derive(Debug, Clone)]
pub struct Response {
    /// The headers, by their name in lower case.
    pub headers: BTreeMap<String, Header>,
    /// The value, by media type.
    pub contents: BTreeMap<String, RowId>,
}

impl Response {
    /// Returns the row of the JSON body.
    pub fn json(&self) -> Option<RowId> {
        let is_json = |media: &str| {
            let media = media.split(';').next().unwrap_or_default();
            media == "application/json" || media.ends_with("+json")
        };
        self.contents.iter().find_map(|(media, row)| is_json(media).then_some(*row))
    }
}

/// A header of a response.
#[derive(Debug, Clone)]
pub struct Header {
    /// Its name, as written in the document.
    pub name: String,
    /// Whether it is always present.
    pub required: bool,
    /// Whether it is deprecated.
    pub deprecated: bool,
    /// The row of its value.
    pub row: RowId,
}
