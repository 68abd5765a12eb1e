//! HAR files, as recorded by browsers and proxies.

use base64::Engine;
use ofauth_contract::Operation;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::outline::Outline;

#[derive(Deserialize)]
struct Har<'a> {
    #[serde(borrow)]
    log: Log<'a>,
}

#[derive(Deserialize)]
struct Log<'a> {
    #[serde(borrow)]
    entries: Vec<&'a RawValue>,
}

/// A request and its response.
#[derive(Deserialize)]
pub(crate) struct HarEntry {
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
    /// 0 or negative if no response was received.
    status: i64,
    content: Option<Content>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Content {
    mime_type: Option<String>,
    text: Option<String>,
    encoding: Option<String>,
}

/// Whether a capture is a HAR file, even a truncated one. No response of the API has a `log`.
pub(crate) fn is_har(bytes: &[u8]) -> bool {
    let start = &bytes[..bytes.len().min(200)];
    let text: String = String::from_utf8_lossy(start).split_whitespace().collect();
    let mut bodies = serde_json::Deserializer::from_slice(bytes).into_iter::<Outline>();
    text.starts_with("{\"log\":{")
        || matches!(bodies.next(), Some(Ok(Outline::Object(fields))) if fields.contains("log"))
}

/// Parses the entries of a HAR file. A malformed entry doesn't affect the others.
pub(crate) fn entries(bytes: &[u8]) -> Result<Vec<Result<HarEntry, String>>, String> {
    let har: Har<'_> = serde_json::from_slice(bytes).map_err(|error| {
        // The message of `serde_json` could quote a value.
        let (line, column) = (error.line(), error.column());
        format!("invalid HAR file at line {line}, column {column}")
    })?;
    let entry = |entry: &RawValue| {
        serde_json::from_str(entry.get())
            .map_err(|_| "its `request` or `response` is missing or malformed".to_owned())
    };
    Ok(har.log.entries.into_iter().map(entry).collect())
}

impl HarEntry {
    /// Whether the request calls an operation.
    pub(crate) fn calls(&self, operation: &Operation) -> bool {
        let url = &self.request.url;
        let path = url.split_once("://").map_or("", |(_, rest)| rest);
        let path = path.split(['?', '#']).next().unwrap_or_default();
        operation.method.eq_ignore_ascii_case(&self.request.method)
            && matches_path(path, &operation.path)
    }

    /// The status that the server sent with the body. `None` below 200, and for 304, because
    /// its body is from a cache.
    pub(crate) fn status(&self) -> Option<u16> {
        let status = u16::try_from(self.response.status).ok();
        status.filter(|status| *status >= 200 && *status != 304)
    }

    /// The media type of the response, in lower case and without parameters; JSON if it is missing.
    pub(crate) fn media(&self) -> String {
        let media = self.response.content.as_ref().and_then(|content| content.mime_type.as_deref());
        let media = media.unwrap_or_default().split(';').next().unwrap_or_default().trim();
        if media.is_empty() { "application/json".to_owned() } else { media.to_ascii_lowercase() }
    }

    /// The body of the response.
    pub(crate) fn body(self) -> Result<Vec<u8>, String> {
        let content = self.response.content;
        let (text, encoding) = content.map_or((None, None), |one| (one.text, one.encoding));
        let text = text.ok_or("its body was not recorded")?;
        let bytes = match encoding.as_deref() {
            Some("base64") => {
                let text: String = text.split_ascii_whitespace().collect();
                let engine = base64::engine::general_purpose::STANDARD;
                engine.decode(text).map_err(|_| "its content isn't valid base64")?
            }
            _ => text.into_bytes(),
        };
        match bytes.trim_ascii().is_empty() {
            true => Err("its body is empty, or was not recorded".to_owned()),
            false => Ok(bytes),
        }
    }
}

/// Whether a URL's host and path end with a path of the spec.
fn matches_path(path: &str, template: &str) -> bool {
    let mut parts = path.trim_end_matches('/').rsplit('/');
    let mut wanted = template.trim_end_matches('/').rsplit('/').filter(|part| !part.is_empty());
    wanted.all(|wanted| {
        let part = parts.next();
        part.is_some_and(|part| wanted.starts_with('{') || part == wanted)
    })
}
