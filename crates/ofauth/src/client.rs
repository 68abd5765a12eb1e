//! The client: an API key, a base URL and a pool of HTTP connections.

use std::env;
use std::fmt;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use http::HeaderValue;
use reqwest::redirect::Policy;
use zeroize::Zeroizing;

use crate::base_url::{self, BaseUrl};
use crate::connect::ConnectLayer;
#[cfg(feature = "drift")]
use crate::drift::DriftWatch;
use crate::error::root_cause;
use crate::event::Hook;
use crate::retry::RetryBudget;
use crate::secret::Secret;
use crate::shared::{Keys, Shared};
use crate::{
    CallOptions, Connection, ConnectionId, Error, Event, RateLimit, RateLimiter, Result,
    RetryPolicy, TokenBuckets,
};

const API_KEY_VARIABLE: &str = "OFAUTH_API_KEY";
const BASE_URL_VARIABLE: &str = "OFAUTH_BASE_URL";

/// The API key's name in error messages.
const API_KEY: &str = "the API key";

const USER_AGENT: &str = concat!("ofauth-rust/", env!("CARGO_PKG_VERSION"));

/// A client for the OFAuth API.
///
/// Create one for each application and share it: clones use the same pool of HTTP connections.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
}

impl Client {
    /// Creates a client with the API key from `OFAUTH_API_KEY`, and the base URL from
    /// `OFAUTH_BASE_URL` if that is set and not empty.
    ///
    /// # Errors
    ///
    /// Returns an error of kind [`Configuration`](crate::ErrorKind::Configuration) if the key isn't
    /// set or can't be sent, if a variable isn't valid UTF-8, if the base URL breaks the rules of
    /// [`ClientBuilder::base_url`], or if TLS can't be set up.
    pub fn from_env() -> Result<Self> {
        ClientBuilder::from_env()?.build()
    }

    /// Returns a builder, to configure a client.
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

    /// Returns the linked creator account with this connection id, like `conn_abc123`.
    ///
    /// This sends nothing and opens no socket. Thousands of connections can share one client.
    ///
    /// # Errors
    ///
    /// Returns an error of kind [`Configuration`](crate::ErrorKind::Configuration) if the id is
    /// empty or can't be sent in a header. The error doesn't contain the id.
    pub fn connection(&self, id: impl Into<ConnectionId>) -> Result<Connection> {
        let id = id.into();
        let secret = id.secret()?;
        Ok(Connection::new(Arc::clone(&self.shared), id, secret))
    }

    /// Returns the host and port of the system's proxy that requests go through, like
    /// `proxy.example:3128`, for messages. `None` if there is none, or if
    /// [`ClientBuilder::http`] changed the HTTP client's settings.
    pub fn system_proxy(&self) -> Option<&str> {
        self.shared.proxy.as_deref()
    }

    /// Replaces the API key, for all clones and connections of this client. All later attempts use
    /// the new key, including those of calls and streams in progress.
    ///
    /// Cursors and checkpoints stay valid. The [hashes](Connection::hash) of connections change;
    /// connections that exist keep theirs.
    ///
    /// # Errors
    ///
    /// Returns an error of kind [`Configuration`](crate::ErrorKind::Configuration) if the key is
    /// empty or can't be sent in a header. The error doesn't contain the key, and the client keeps
    /// its old one.
    pub fn set_api_key(&self, key: impl Into<String>) -> Result<()> {
        let key = Zeroizing::new(key.into());
        self.shared.set_api_key(Secret::new(API_KEY, Arc::new(key))?);
        Ok(())
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base_url", &self.shared.base_url.as_str())
            .finish_non_exhaustive()
    }
}

/// Configures a [`Client`]; created by [`Client::builder`].
#[derive(Clone, Default)]
#[must_use]
pub struct ClientBuilder {
    api_key: Option<Zeroizing<String>>,
    base_url: Option<String>,
    unencrypted: bool,
    http: Option<HttpSettings>,
    user_agent: Option<String>,
    options: CallOptions,
    limit: Limit,
    retry_budget: Option<u32>,
    hook: Hook,
    #[cfg(feature = "drift")]
    drift: Option<f64>,
}

