//! `ofauth chats`

use std::env;
use std::io::{self, IsTerminal};
use std::time::Duration;

use indicatif::ProgressBar;
use ofauth::{
    CallOptions, ChatsRequest, Client, ClientBuilder, Connection, ErrorKind, Page, RetryPolicy,
};
use ofauth_sandbox::Sandbox;

use crate::arguments::ChatsArguments;
use crate::failure::Failure;
use crate::output::Output;

const KEY: &str = "OFAUTH_API_KEY";
const BASE_URL: &str = "OFAUTH_BASE_URL";
const CONNECTION: &str = "OFAUTH_CONNECTION_ID";
const USER_AGENT: &str = concat!("ofauth-cli/", env!("CARGO_PKG_VERSION"));

pub(crate) async fn run(arguments: ChatsArguments) -> Result<(), Failure> {
    // The stand-in lives as long as this variable.
    let sandbox = match arguments.sandbox {
        true => Some(Sandbox::start().await.map_err(|error| {
            Failure::Failed(format!("the stand-in cannot listen on loopback: {error}"))
        })?),
        false => None,
    };
    let request = request(&connection(&arguments, sandbox.as_ref())?, &arguments);
    let mut output = Output::new(arguments.format, arguments.raw);
    match arguments.all {
        true => all(request, &mut output).await,
        false => one(request, &mut output).await,
    }
}

fn connection(
    arguments: &ChatsArguments,
    sandbox: Option<&Sandbox>,
) -> Result<Connection, Failure> {
    if let Some(sandbox) = sandbox {
        // Nothing of the environment: a real key is never sent to the stand-in.
        let client = Client::builder()
            .api_key(sandbox.api_key())
            .base_url(sandbox.url())
            .user_agent(USER_AGENT)
            .build()?;
        let id = arguments
            .connection
            .clone()
            .unwrap_or_else(|| sandbox.connection(1));
        return Ok(client.connection(id)?);
    }
    if env::var_os(KEY).is_none() {
        return Err(Failure::Usage(format!(
            "there is no API key: set {KEY}, or try --sandbox, which needs none"
        )));
    }
    let mut client = ClientBuilder::from_env()?.user_agent(USER_AGENT);
    if let Some(url) = &arguments.base_url {
        client = client.base_url(url);
    }
    let id = match &arguments.connection {
        Some(id) => Some(id.clone()),
        None => match env::var(CONNECTION) {
            Ok(id) => Some(id),
            Err(env::VarError::NotPresent) => None,
            Err(env::VarError::NotUnicode(_)) => {
                return Err(Failure::Usage(format!("{CONNECTION} is not valid UTF-8")));
            }
        },
    };
    let id = id.ok_or_else(|| {
        Failure::Usage(format!(
            "there is no connection: name the creator's with --connection, or set {CONNECTION}"
        ))
    })?;
    let client = client.build().map_err(|error| {
        let of_url = error.to_string().starts_with("base URL");
        match of_url {
            true if arguments.base_url.is_some() => set_by("--base-url", error),
            true => set_by(BASE_URL, error),
            false => set_by(KEY, error),
        }
    })?;
    let place = if arguments.connection.is_some() {
        "--connection"
    } else {
        CONNECTION
    };
    client.connection(id).map_err(|error| set_by(place, error))
}

/// Says where the setting that an error is about was set.
fn set_by(place: &str, error: ofauth::Error) -> Failure {
    match Failure::from(error) {
        Failure::Usage(message) => Failure::Usage(format!("{place}: {message}")),
        other => other,
    }
}

fn request(connection: &Connection, arguments: &ChatsArguments) -> ChatsRequest {
    let mut request = connection.chats();
    if let Some(limit) = arguments.limit {
        request = request.limit(limit);
    }
    if let Some(offset) = arguments.offset {
        request = request.offset(offset.unsigned_abs());
    }
    if let Some(order) = arguments.order {
        request = request.order(order);
    }
    if let Some(filter) = arguments.filter {
        request = request.filter(filter);
    }
    if let Some(text) = &arguments.query {
        request = request.query(text);
    }
    if let Some(id) = arguments.user_list_id {
        request = request.user_list_id(id.unsigned_abs());
    }
    let attempts = arguments.retries.saturating_add(1);
    let mut options = CallOptions::new().retry(RetryPolicy::new().max_attempts(attempts));
    if let Some(seconds) = arguments.timeout {
        options = options.deadline(Duration::from_secs(seconds));
    }
    request.with(options)
}

async fn one(request: ChatsRequest, output: &mut Output) -> Result<(), Failure> {
    let page = request
        .send()
        .await
        .map_err(|error| unreadable(output, error))?;
    output.page(&page)?;
    output.end(false)?;
    tell_rejected(&page, 0);
    if page.is_empty() && page.rejected().is_empty() {
        anstream::eprintln!("There are no such chats.");
    }
    if page.has_more() {
        let next = match page.next_offset() {
            Some(next) => format!("--offset {next} for the next page"),
            None => "a greater --offset for the next page".to_owned(),
        };
        anstream::eprintln!("More chats follow: {next}, --all for all.");
    }
    all_read(page.rejected().len())
}

/// Tells which chats of a page cannot be read; `before` chats were in the pages before.
fn tell_rejected(page: &Page, before: usize) {
    let yellow = anstyle::AnsiColor::Yellow.on_default().bold();
    for rejected in page.rejected() {
        let index = before + rejected.index();
        anstream::eprintln!(
            "{yellow}warning:{yellow:#} chat {index} cannot be read, at {rejected}"
        );
    }
}

/// A failure where some chats cannot be read.
fn all_read(rejected: usize) -> Result<(), Failure> {
    match rejected {
        0 => Ok(()),
        1 => Err(Failure::Failed(
            "1 chat cannot be read; the others are written".to_owned(),
        )),
        count => Err(Failure::Failed(format!(
            "{count} chats cannot be read; the others are written"
        ))),
    }
}

async fn all(request: ChatsRequest, output: &mut Output) -> Result<(), Failure> {
    let progress = match io::stderr().is_terminal() {
        true => ProgressBar::new_spinner(),
        false => ProgressBar::hidden(),
    };
    progress.enable_steady_tick(Duration::from_millis(100));
    let result = read(request, output, &progress).await;
    progress.finish_and_clear();
    let end = output.end(result.is_err());
    result.and(end.map_err(Failure::from))
}

async fn read(
    request: ChatsRequest,
    output: &mut Output,
    progress: &ProgressBar,
) -> Result<(), Failure> {
    let mut pages = request.pages();
    let (mut count, mut rejected) = (0, 0);
    while let Some(page) = pages.next().await {
        let page: Page = page.map_err(|error| match unreadable(output, error) {
            Failure::Failed(message) => {
                Failure::Failed(format!("incomplete after {count} chats: {message}"))
            }
            other => other,
        })?;
        progress.set_message(format!("{} chats", count + page.len()));
        progress.suspend(|| {
            tell_rejected(&page, count + rejected);
            output.page(&page)
        })?;
        count += page.len();
        rejected += page.rejected().len();
    }
    all_read(rejected)
}

/// The failure that an error is; a page that could not be decoded is still a
/// body as it was received.
fn unreadable(output: &mut Output, error: ofauth::Error) -> Failure {
    if error.kind() == ErrorKind::Decode
        && let Some(body) = error.body()
        && let Err(error) = output.undecoded(body)
    {
        return error.into();
    }
    error.into()
}
