//! The client, set up from the settings or for the built-in sandbox.

use std::time::Duration;

use ofauth::{CallOptions, ChatsRequest, Client, ClientBuilder, RateLimit, RetryPolicy};
use ofauth_sandbox::Sandbox;

use crate::arguments::{Config, Selection, Server};
use crate::console::Progress;
use crate::failure::Failure;
use crate::settings::{KEY, Settings, Sourced};

const USER_AGENT: &str = concat!("ofauth-cli/", env!("CARGO_PKG_VERSION"));

/// A client, and its built-in sandbox if it uses one.
pub(crate) struct Account {
    pub(crate) client: Client,
    /// The connection to use if none is given.
    pub(crate) connection: Option<Sourced<String>>,
    _sandbox: Option<Sandbox>,
}

impl Account {
    /// Sets up the client, whose waits and retries are shown as `progress`. A built-in sandbox
    /// makes `live` random changes per second.
    pub(crate) async fn open(
        server: &Server,
        config: &Config,
        live: f64,
        progress: &Progress,
    ) -> Result<Self, Failure> {
        let progress = progress.clone();
        let prepare = |client: ClientBuilder| {
            client
                .user_agent(USER_AGENT)
                .options(options(server))
                .rate_limit(rate_limit(server))
                .on_event(move |event| progress.show(event))
        };
        if !server.sandbox {
            let settings = Settings::read(server.base_url.as_deref(), config)?;
            let client = client(&settings, prepare)?;
            return Ok(Self { client, connection: settings.connection, _sandbox: None });
        }
        let sandbox = Sandbox::builder().live(live).start().await.map_err(|error| {
            Failure::Failed(format!("cannot start the sandbox on loopback: {error}"))
        })?;
        // Ignore the settings, so that a real key is never sent to the sandbox.
        let client = Client::builder().api_key(sandbox.api_key()).base_url(sandbox.url());
        let client = prepare(client).build()?;
        let source = "the sandbox".to_owned();
        let connection = Sourced { value: sandbox.connection(1), source };
        Ok(Self { client, connection: Some(connection), _sandbox: Some(sandbox) })
    }
}

/// Builds a client with the settings, and with what `prepare` sets.
pub(crate) fn client(
    settings: &Settings,
    prepare: impl FnOnce(ClientBuilder) -> ClientBuilder,
) -> Result<Client, Failure> {
    let Some(key) = &settings.api_key else {
        return Err(Failure::Usage(format!(
            "there is no API key: set {KEY}, or try --sandbox, which needs no key"
        )));
    };
    let mut client = prepare(Client::builder().api_key(key.value.expose()));
    if let Some(url) = &settings.base_url {
        client = client.base_url(&url.value);
    }
    client.build().map_err(|error| {
        let message = error.to_string();
        match &settings.base_url {
            Some(url) if message.starts_with("base URL") => set_by(&url.source, error),
            _ if message.starts_with("the API key") => set_by(&key.source, error),
            _ => error.into(),
        }
    })
}

/// Applies the filters to a request.
pub(crate) fn select(mut request: ChatsRequest, selection: &Selection) -> ChatsRequest {
    if let Some(filter) = selection.filter {
        request = request.filter(filter);
    }
    if let Some(text) = &selection.query {
        request = request.query(text);
    }
    if let Some(id) = selection.user_list_id {
        request = request.user_list_id(id.unsigned_abs());
    }
    request
}

/// Adds to a usage error where the invalid setting comes from.
pub(crate) fn set_by(source: &str, error: ofauth::Error) -> Failure {
    match Failure::from(error) {
        Failure::Usage(message) => Failure::Usage(format!("{source}: {message}")),
        other => other,
    }
}

fn options(server: &Server) -> CallOptions {
    let mut retry = RetryPolicy::new().max_attempts(server.retries.saturating_add(1));
    if let Some(seconds) = server.max_retry_after {
        retry = retry.max_retry_after(Duration::from_secs(seconds));
    }
    let mut options = CallOptions::new().retry(retry);
    if let Some(seconds) = server.timeout {
        options = options.deadline(Duration::from_secs(seconds));
    }
    if let Some(seconds) = server.attempt_timeout.or(server.timeout) {
        options = options.attempt_timeout(Duration::from_secs(seconds));
    }
    if let Some(seconds) = server.connect_timeout {
        options = options.connect_timeout(Duration::from_secs(seconds));
    }
    options
}

fn rate_limit(server: &Server) -> Option<RateLimit> {
    let limit = server.rate_limit.0?;
    Some(RateLimit::per_minute(limit.per_minute).burst(limit.burst))
}