/// The application's own settings of the HTTP client.
type HttpSettings = Arc<dyn Fn(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send + Sync>;

/// How the requests of a connection are limited.
#[derive(Clone, Default)]
enum Limit {
    #[default]
    Documented,
    Other(RateLimit),
    Own(Arc<dyn RateLimiter>),
    Off,
}

impl ClientBuilder {
    /// Creates a builder with the API key from `OFAUTH_API_KEY` and the base URL from
    /// `OFAUTH_BASE_URL`. Variables that aren't set are ignored, and so is an empty base URL.
    ///
    /// # Errors
    ///
    /// Returns an error of kind [`Configuration`](crate::ErrorKind::Configuration) if a variable
    /// isn't valid UTF-8.
    pub fn from_env() -> Result<Self> {
        Ok(Self {
            api_key: variable(API_KEY_VARIABLE)?.map(Zeroizing::new),
            base_url: variable(BASE_URL_VARIABLE)?.filter(|url| !url.is_empty()),
            ..Self::default()
        })
    }

    /// Sets the application's API key, which consists of visible ASCII characters. Required.
    ///
    /// Keys that begin with `sk_sandbox_` select the vendor's sandbox data (vendor's guide).
    pub fn api_key(mut self, key: impl Into<String>) -> Self {
        self.api_key = Some(Zeroizing::new(key.into()));
        self
    }

    /// Sets the base URL, `https://api-next.ofauth.com` by default (OFAuth documentation, chats
    /// list). The API's own paths are appended to the URL's path.
    ///
    /// The scheme must be `https`. Plain `http` is accepted only to loopback (`localhost`,
    /// `127.0.0.0/8`, `[::1]`), for test servers, and never goes through a proxy. See
    /// [`danger_send_key_unencrypted`](Self::danger_send_key_unencrypted).
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into());
        self
    }

    /// Allows a base URL with plain `http` to any host, for example to a sandbox in another
    /// container.
    ///
    /// Everyone on the network between here and there can read the API key, the connection ids and
    /// the messages. Never use this with a real key.
    pub fn danger_send_key_unencrypted(mut self) -> Self {
        self.unencrypted = true;
        self
    }

    /// Changes settings of the HTTP client: proxies, root certificates, default headers, the pool,
    /// name resolution.
    ///
    /// To keep its guarantees, this client overrides the settings for redirects, retries,
    /// decompression, the `Referer` header and `https` only. For plain `http`, it also disables
    /// proxies.
    ///
    /// ```
    /// # fn main() -> Result<(), ofauth::Error> {
    /// let proxy = ofauth::reqwest::Proxy::https("http://proxy.example:3128");
    /// let proxy = proxy.expect("a valid URL");
    /// let client = ofauth::Client::builder()
    ///     .api_key("sk_sandbox_demo")
    ///     .http(move |http| http.proxy(proxy.clone()).pool_max_idle_per_host(8))
    ///     .build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn http(
        mut self,
        settings: impl Fn(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send + Sync + 'static,
    ) -> Self {
        self.http = Some(Arc::new(settings));
        self
    }

    /// Adds the application's name and version, like `my-crm/1.2`, to the `User-Agent` header,
    /// after this client's own.
    pub fn user_agent(mut self, product: impl Into<String>) -> Self {
        self.user_agent = Some(product.into());
        self
    }

    /// Sets the options of every call, replacing all options set before. A request can override
    /// them: see [`Request::with`](crate::Request::with).
    pub fn options(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    /// Sets the timeout for opening an HTTP connection; 10 seconds by default. See
    /// [`CallOptions`].
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.options = self.options.connect_timeout(timeout);
        self
    }

    /// Sets the timeout for one attempt, from connecting to the last byte of the response; 30
    /// seconds by default. See [`CallOptions`].
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.options = self.options.attempt_timeout(timeout);
        self
    }

    /// Sets the deadline for a call with all its waits and attempts; 300 seconds by default. A call
    /// reads one page: a stream makes many, each with this deadline. See [`CallOptions`].
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.options = self.options.deadline(deadline);
        self
    }

    /// Sets how often and how soon a failed call is retried; [`RetryPolicy::off`] disables retries.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.options = self.options.retry(policy);
        self
    }

    /// Sets the maximum size of a response in bytes, both before and after decompression; 32 MiB by
    /// default.
    pub fn max_response_size(mut self, bytes: usize) -> Self {
        self.options = self.options.max_response_size(bytes);
        self
    }

    /// Sets the retry budget that all calls of the client share; 100 by default.
    ///
    /// Each retry takes one from the budget, and each successful call gives a tenth back, so that
    /// retries don't multiply the load on an API that fails for everyone. Retries after throttling
    /// (429) are free if the limiter makes the connection wait
    /// ([`RateLimiter::holds_back`]), as the built-in one does.
    pub fn retry_budget(mut self, retries: u32) -> Self {
        self.retry_budget = Some(retries);
        self
    }

    /// Sets how many requests each connection may send, including retries. The default is the
    /// vendor's documented limit, [`RateLimit::default`]. `None` disables the limit, for example
    /// on the plan Launch, where OFAuth sets no limit.
    pub fn rate_limit(mut self, limit: impl Into<Option<RateLimit>>) -> Self {
        self.limit = limit.into().map_or(Limit::Off, Limit::Other);
        self
    }

    /// Replaces the built-in limiter, for example with one shared between processes.
    pub fn rate_limiter(mut self, limiter: Arc<dyn RateLimiter>) -> Self {
        self.limit = Limit::Own(limiter);
        self
    }

    /// Sets what suits tests against a sandbox or a mock server: no rate limit, retries after
    /// milliseconds, and no `Retry-After` of more than a second is waited for.
    ///
    /// This replaces the limiter and the retry policy: call it before you set one of your own.
    ///
    /// ```
    /// # fn main() -> Result<(), ofauth::Error> {
    /// # let url = "http://127.0.0.1:8080";
    /// let client = ofauth::Client::builder().api_key("sk_sandbox").base_url(url).for_tests();
    /// let client = client.build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn for_tests(self) -> Self {
        // Delays that double, so that a 429 without end isn't answered with a flood.
        let retries = RetryPolicy::new().base_delay(Duration::from_millis(1));
        self.rate_limit(None).retry(retries.max_retry_after(Duration::from_secs(1)))
    }

    /// Sets a callback for the events of all calls, for example to count them without a `tracing`
    /// subscriber. The call waits for the callback to return, so it should be quick.
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

    /// Compares a fraction of the pages, from 0 to 1, with the API description that this version is
    /// built on, and reports each difference once: through `tracing`, at `warn`, and as
    /// [`EventKind::Drift`](crate::EventKind::Drift). The default is 0. Comparing a page costs
    /// about as much as decoding it.
    ///
    /// A difference is harmless, but a sign that the API is changing. Reports contain positions and
    /// types, never values.
    #[cfg(feature = "drift")]
    pub fn drift(mut self, rate: f64) -> Self {
        self.drift = Some(rate);
        self
    }

    /// Validates the settings and creates the client.
    ///
    /// # Errors
    ///
    /// Returns an error of kind [`Configuration`](crate::ErrorKind::Configuration) if the API key
    /// is missing or can't be sent in a header, the base URL breaks its rules, the user agent can't
    /// be sent, a timeout is 0, the drift rate isn't between 0 and 1, or TLS can't be set up, for
    /// example because the machine has no certificates or, with the feature `rustls-no-provider`,
    /// the application has installed no `CryptoProvider`.
    pub fn build(self) -> Result<Client> {
        let api_key = self.api_key.ok_or_else(|| {
            Error::configuration(format!(
                "missing API key: set {API_KEY_VARIABLE} or call ClientBuilder::api_key"
            ))
        })?;
        let api_key = Secret::new(API_KEY, Arc::new(api_key))?;
        let base_url = self.base_url.as_deref().unwrap_or(base_url::DEFAULT);
        let base_url = BaseUrl::parse(base_url, self.unencrypted)?;
        let user_agent = user_agent(self.user_agent.as_deref())?;
        self.options.clone().resolve(Error::configuration)?;
        #[cfg(feature = "drift")]
        if let Some(rate) = self.drift.filter(|rate| !(0.0..=1.0).contains(rate)) {
            let what = format!("the drift rate must be between 0 and 1, but is {rate}");
            return Err(Error::configuration(what));
        }
        #[cfg(all(feature = "rustls-no-provider", not(feature = "rustls")))]
        if self.http.is_none() && rustls::crypto::CryptoProvider::get_default().is_none() {
            return Err(Error::configuration(
                "no cryptography is installed for TLS: call install_default of a rustls \
                 CryptoProvider first, or enable the feature rustls of ofauth"
                    .to_owned(),
            ));
        }
        let mut http = reqwest::Client::builder().user_agent(user_agent);
        if let Some(settings) = &self.http {
            http = settings(http);
        }
        // Another crate of the application may have enabled reqwest's decompression, which isn't
        // bounded.
        http = http
            .no_gzip()
            .no_brotli()
            .no_zstd()
            .no_deflate()
            .connector_layer(ConnectLayer)
            .redirect(Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .https_only(!base_url.is_plain());
        if base_url.is_plain() {
            // A proxy would carry the key in clear text to another machine.
            http = http.no_proxy();
            // Plain HTTP must work on a machine without certificates.
            #[cfg(any(feature = "rustls", feature = "rustls-no-provider", feature = "native-tls"))]
            {
                http = http.tls_certs_only([]);
            }
        }
        let http = http.build().map_err(|error| {
            let message = format!("the HTTP client cannot be set up: {}", root_cause(&error));
            Error::configuration(message).with_source(error)
        })?;
        // The application may have replaced the system's proxy.
        let proxy = match self.http {
            Some(_) => None,
            None => base_url.system_proxy(),
        };
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
                proxy,
                keys: RwLock::new(Keys { current: api_key, former: None }),
                options: self.options,
                limiter,
                budget: RetryBudget::new(self.retry_budget.unwrap_or(RetryBudget::DEFAULT)),
                hook: self.hook,
                #[cfg(feature = "drift")]
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

/// Returns this client's name and version, followed by the application's.
fn user_agent(application: Option<&str>) -> Result<HeaderValue> {
    let text = match application {
        Some(application) => format!("{USER_AGENT} {application}"),
        None => USER_AGENT.to_owned(),
    };
    let printable = text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
    match HeaderValue::from_str(&text) {
        Ok(value) if printable && !text.ends_with(' ') => Ok(value),
        _ => Err(Error::configuration(
            "the user agent must consist of visible ASCII characters and spaces, like my-crm/1.2, \
             and must not be empty or end with a space"
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
