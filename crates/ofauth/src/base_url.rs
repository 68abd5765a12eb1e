//! The base URL, and which servers may receive the credentials.

use hyper_util::client::proxy::matcher::Matcher;
use reqwest::Url;

use crate::{Error, Result};

/// The server named on the endpoint's page (OFAuth documentation, chats list).
pub(crate) const DEFAULT: &str = "https://api-next.ofauth.com";

/// A validated base URL.
#[derive(Clone, Debug)]
pub(crate) struct BaseUrl {
    /// Without a trailing slash, because the generated code appends `/v2/…`.
    url: String,
    /// `host` or `host:port`, for messages.
    host: String,
    domain: String,
    port: u16,
    /// Plain `http`, which is allowed only to loopback unless the application accepts the danger.
    plain: bool,
}

impl BaseUrl {
    /// `unencrypted` allows plain `http` to any host.
    pub(crate) fn parse(text: &str, unencrypted: bool) -> Result<Self> {
        let fail = |rule: &str| {
            // Anything but a plain URL may contain a password, or be a key in the wrong variable.
            let value = match text.contains(['@', '?', '#', '=']) || text.contains("sk_") {
                true => "a value that is not shown because it may contain a secret".to_owned(),
                false => format!("{text:?}"),
            };
            Error::configuration(format!("base URL {rule}, but is {value}"))
        };
        if !text.contains("://") {
            return Err(fail("must have a scheme, like https://api-next.ofauth.com"));
        }
        let url = Url::parse(text).map_err(|error| {
            fail(&format!("must be a URL, like https://api-next.ofauth.com ({error})"))
        })?;
        let host = match url.host_str() {
            Some(host) if !host.is_empty() => host,
            _ => return Err(fail("must have a host")),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(fail("must not contain a user name or password"));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(fail("must not have a query (`?`) or a fragment (`#`)"));
        }
        let plain = match url.scheme() {
            "https" => false,
            "http" if unencrypted || is_loopback(&url) => true,
            "http" => {
                return Err(fail(
                    "must begin with https:// (plain http is allowed only to localhost, because \
                     it would expose the API key on the network; see \
                     ClientBuilder::danger_send_key_unencrypted)",
                ));
            }
            _ => return Err(fail("must begin with https://")),
        };
        let domain = host.to_owned();
        let host = match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        };
        Ok(Self {
            url: url.as_str().trim_end_matches('/').to_owned(),
            host,
            domain,
            // Both schemes have a default port.
            port: url.port_or_known_default().unwrap_or_default(),
            plain,
        })
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.url
    }

    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    /// Returns the host without its port.
    pub(crate) fn domain(&self) -> &str {
        &self.domain
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn scheme(&self) -> &'static str {
        if self.plain { "http" } else { "https" }
    }

    pub(crate) fn is_plain(&self) -> bool {
        self.plain
    }

    /// Returns the host and port of the system's proxy for this URL, for messages.
    pub(crate) fn system_proxy(&self) -> Option<String> {
        if self.plain {
            return None;
        }
        let proxy = Matcher::from_system().intercept(&self.url.parse().ok()?)?;
        let host = proxy.uri().host()?;
        let port = proxy.uri().port_u16().unwrap_or_else(|| match proxy.uri().scheme_str() {
            Some("https") => 443,
            Some(scheme) if scheme.starts_with("socks") => 1080,
            _ => 80,
        });
        Some(format!("{host}:{port}"))
    }
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || address.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::BaseUrl;

    #[test]
    fn https_and_loopback_are_accepted() {
        for (text, url, host) in [
            ("https://api.ofauth.com", "https://api.ofauth.com", "api.ofauth.com"),
            ("https://api.ofauth.com/", "https://api.ofauth.com", "api.ofauth.com"),
            (
                "https://proxy.example:8443/of/",
                "https://proxy.example:8443/of",
                "proxy.example:8443",
            ),
            ("http://localhost:8080", "http://localhost:8080", "localhost:8080"),
            ("http://127.0.0.1:1", "http://127.0.0.1:1", "127.0.0.1:1"),
            ("http://127.8.9.10", "http://127.8.9.10", "127.8.9.10"),
            ("http://[::1]:9", "http://[::1]:9", "[::1]:9"),
        ] {
            let base = BaseUrl::parse(text, false).unwrap();
            assert_eq!((base.as_str(), base.host()), (url, host));
        }
    }

    #[test]
    fn insecure_and_malformed_urls_are_rejected() {
        for (text, part) in [
            ("", "scheme"),
            ("api.ofauth.com", "scheme"),
            ("localhost:8080", "scheme"),
            ("https://", "must be a URL"),
            ("http://api.ofauth.com", "must begin with https://"),
            ("http://127.0.0.1.example.com", "must begin with https://"),
            ("http://localhost.example.com", "must begin with https://"),
            ("http://10.0.0.1", "must begin with https://"),
            ("http://[::2]", "must begin with https://"),
            ("ftp://localhost", "must begin with https://"),
        ] {
            let message = BaseUrl::parse(text, false).unwrap_err().to_string();
            assert!(message.contains(part), "{text}: {message}");
            assert!(message.contains(&format!("{text:?}")), "{text}: {message}");
        }
        let plain = BaseUrl::parse("http://sandbox:8080", true).unwrap();
        assert!(plain.is_plain());
        assert!(BaseUrl::parse("ftp://localhost", true).is_err());
    }

    #[test]
    fn possible_secrets_are_not_shown() {
        for text in [
            "https://me:hunter2@api.ofauth.com",
            "http://me:hunter2@far.example",
            "me:hunter2@x",
            "https://api.ofauth.com?apiKey=hunter2",
            "https://api.ofauth.com#hunter2",
            "sk_live_hunter2",
        ] {
            let message = BaseUrl::parse(text, false).unwrap_err().to_string();
            assert!(!message.contains("hunter2"), "{message}");
        }
    }
}
