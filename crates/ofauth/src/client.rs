//! The client: an API key, a server and a pool of sockets.

use std::env;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;
use reqwest::redirect::Policy;
use secrecy::SecretString;

use crate::base_url::{self, BaseUrl};
use crate::call::root_cause;
use crate::connect::ConnectLayer;
use crate::drift::DriftWatch;
use crate::event::Hook;
use crate::retry::RetryBudget;
use crate::secret::Secret;
use crate::{
    CallOptions, Connection, Error, ErrorKind, Event, Fleet, RateLimit, RateLimiter, Result,
    TokenBuckets,
};

const API_KEY_VARIABLE: &str = "OFAUTH_API_KEY";
const BASE_URL_VARIABLE: &str = "OFAUTH_BASE_URL";

const USER_AGENT: &str = concat!("ofauth-rust/", env!("CARGO_PKG_VERSION"));

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
    pub(crate) options: CallOptions,
    pub(crate) limiter: Option<Arc<dyn RateLimiter>>,
    pub(crate) budget: RetryBudget,
    pub(crate) hook: Hook,
    pub(crate) drift: Option<DriftWatch>,
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
    ///     .user_agent("my-crm/1.2")
    ///     .attempt_timeout(std::time::Duration::from_secs(10))
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
        let id = Secret::new("the connection id", id.as_ref().into())?;
        Ok(Connection::new(Arc::clone(&self.shared), id))
    }
}

