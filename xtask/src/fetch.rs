//! Gets a document from a URL, with the network of whoever runs the command.

use std::io::Read;
use std::time::Duration;

use reqwest::Url;
use reqwest::blocking::Client;
use reqwest::redirect::Policy;

/// The largest document that is read, in bytes.
const LIMIT: u64 = 32 * 1024 * 1024;
const TIMEOUT: Duration = Duration::from_secs(60);

/// Whether the source of a document is a URL, and no file.
pub(crate) fn is_url(source: &str) -> bool {
    source.contains("://")
}

/// The text at a URL: by https, or by http on this machine alone.
pub(crate) fn text(url: &str) -> Result<String, String> {
    let url = Url::parse(url).map_err(|error| format!("{url}: {error}"))?;
    if !is_safe(&url) {
        return Err(format!("{url}: only https is used, and http on loopback"));
    }
    let fail = |error: reqwest::Error| {
        // The error itself tells little more than that there is one.
        let mut words = error.to_string();
        let mut source = std::error::Error::source(&error);
        while let Some(error) = source {
            words = format!("{words}: {error}");
            source = error.source();
        }
        words
    };
    let follow =
        Policy::custom(
            |attempt| match attempt.previous().len() < 5 && is_safe(attempt.url()) {
                true => attempt.follow(),
                false => attempt.error("it redirects to where no document is got from"),
            },
        );
    let client = Client::builder()
        .timeout(TIMEOUT)
        .redirect(follow)
        .build()
        .map_err(fail)?;
    let response = client.get(url.clone()).send().map_err(fail)?;
    if !response.status().is_success() {
        return Err(format!("{url}: the server answers {}", response.status()));
    }
    let mut text = String::new();
    let read = response.take(LIMIT + 1).read_to_string(&mut text);
    read.map_err(|error| format!("{url}: {error}"))?;
    match text.len() as u64 > LIMIT {
        true => Err(format!("{url}: the document is larger than {LIMIT} bytes")),
        false => Ok(text),
    }
}

fn is_safe(url: &Url) -> bool {
    let loopback = match url.host_str() {
        Some(host) => {
            let address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
            host == "localhost" || address.is_ok_and(|address| address.is_loopback())
        }
        None => false,
    };
    url.scheme() == "https" || url.scheme() == "http" && loopback
}
