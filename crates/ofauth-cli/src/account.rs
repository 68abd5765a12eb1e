//! The client and the connection ids, set up from the arguments and the environment.

use std::env;
use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

use ofauth::{CallOptions, ChatsRequest, Client, ClientBuilder, RateLimit, RetryPolicy};
use ofauth_sandbox::Sandbox;

use crate::arguments::{Selection, Server};
use crate::failure::Failure;

const KEY: &str = "OFAUTH_API_KEY";
const BASE_URL: &str = "OFAUTH_BASE_URL";
const CONNECTION: &str = "OFAUTH_CONNECTION_ID";
const USER_AGENT: &str = concat!("ofauth-cli/", env!("CARGO_PKG_VERSION"));

/// A client, and its built-in sandbox if it uses one.
pub(crate) struct Account {
    pub(crate) client: Client,
    sandbox: Option<Sandbox>,
}

impl Account {
    /// Sets up the client. A built-in sandbox makes `live` random changes per second.
    pub(crate) async fn open(server: &Server, live: f64) -> Result<Self, Failure> {
        if !server.sandbox {
            return Ok(Self { client: client(server)?, sandbox: None });
        }
        let sandbox = Sandbox::builder().live(live).start().await.map_err(|error| {
            Failure::Failed(format!("cannot start the sandbox on loopback: {error}"))
        })?;
        // Ignore the environment, so that a real key is never sent to the sandbox.
        let client = Client::builder()
            .api_key(sandbox.api_key())
            .base_url(sandbox.url())
            .user_agent(USER_AGENT)
            .options(options(server))
            .rate_limit(rate_limit(server))
            .build()?;
        Ok(Self { client, sandbox: Some(sandbox) })
    }

    /// Returns the connection ids that were given as arguments and in a file, or else the default:
    /// the sandbox's first connection, or the id from the environment.
    pub(crate) fn connections(
        &self,
        given: Vec<String>,
        file: Option<&Path>,
    ) -> Result<Connections, Failure> {
        let mut ids = given;
        let mut place = "--connection";
        if let Some(file) = file {
            ids.extend(read_ids(file)?);
            if ids.is_empty() {
                let what = "contains no connection id; write one per line";
                return Err(Failure::Usage(format!("{}: {what}", file.display())));
            }
        }
        if ids.is_empty() {
            place = CONNECTION;
            ids.push(match &self.sandbox {
                Some(sandbox) => sandbox.connection(1),
                None => connection_from_env()?,
            });
        }
        // Reject invalid ids before anything is sent.
        for (index, id) in ids.iter().enumerate() {
            self.client.connection(id).map_err(|error| match ids.len() {
                1 => set_by(place, error),
                _ => set_by(&format!("connection {}", index + 1), error),
            })?;
        }
        Ok(Connections(ids))
    }
}

/// A non-empty list of valid connection ids.
pub(crate) struct Connections(pub(crate) Vec<String>);

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

fn client(server: &Server) -> Result<Client, Failure> {
    if env::var_os(KEY).is_none() {
        return Err(Failure::Usage(format!(
            "there is no API key: set {KEY}, or try --sandbox, which needs no key"
        )));
    }
    let mut client = ClientBuilder::from_env()?
        .user_agent(USER_AGENT)
        .options(options(server))
        .rate_limit(rate_limit(server));
    if let Some(url) = &server.base_url {
        client = client.base_url(url);
    }
    client.build().map_err(|error| {
        let of_url = error.to_string().starts_with("base URL");
        match of_url {
            true if server.base_url.is_some() => set_by("--base-url", error),
            true => set_by(BASE_URL, error),
            false => set_by(KEY, error),
        }
    })
}

fn options(server: &Server) -> CallOptions {
    let attempts = server.retries.saturating_add(1);
    let options = CallOptions::new().retry(RetryPolicy::new().max_attempts(attempts));
    match server.timeout {
        Some(seconds) => options.deadline(Duration::from_secs(seconds)),
        None => options,
    }
}

fn rate_limit(server: &Server) -> Option<RateLimit> {
    let limit = server.rate_limit.0?;
    Some(RateLimit::per_minute(limit.per_minute).burst(limit.burst))
}

fn connection_from_env() -> Result<String, Failure> {
    env::var(CONNECTION).map_err(|error| {
        Failure::Usage(match error {
            env::VarError::NotPresent => {
                format!("there is no connection id: pass --connection, or set {CONNECTION}")
            }
            env::VarError::NotUnicode(_) => format!("{CONNECTION} is not valid UTF-8"),
        })
    })
}

/// Reads the lines of a file, skipping empty lines and lines that start with `#`.
fn read_ids(file: &Path) -> Result<Vec<String>, Failure> {
    let text = match file.as_os_str() == "-" {
        true => io::read_to_string(io::stdin()),
        false => fs::read_to_string(file),
    };
    let text = text.map_err(|error| Failure::Usage(format!("{}: {error}", file.display())))?;
    let lines = text.lines().map(str::trim);
    Ok(lines.filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned).collect())
}

/// Adds to a usage error where the invalid setting comes from.
fn set_by(place: &str, error: ofauth::Error) -> Failure {
    match Failure::from(error) {
        Failure::Usage(message) => Failure::Usage(format!("{place}: {message}")),
        other => other,
    }
}
