//! Server URLs with their variables filled in.

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;

use super::reference::Part;
use crate::mistake::Mistake;

/// The maximum number of URLs of a server, more than a real server has.
const URLS: usize = 100;
/// The maximum length of a URL in bytes, more than a real URL has.
const URL: usize = 8_192;

/// Splits a URL into the part before its path, and the path.
pub(super) fn split(url: &str) -> (&str, &str) {
    let host = url.find("://").map_or(0, |index| index + "://".len());
    let path = url[host..].find('/').map_or(url.len(), |index| host + index);
    url.split_at(path)
}

/// The URL of a server, with the default of each variable.
pub(super) fn default_url(server: &Value) -> String {
    let mut url = String::new();
    let mut rest = server["url"].as_str().unwrap_or_default();
    while let Some((before, name, after)) = next_variable(rest) {
        url.push_str(before);
        url.push_str(server["variables"][name]["default"].as_str().unwrap_or_default());
        rest = after;
    }
    url.push_str(rest);
    url.truncate(url.trim_end_matches('/').len());
    url
}

/// Splits a URL at its first variable: what is before it, its name, and what is after it.
fn next_variable(url: &str) -> Option<(&str, &str, &str)> {
    let (before, after) = url.split_once('{')?;
    let (name, after) = after.split_once('}')?;
    Some((before, name, after))
}

/// Returns the URLs that a server's `url` stands for, the default first: one for each value that
/// its variables list. A variable without a list stands for any value, written as `*`.
pub(super) fn base_urls(server: &Part<'_>) -> Result<Vec<String>, Mistake> {
    let url = server.text("url")?.unwrap_or_default();
    let url = match url.trim_end_matches('/') {
        "" => "/",
        url => url,
    };
    let mut variables = BTreeMap::new();
    for (name, variable) in server.entries("variables")? {
        let mut values: Vec<&str> = variable.text("default")?.into_iter().collect();
        for value in variable.list("enum")? {
            let text = value.value.as_str();
            values.push(text.ok_or_else(|| value.mistake("must be a string"))?);
        }
        let mut known = HashSet::new();
        values.retain(|value| known.insert(*value));
        let any = variable.get("enum").is_none();
        variables.insert(name.as_str(), if any { vec!["*"] } else { values });
    }
    let mut urls = vec![String::new()];
    let mut rest = url;
    // From left to right, because values aren't searched for variables.
    while let Some((before, name, after)) = next_variable(rest) {
        let own = [format!("{{{name}}}")];
        let own: Vec<&str> = own.iter().map(String::as_str).collect();
        let values = variables.get(name).unwrap_or(&own);
        let longer = urls
            .iter()
            .flat_map(|url| values.iter().map(move |value| format!("{url}{before}{value}")));
        urls = longer.take(URLS).collect();
        rest = after;
        if urls.iter().any(|url| url.len() > URL) {
            return Err(server.mistake(format!("the URL is longer than {URL} bytes")));
        }
    }
    Ok(urls.into_iter().map(|url| normalised(url + rest)).collect())
}

/// Returns a URL with its scheme and host in lower case, and without the scheme's own port.
fn normalised(url: String) -> String {
    let (origin, path) = split(&url);
    let origin = origin.to_ascii_lowercase();
    let port = match origin.split_once("://") {
        Some(("https", _)) => ":443",
        Some(("http", _)) => ":80",
        _ => "",
    };
    format!("{}{path}", origin.strip_suffix(port).unwrap_or(&origin))
}