impl Client {
    /// Many linked creator accounts at once, by their connection ids.
    ///
    /// The ids are taken one by one, as they are needed.
    pub fn fleet<I>(&self, ids: I) -> Fleet<I::IntoIter>
    where
        I: IntoIterator,
        I::IntoIter: Send + 'static,
        I::Item: Into<String>,
    {
        Fleet::new(self.clone(), ids.into_iter())
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
    api_key: Option<SecretString>,
    base_url: Option<String>,
    user_agent: Option<String>,
    options: CallOptions,
    limit: Limit,
    retry_budget: Option<u32>,
    hook: Hook,
    drift: Option<f64>,
}

/// Who limits the requests of a connection.
#[derive(Clone, Default)]
enum Limit {
    #[default]
    Documented,
    Other(RateLimit),
    Own(Arc<dyn RateLimiter>),
    Off,
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
            api_key: variable(API_KEY_VARIABLE)?.map(SecretString::from),
            base_url: variable(BASE_URL_VARIABLE)?.filter(|url| !url.is_empty()),
            ..Self::default()
        })
    }

    /// The application's API key: visible ASCII characters. Required.
    ///
    /// Keys that begin with `sk_sandbox_` select the vendor's sandbox data (vendor's guide).
    pub fn api_key(mut self, key: impl Into<String>) -> Self {
        self.api_key = Some(key.into().into());
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

    /// The application's name and version, like `my-crm/1.2`; it comes after this client's
    /// own in the header `User-Agent`.
    pub fn user_agent(mut self, product: impl Into<String>) -> Self {
        self.user_agent = Some(product.into());
        self
    }

    /// The bounds of each call, in the place of those that were set before. A call can have
    /// its own: see [`ChatsRequest::with`](crate::ChatsRequest::with).
    pub fn options(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    /// How long connecting may take; 10 seconds by default. See [`CallOptions`].
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.options = self.options.connect_timeout(timeout);
        self
    }

    /// How long one attempt may take, from connecting to the last byte of the answer; 30
    /// seconds by default. See [`CallOptions`].
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.options = self.options.attempt_timeout(timeout);
        self
    }

    /// How long a call may take in all; 300 seconds by default. See [`CallOptions`].
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.options = self.options.deadline(deadline);
        self
    }

    /// How often and how soon a failed call is tried again; [`RetryPolicy::off`] for never.
    ///
    /// [`RetryPolicy::off`]: crate::RetryPolicy::off
    pub fn retry(mut self, policy: crate::RetryPolicy) -> Self {
        self.options = self.options.retry(policy);
        self
    }

    /// The most bytes of an answer, before decompression as after it; 32 MiB by default.
    pub fn max_response_size(mut self, bytes: usize) -> Self {
        self.options = self.options.max_response_size(bytes);
        self
    }

    /// How many retries the client has, for all its calls together; 100 by default. A retry
    /// takes one, and each call that succeeds gives a tenth back: so an API that fails for
    /// everybody doesn't get several times the requests just then. Requests that are
    /// throttled (429) take none where a limiter or a `Retry-After` makes them wait.
    pub fn retry_budget(mut self, retries: u32) -> Self {
        self.retry_budget = Some(retries);
        self
    }

    /// How many requests each connection may send, retries included. By default as the vendor
    /// documents it: [`RateLimit::default`]. `None` is no limit, as of the plan Launch.
    pub fn rate_limit(mut self, limit: impl Into<Option<RateLimit>>) -> Self {
        self.limit = limit.into().map_or(Limit::Off, Limit::Other);
        self
    }

    /// A limiter of one's own, for one shared by several processes.
    pub fn rate_limiter(mut self, limiter: Arc<dyn RateLimiter>) -> Self {
        self.limit = Limit::Own(limiter);
        self
    }

    /// Is called with everything that happens within calls: for counters, without a
    /// subscriber of `tracing`. It is called while the call waits, so it should be quick.
    ///
    /// ```
    /// # fn main() -> Result<(), ofauth::Error> {
    /// use std::sync::Arc;
    /// use std::sync::atomic::{AtomicU64, Ordering};
    ///
    /// let retries = Arc::new(AtomicU64::new(0));
    /// let counter = Arc::clone(&retries);
    /// let client = ofauth::Client::builder().api_key("sk_x").on_event(move |event| {
    ///     if matches!(event.kind, ofauth::EventKind::Retry { .. }) {
    ///         counter.fetch_add(1, Ordering::Relaxed);
    ///     }
    /// });
    /// # Ok(())
    /// # }
    /// ```
    pub fn on_event(mut self, hook: impl Fn(&Event<'_>) + Send + Sync + 'static) -> Self {
        self.hook = Hook(Some(Arc::new(hook)));
        self
    }

    /// Compares this part of the pages, from 0 to 1, with the API's description as this version
    /// knows it, and tells each difference once: by `tracing`, at `warn`, and by
    /// [`EventKind::Drift`](crate::EventKind::Drift). By default none is compared. It costs about
    /// as much as reading the page.
    ///
    /// A difference harms nobody by itself: it is a sign that the API changes. What is told is
    /// places and types, and never a value.
    pub fn drift(mut self, rate: f64) -> Self {
        self.drift = Some(rate);
        self
    }

    /// Checks the settings and makes the client.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) where there is no
    /// API key, it cannot be sent in a header, the base URL breaks its rules, the user agent cannot be
    /// sent, or a time is 0;
    /// [`ErrorKind::Connect`](crate::ErrorKind::Connect) where TLS cannot be set up, for
    /// one because the machine has no certificates.
    pub fn build(self) -> Result<Client> {
        let api_key = self.api_key.ok_or_else(|| {
            Error::configuration(format!(
                "there is no API key: set {API_KEY_VARIABLE}, or call ClientBuilder::api_key"
            ))
        })?;
        let api_key = Secret::new("the API key", api_key)?;
        let base_url = BaseUrl::parse(self.base_url.as_deref().unwrap_or(base_url::DEFAULT))?;
        let user_agent = user_agent(self.user_agent.as_deref())?;
        self.options.clone().resolve(Error::configuration)?;
        if let Some(rate) = self.drift.filter(|rate| !(0.0..=1.0).contains(rate)) {
            let what = format!("the rate of drift must be 0 to 1, but is {rate}");
            return Err(Error::configuration(what));
        }
        let mut http = reqwest::Client::builder()
            .user_agent(user_agent)
            .connector_layer(ConnectLayer)
            .redirect(Policy::none())
            .retry(reqwest::retry::never())
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
            Error::new(ErrorKind::Connect, message, "").with_source(error)
        })?;
        let limiter: Option<Arc<dyn RateLimiter>> = match self.limit {
            Limit::Documented => Some(Arc::new(TokenBuckets::new(RateLimit::default()))),
            Limit::Other(limit) => Some(Arc::new(TokenBuckets::new(limit))),
            Limit::Own(limiter) => Some(limiter),
            Limit::Off => None,
        };
        Ok(Client {
            shared: Arc::new(Shared {
                http,
                base_url,
                api_key,
                options: self.options,
                limiter,
                budget: RetryBudget::new(self.retry_budget.unwrap_or(RetryBudget::DEFAULT)),
                hook: self.hook,
                drift: self.drift.filter(|rate| *rate > 0.0).map(DriftWatch::new),
            }),
        })
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("options", &self.options)
            .field("retry_budget", &self.retry_budget)
            .finish_non_exhaustive()
    }
}

/// This client's name and version, and then the application's.
fn user_agent(application: Option<&str>) -> Result<HeaderValue> {
    let text = match application {
        Some(application) => format!("{USER_AGENT} {application}"),
        None => USER_AGENT.to_owned(),
    };
    let printable = text
        .bytes()
        .all(|byte| byte == b' ' || byte.is_ascii_graphic());
    match HeaderValue::from_str(&text) {
        Ok(value) if printable && !text.ends_with(' ') => Ok(value),
        _ => Err(Error::configuration(
            "the user agent must consist of visible ASCII characters and single spaces, like \
             my-crm/1.2, and not be empty"
                .to_owned(),
        )),
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
