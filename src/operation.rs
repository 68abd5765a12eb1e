//! What the API's description says about how an operation is called.

use std::fmt::Write;

use http::Method;

/// An operation of the API; see [`operations`](crate::operations).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Operation {
    /// The name, in snake case, like `list_chats`.
    pub name: &'static str,
    /// The HTTP method.
    pub method: Method,
    /// The path template: a parameter stands in braces, like `/v2/access/chats/{userId}/messages`.
    pub path: &'static str,
    /// Whether the operation answers with a page of a list.
    pub is_list: bool,
}

impl Operation {
    /// Creates an operation.
    pub const fn new(
        name: &'static str,
        method: Method,
        path: &'static str,
        is_list: bool,
    ) -> Self {
        Self { name, method, path, is_list }
    }

    /// Returns whether a second request has no further effect on the server (RFC 9110, section
    /// 9.2.2), so that the request can be repeated if it isn't known whether the server acted.
    pub fn is_idempotent(&self) -> bool {
        self.method.is_idempotent()
    }

    /// Returns whether the path names a resource by a parameter.
    pub fn names_resource(&self) -> bool {
        self.path.contains('{')
    }
}

/// Percent-encodes a value as one segment of a path: everything but letters, digits and `-._~`.
///
/// The segments `.` and `..` have no encoding that servers and HTTP libraries don't resolve:
/// [`Text::check`](crate::rule::Text::check) rejects them.
pub fn encode_segment(value: &str) -> String {
    let mut encoded = String::with_capacity(value.len());
    for byte in value.bytes() {
        match byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            true => encoded.push(char::from(byte)),
            // Writing to a string doesn't fail.
            false => drop(write!(encoded, "%{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::encode_segment;
    use crate::rule::Text;

    #[test]
    fn a_path_segment_cannot_lead_to_another_path() {
        let id = Text::new("userId", 0, usize::MAX, true);
        for value in ["", ".", ".."] {
            let error = id.check(value).unwrap_err();
            assert!(error.starts_with("userId must not be"), "{error}");
        }
        let base = reqwest::Url::parse("https://api.example/v2/users/").unwrap();
        for value in ["7", "a/b?7", "..\\..", "%2e%2e", "/", "#", "..;", "a\nb", "ключ", "~x"] {
            assert_eq!(id.check(value), Ok(()));
            let url = base.join(&format!("{}/messages", encode_segment(value))).unwrap();
            let segments: Vec<_> = url.path_segments().unwrap().collect();
            assert_eq!(segments.len(), 4, "{value}: {url}");
            assert_eq!((url.query(), url.fragment()), (None, None), "{value}");
        }
        assert_eq!(encode_segment("a/b?7"), "a%2Fb%3F7");
    }
}
