//! Paths of a document that stand partly in the URLs of its servers.

use serde_json::{Value, json};

use crate::generator::document::join;

/// An operation that was written anew at its whole path.
pub(crate) struct Moved {
    new: String,
    old: String,
}

impl Moved {
    /// A JSON pointer into the document as it was read.
    pub(crate) fn original(&self, pointer: &str) -> Option<String> {
        let below = pointer.strip_prefix(&self.new)?;
        if !below.is_empty() && !below.starts_with('/') {
            return None;
        }
        Some(format!("{}{below}", self.old))
    }
}

/// Writes operations with what their servers' URLs end with in front of their paths:
/// `/chats` at `https://host/v2/access` is `/v2/access/chats` at `https://host`. Just
/// those whose whole path is `wanted`; what was there stays.
pub(crate) fn rebase(document: &mut Value, wanted: impl Fn(&str, &str) -> bool) -> Vec<Moved> {
    let mut moved = Vec::new();
    for (path, method, whole, urls) in found(document, wanted) {
        let mut item = document["paths"][&path].clone();
        if let Some(operation) = item[&method].as_object_mut() {
            operation.insert("servers".to_owned(), urls);
        }
        let target = &mut document["paths"][&whole];
        match target.is_null() {
            true => *target = item,
            false => target[&method] = item[&method].take(),
        }
        moved.push(Moved {
            new: join("/paths", &whole),
            old: join("/paths", &path),
        });
    }
    moved
}

/// The operations that are wanted at another path: path, method, whole path and servers.
fn found(
    document: &Value,
    wanted: impl Fn(&str, &str) -> bool,
) -> Vec<(String, String, String, Value)> {
    let mut found = Vec::new();
    let paths = || document["paths"].as_object().into_iter().flatten();
    for (path, item) in paths() {
        for (method, operation) in item.as_object().into_iter().flatten() {
            let lists = [operation, item, document].map(|holder| holder["servers"].as_array());
            let list = lists.into_iter().flatten().find(|list| !list.is_empty());
            let servers: Vec<(String, String)> =
                list.into_iter().flatten().filter_map(split).collect();
            let whole = servers.iter().find_map(|(_, base)| {
                let whole = format!("{base}{path}");
                let new = document["paths"].get(&whole).is_none();
                (new && wanted(&method.to_uppercase(), &whole)).then_some((base, whole))
            });
            let Some((base, whole)) = whole else {
                continue;
            };
            // A server with another path is another place.
            let url = |(origin, other): &(String, String)| match other == base {
                true => json!({ "url": origin }),
                false => json!({ "url": format!("{origin}{other}") }),
            };
            let urls = servers.iter().map(url).collect();
            found.push((path.clone(), method.clone(), whole, urls));
        }
    }
    found
}

/// A server's URL up to its path, and the path; its variables have their defaults.
fn split(server: &Value) -> Option<(String, String)> {
    let mut rest = server["url"].as_str()?;
    let mut url = String::new();
    while let Some((before, name, after)) = rest.split_once('{').and_then(|(before, after)| {
        let (name, after) = after.split_once('}')?;
        Some((before, name, after))
    }) {
        let default = server["variables"][name]["default"].as_str();
        url.push_str(before);
        url.push_str(default.unwrap_or_default());
        rest = after;
    }
    url.push_str(rest);
    let url = url.trim_end_matches('/');
    let host = url.find("://").map_or(0, |index| index + "://".len());
    let path = url[host..]
        .find('/')
        .map_or(url.len(), |index| host + index);
    Some((url[..path].to_owned(), url[path..].to_owned()))
}
