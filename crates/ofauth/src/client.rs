//! The client: an API key, a server and a pool of sockets.

use std::env;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::redirect::Policy;

use crate::base_url::{self, BaseUrl};
use crate::call::root_cause;
use crate::secret::Secret;
use crate::{Connection, Error, ErrorKind, Result};

const API_KEY_VARIABLE: &str = "OFAUTH_API_KEY";
const BASE_URL_VARIABLE: &str = "OFAUTH_BASE_URL";

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const TIMEOUT: Duration = Duration::from_secs(30);

/// A client for the OFAuth API.
///
/// Make one for each API key, and share it: clones use the same pool of sockets.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
}

pub(crate) struct Shared {
    pub(crate) http: reqwest::Client,
    pub(crate) base_url: BaseUrl,
    pub(crate) api_key: Secret,
}

impl Client {
    /// A client with the API key from `OFAUTH_API_KEY`, and the server from
    /// `OFAUTH_BASE_URL` where that is set and not empty.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) where the key is
    /// not set or cannot be sent, or the base URL breaks the rules of
    /// [`ClientBuilder::base_url`].
    pub fn from_env() -> Result<Self> {
        ClientBuilder::from_env()?.build()
    }

    /// Sets up a client step by step.
    ///
    /// ```
    /// # fn main() -> Result<(), ofauth::Error> {
    /// let client = ofauth::Client::builder()
    ///     .api_key("sk_sandbox_demo")
    ///     .base_url("https://api.ofauth.com")
    ///     .timeout(std::time::Duration::from_secs(10))
    ///     .build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// One linked creator account, by its connection id, like `conn_abc123`.
    ///
    /// This sends nothing and opens no socket: thousands of connections share one client.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) where the id is
    /// empty or cannot be sent in a header. The error doesn't repeat it.
    pub fn connection(&self, id: impl AsRef<str>) -> Result<Connection> {
        let id = Secret::new("the connection id", id.as_ref())?;
        Ok(Connection::new(Arc::clone(&self.shared), id))
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base_url", &self.shared.base_url.as_str())
            .finish_non_exhaustive()
    }
}

/// Sets up a [`Client`]; made by [`Client::builder`].
#[derive(Clone, Default)]
#[must_use]
pub struct ClientBuilder {
    api_key: Option<String>,
    base_url: Option<String>,
    connect_timeout: Option<Duration>,
    timeout: Option<Duration>,
}

impl ClientBuilder {
    /// The settings that the environment has: the API key from `OFAUTH_API_KEY`, and
    /// the server from `OFAUTH_BASE_URL`. What is not set, or is an empty server, is left open.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) where a variable is
    /// not valid UTF-8.
    pub fn from_env() -> Result<Self> {
        Ok(Self {
            api_key: variable(API_KEY_VARIABLE)?,
            base_url: variable(BASE_URL_VARIABLE)?.filter(|url| !url.is_empty()),
            ..Self::default()
        })
    }

    /// The application's API key: visible ASCII characters. Required.
    ///
    /// Keys that begin with `sk_sandbox_` select the vendor's sandbox data (vendor's guide).
    pub fn api_key(mut self, key: impl Into<String>) -> Self {
        self.api_key = Some(key.into());
        self
    }

    /// The server, `https://api-next.ofauth.com` by default (OFAuth documentation,
    /// chats list); a path is put in front of the API's own.
    ///
    /// `https` only; plain `http` is accepted to loopback (`localhost`, `127.0.0.0/8`,
    /// `[::1]`), for stand-ins, and then never goes through a proxy.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into());
        self
    }

    /// How long connecting may take; 10 seconds by default.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = Some(timeout);
        self
    }

    /// How long one request may take, each time that it is sent, from connecting to the last byte of the
    /// response; 30 seconds by default.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Checks the settings and makes the client.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) where there is no
    /// API key, it cannot be sent in a header, or the base URL breaks its rules;
    /// [`ErrorKind::Connect`](crate::ErrorKind::Connect) where TLS cannot be set up, for
    /// one because the machine has no certificates.
    pub fn build(self) -> Result<Client> {
        let api_key = self.api_key.ok_or_else(|| {
            Error::configuration(format!(
                "there is no API key: set {API_KEY_VARIABLE}, or call ClientBuilder::api_key"
            ))
        })?;
        let api_key = Secret::new("the API key", &api_key)?;
        let base_url = BaseUrl::parse(self.base_url.as_deref().unwrap_or(base_url::DEFAULT))?;
        let mut http = reqwest::Client::builder()
            .user_agent(concat!("ofauth-rust/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(self.connect_timeout.unwrap_or(CONNECT_TIMEOUT))
            .timeout(self.timeout.unwrap_or(TIMEOUT))
            .redirect(Policy::none())
            .referer(false)
            .https_only(!base_url.is_plain());
        if base_url.is_plain() {
            // A proxy would carry the key in clear text to another machine.
            http = http.no_proxy();
            // Without TLS, a machine without certificates will do.
            #[cfg(any(feature = "rustls", feature = "native-tls"))]
            {
                http = http.tls_certs_only([]);
            }
        }
        let http = http.build().map_err(|error| {
            let message = format!("connections cannot be set up: {}", root_cause(&error));
            Error::new(ErrorKind::Connect, message).with_source(error)
        })?;
        Ok(Client {
            shared: Arc::new(Shared {
                http,
                base_url,
                api_key,
            }),
        })
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("connect_timeout", &self.connect_timeout)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

fn variable(name: &str) -> Result<Option<String>> {
    match env::var(name) {
        Ok(value) => Ok(Some(value)),
        Err(env::VarError::NotPresent) => Ok(None),
        Err(env::VarError::NotUnicode(_)) => {
            Err(Error::configuration(format!("{name} is not valid UTF-8")))
        }
    }
}
