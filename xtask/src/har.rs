//! HAR files: what a browser or a proxy recorded.

use base64::Engine;
use ofauth_contract::Operation;
use serde::Deserialize;

use crate::shape::Shape;

#[derive(Deserialize)]
struct Har {
    log: Log,
}

#[derive(Deserialize)]
struct Log {
    entries: Vec<Entry>,
}

/// A request, and its response.
#[derive(Deserialize)]
pub(crate) struct Entry {
    request: Request,
    response: Response,
}

#[derive(Deserialize)]
struct Request {
    method: String,
    url: String,
}

#[derive(Deserialize)]
struct Response {
    status: u16,
    #[serde(default)]
    content: Content,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct Content {
    #[serde(default)]
    mime_type: String,
    text: Option<String>,
    encoding: Option<String>,
}

/// Whether a file is a HAR file, whole or cut off: no response of the API has a `log`.
pub(crate) fn is_har(bytes: &[u8]) -> bool {
    let start = &bytes[..bytes.len().min(200)];
    let text: String = String::from_utf8_lossy(start).split_whitespace().collect();
    let mut bodies = serde_json::Deserializer::from_slice(bytes).into_iter::<Shape>();
    text.starts_with("{\"log\":{")
        || matches!(bodies.next(), Some(Ok(Shape::Object(fields))) if fields.contains("log"))
}

/// The entries of a HAR file.
pub(crate) fn entries(bytes: &[u8]) -> Result<Vec<Entry>, String> {
    let har: Har = serde_json::from_slice(bytes).map_err(|error| {
        // The error's own words could quote a value.
        let (line, column) = (error.line(), error.column());
        format!("this is no HAR file from line {line}, column {column} on")
    })?;
    Ok(har.log.entries)
}

impl Entry {
    /// Whether the request is one of an operation.
    pub(crate) fn is_of(&self, operation: &Operation) -> bool {
        let url = &self.request.url;
        let path = url.split_once("://").map_or("", |(_, rest)| rest);
        let path = path.split(['?', '#']).next().unwrap_or_default();
        operation.method.eq_ignore_ascii_case(&self.request.method)
            && leads_to(path, &operation.path)
    }

    pub(crate) fn status(&self) -> u16 {
        self.response.status
    }

    /// The body of the response, where it is JSON by what the entry says of it.
    pub(crate) fn json(self) -> Option<Result<Vec<u8>, String>> {
        let content = self.response.content;
        if !content.mime_type.is_empty() && !content.mime_type.contains("json") {
            return None;
        }
        let text = content.text.filter(|text| !text.is_empty())?;
        Some(match content.encoding.as_deref() {
            Some("base64") => base64::engine::general_purpose::STANDARD
                .decode(text)
                .map_err(|_| "its content is no base64".to_owned()),
            _ => Ok(text.into_bytes()),
        })
    }
}

/// Whether a URL's host and path end with a path of the spec.
fn leads_to(path: &str, template: &str) -> bool {
    let mut parts = path.trim_end_matches('/').rsplit('/');
    let mut wanted = template
        .trim_end_matches('/')
        .rsplit('/')
        .filter(|part| !part.is_empty());
    wanted.all(|wanted| {
        let part = parts.next();
        part.is_some_and(|part| wanted.starts_with('{') || part == wanted)
    })
}
