//! Finds the cause of a failed attempt. The underlying libraries don't export these errors, so they
//! are recognised by their messages; a test produces each of them.

use std::error::Error as StdError;
use std::iter::successors;

fn chain(error: &reqwest::Error) -> impl Iterator<Item = String> {
    let first: &(dyn StdError + 'static) = error;
    successors(Some(first), |&error| error.source()).map(ToString::to_string)
}

/// Returns why the server's certificate isn't trusted, if that is what failed.
pub(super) fn certificate(error: &reqwest::Error) -> Option<String> {
    // Not an alert, which is about the client's own certificate.
    let is_about = |text: &String| text.contains("certificate") && !text.contains("alert");
    let text = chain(error).filter(is_about).last()?;
    let reason = text.strip_prefix("invalid peer certificate: ").unwrap_or(&text);
    let inner = reason.strip_prefix("Other(OtherError(").and_then(|text| text.strip_suffix("))"));
    Some(inner.unwrap_or(reason).to_owned())
}

/// Whether the response's status line and headers exceed the limits of the HTTP library.
pub(super) fn is_head_too_large(error: &reqwest::Error) -> bool {
    chain(error).any(|text| text.contains("message head is too large"))
}

/// Whether the server said that it did not process the request: HTTP/2 `REFUSED_STREAM`, or a
/// `GOAWAY` without an error.
pub(super) fn is_refused(error: &reqwest::Error) -> bool {
    let words = [
        "stream error received: refused stream before processing",
        "connection error received: not a result of an error",
    ];
    chain(error).any(|text| words.iter().any(|words| text.contains(words)))
}

/// Whether the connection was closed or broken, as opposed to an error of HTTP/2, which leaves it
/// open, or a response that can't be parsed.
pub(super) fn is_closed(error: &reqwest::Error) -> bool {
    let other = ["stream error", "connection error", "parse", "invalid", "too large"];
    !error.is_connect()
        && !error.is_builder()
        && !error.is_timeout()
        && !chain(error).any(|text| other.iter().any(|other| text.contains(other)))
}
