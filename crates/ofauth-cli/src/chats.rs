//! The `ofauth chats` command, for one connection.

use std::pin::pin;

use ofauth::{ChatsRequest, Error, ErrorKind, Page};
use tokio::signal::ctrl_c;

use crate::account::Account;
use crate::arguments::{ChatsArguments, Config};
use crate::connections::connections;
use crate::console::{Progress, hint, warn};
use crate::failure::Failure;
use crate::fleet;
use crate::output::Output;
use crate::reader::{Reader, reads_all, request};

pub(crate) async fn run(arguments: ChatsArguments, config: &Config) -> Result<(), Failure> {
    let several =
        arguments.creators.connection.len() > 1 || arguments.creators.connections_file.is_some();
    let progress = Progress::new();
    let account = Account::open(&arguments.server, config, 0.0, &progress).await?;
    let mut ids = connections(&account, &arguments.creators)?;
    if several {
        let result = fleet::run(&account, ids, arguments, &progress).await;
        // Also if it stopped early.
        progress.end();
        return result;
    }
    let mut output = Output::new(arguments.format, arguments.raw, &arguments.formatting, false)?;
    let chats = account.client.connection(ids.pop().unwrap_or_default())?.chats();
    let result = if arguments.all_pages {
        bodies(request(chats, &arguments), &mut output, &progress).await
    } else if reads_all(&arguments) {
        all(Reader::new(chats, &arguments), &mut output, &progress).await
    } else {
        one(request(chats, &arguments), &mut output).await
    };
    progress.end();
    match result {
        Err(failure) if !failure.is_complete() => {
            // The first failure matters most.
            let _ = output.end(true);
            Err(failure)
        }
        result => output.end(false).and(result),
    }
}

/// Writes one page.
async fn one(request: ChatsRequest, output: &mut Output) -> Result<(), Failure> {
    let page = tokio::select! {
        biased;
        _ = ctrl_c() => return Err(Failure::Interrupted("interrupted".to_owned())),
        page = request.send() => page,
    };
    let page = page.map_err(|error| unreadable(output, error))?;
    output.page(&page)?;
    warn_rejected(&page);
    if page.is_empty() && page.rejected().is_empty() {
        hint("No chats found.");
    }
    if page.has_more() {
        let next = match page.next_offset() {
            Some(next) => format!("--offset {next} for the next page"),
            None => "a larger --offset for the next page".to_owned(),
        };
        hint(&format!("There are more chats: use {next}, or --all for all chats."));
    }
    Failure::all_read(page.rejected().len() as u64)
}

/// Writes every chat.
async fn all(mut chats: Reader, output: &mut Output, progress: &Progress) -> Result<(), Failure> {
    let (mut count, mut rejected) = (0, 0);
    let mut interrupt = pin!(ctrl_c());
    loop {
        let chat = tokio::select! {
            biased;
            _ = &mut interrupt => {
                hint_resumption(&chats, progress);
                return Err(Failure::Interrupted(format!("interrupted after {count} chats")));
            }
            chat = chats.next() => chat,
        };
        match chat {
            None => break,
            Some(Ok(chat)) => {
                count += 1;
                progress.set(0, count);
                progress.suspend(|| output.chat(None, &chat))?;
            }
            Some(Err(error)) if error.kind() == ErrorKind::Rejected => {
                rejected += 1;
                progress.suspend(|| warn(&format!("after {count} chats, {error}")));
            }
            Some(Err(error)) => {
                if count > 0 && !matches!(error.kind(), ErrorKind::InvalidRequest) {
                    hint_resumption(&chats, progress);
                }
                return Err(incomplete(count, error.into()));
            }
        }
    }
    output.begun();
    if count + rejected == 0 {
        hint("No chats found.");
    }
    Failure::all_read(rejected)
}

fn hint_resumption(chats: &Reader, progress: &Progress) {
    if let Some(arguments) = chats.resumption() {
        progress.suspend(|| hint(&format!("To continue with the same arguments: {arguments}")));
    }
}

/// Writes the response bodies of all pages.
async fn bodies(
    request: ChatsRequest,
    output: &mut Output,
    progress: &Progress,
) -> Result<(), Failure> {
    let mut pages = request.pages();
    let (mut count, mut rejected) = (0, 0);
    let mut interrupt = pin!(ctrl_c());
    loop {
        let page = tokio::select! {
            biased;
            _ = &mut interrupt => {
                return Err(Failure::Interrupted(format!("interrupted after {count} chats")));
            }
            page = pages.next() => page,
        };
        let Some(page) = page else { break };
        let page = page.map_err(|error| incomplete(count, unreadable(output, error)))?;
        count += page.len() as u64;
        rejected += page.rejected().len() as u64;
        progress.set(0, count);
        progress.suspend(|| {
            warn_rejected(&page);
            output.page(&page)
        })?;
    }
    Failure::all_read(rejected)
}

/// Warns about each chat of a page that could not be decoded.
fn warn_rejected(page: &Page) {
    for rejected in page.rejected() {
        match rejected.id() {
            Some(user) => warn(&format!("the chat with user {user} cannot be read: {rejected}")),
            None => warn(&format!("a chat cannot be read: {rejected}")),
        }
    }
}

fn incomplete(count: u64, failure: Failure) -> Failure {
    match failure {
        Failure::Failed(message) if count > 0 => {
            Failure::Partial(format!("incomplete after {count} chats: {message}"))
        }
        other => other,
    }
}

/// Converts an error into a failure. If a page could not be decoded, `--raw` still writes its body.
fn unreadable(output: &mut Output, error: Error) -> Failure {
    if error.kind() == ErrorKind::Decode
        && let Some(body) = error.body()
        && let Err(error) = output.undecoded(body)
    {
        return error.into();
    }
    error.into()
}
