//! The `ofauth chats` command.

use std::io::{self, IsTerminal};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use ofauth::operations::list_chats::LIMIT;
use ofauth::{ChatsRequest, Error, ErrorKind, FleetEvent, Page};

use crate::account::{Account, Connections, select};
use crate::arguments::ChatsArguments;
use crate::failure::Failure;
use crate::output::Output;
use crate::{say, warn};

pub(crate) async fn run(mut arguments: ChatsArguments) -> Result<(), Failure> {
    let account = Account::open(&arguments.server, 0.0).await?;
    let given = std::mem::take(&mut arguments.connection);
    let Connections(mut ids) = account.connections(given, arguments.connections_file.as_deref())?;
    if ids.len() > 1 || arguments.connections_file.is_some() {
        return many(&account, ids, arguments).await;
    }
    let mut output = Output::new(arguments.format, arguments.raw, false);
    let id = ids.pop().unwrap_or_default();
    let request = request(account.client.connection(id)?.chats(), &arguments);
    match (arguments.all, arguments.raw) {
        (false, _) => one(request, &mut output).await,
        (true, raw) => {
            let progress = progress(ProgressBar::new_spinner());
            let result = match raw {
                true => bodies(request, &mut output, &progress).await,
                false => all(request, &mut output, &progress).await,
            };
            progress.finish_and_clear();
            let end = output.end(result.is_err());
            result.and(end.map_err(Failure::from))
        }
    }
}

fn request(mut request: ChatsRequest, arguments: &ChatsArguments) -> ChatsRequest {
    if let Some(limit) = arguments.limit {
        // A page has few chats, and the argument's range excludes negative numbers.
        request = request.limit(limit.try_into().unwrap_or(u32::MAX));
    }
    if let Some(offset) = arguments.offset {
        request = request.offset(offset.unsigned_abs());
    }
    if let Some(order) = arguments.order {
        request = request.order(order);
    }
    select(request, &arguments.selection)
}

/// Hides the progress bar if stderr is not a terminal.
fn progress(bar: ProgressBar) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}

/// Writes one page of one connection.
async fn one(request: ChatsRequest, output: &mut Output) -> Result<(), Failure> {
    let page = request.send().await.map_err(|error| unreadable(output, error))?;
    output.page(&page)?;
    output.end(false)?;
    warn_rejected(&page, 0);
    if page.is_empty() && page.rejected().is_empty() {
        anstream::eprintln!("No chats found.");
    }
    if page.has_more() {
        let next = match page.next_offset() {
            Some(next) => format!("--offset {next} for the next page"),
            None => "a larger --offset for the next page".to_owned(),
        };
        anstream::eprintln!("There are more chats: use {next}, or --all for all chats.");
    }
    all_read(page.rejected().len())
}

/// Writes every chat of one connection.
async fn all(
    request: ChatsRequest,
    output: &mut Output,
    progress: &ProgressBar,
) -> Result<(), Failure> {
    let mut chats = request.stream().prefetch(1);
    let (mut count, mut rejected) = (0, 0);
    while let Some(chat) = chats.next().await {
        match chat {
            Ok(chat) => {
                count += 1;
                progress.set_message(format!("{count} chats"));
                progress.suspend(|| output.chat(None, &chat))?;
            }
            Err(error) if error.kind() == ErrorKind::Rejected => {
                rejected += 1;
                progress.suspend(|| warn(&format!("after {count} chats, {error}")));
            }
            Err(error) => return Err(incomplete(count, error.into())),
        }
    }
    output.begun();
    all_read(rejected)
}

/// Writes the response bodies of all pages of one connection.
async fn bodies(
    request: ChatsRequest,
    output: &mut Output,
    progress: &ProgressBar,
) -> Result<(), Failure> {
    let mut pages = request.pages();
    let (mut count, mut rejected) = (0, 0);
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| incomplete(count, unreadable(output, error)))?;
        progress.set_message(format!("{} chats", count + page.len()));
        progress.suspend(|| {
            warn_rejected(&page, count + rejected);
            output.page(&page)
        })?;
        count += page.len();
        rejected += page.rejected().len();
    }
    all_read(rejected)
}

/// Writes one page, or every chat, of each of many connections.
async fn many(
    account: &Account,
    ids: Vec<String>,
    arguments: ChatsArguments,
) -> Result<(), Failure> {
    if arguments.raw {
        let what = "--raw writes the bodies of one connection only; pass a single --connection";
        return Err(Failure::Usage(what.to_owned()));
    }
    let mut output = Output::new(arguments.format, false, true);
    let total = ids.len();
    let bar = progress(ProgressBar::new(total as u64));
    // If the template were invalid, the default style would do.
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} connections, {msg}") {
        bar.set_style(style);
    }
    let fleet = account.client.fleet(ids).concurrency(arguments.concurrency.into());
    let page = arguments.limit.or(LIMIT.default).unwrap_or(LIMIT.max).unsigned_abs();
    let mut chats = fleet.streams(move |_, creator| {
        let stream = request(creator.chats(), &arguments).stream();
        match arguments.all {
            true => stream,
            false => stream.max_items(page),
        }
    });
    let (mut count, mut rejected, mut failures) = (0, 0, Vec::new());
    while let Some((member, event)) = chats.next().await {
        let number = member.index() + 1;
        match event {
            FleetEvent::Item(chat) => {
                count += 1;
                bar.suspend(|| output.chat(Some(member.id().expose()), &chat))?;
            }
            FleetEvent::Error(error) => {
                rejected += 1;
                bar.suspend(|| warn(&format!("connection {number}: {error}")));
            }
            FleetEvent::End { result: Err(error), .. } => match error.kind() {
                // An invalid request is invalid for every connection.
                ErrorKind::InvalidRequest => return Err(error.into()),
                // Keep only the message, since the body of an error can be large.
                _ => failures.push((number, error.to_string())),
            },
            FleetEvent::End { .. } => {}
        }
        bar.set_position(chats.ended() as u64);
        bar.set_message(format!("{count} chats"));
    }
    bar.finish_and_clear();
    if failures.len() < total {
        output.begun();
    }
    output.end(!failures.is_empty())?;
    summary(&mut failures, total)?;
    all_read(rejected)
}

/// Reports each connection that failed, by its number: ids are like credentials, and don't belong
/// in error messages.
fn summary(failures: &mut [(usize, String)], total: usize) -> Result<(), Failure> {
    if failures.is_empty() {
        return Ok(());
    }
    failures.sort_by_key(|(number, _)| *number);
    for (number, error) in &*failures {
        say(&format!("connection {number}: {error}"));
    }
    Err(Failure::Failed(format!(
        "{} of {total} connections failed; the others were written",
        failures.len()
    )))
}

/// Warns about each chat of a page that could not be decoded. The pages before it had `before`
/// chats.
fn warn_rejected(page: &Page, before: usize) {
    for rejected in page.rejected() {
        let index = before + rejected.index();
        warn(&format!("chat {index} cannot be read, at {rejected}"));
    }
}

/// Returns a failure if some chats could not be decoded.
fn all_read(rejected: usize) -> Result<(), Failure> {
    match rejected {
        0 => Ok(()),
        1 => Err(Failure::Failed("1 chat cannot be read; the others were written".to_owned())),
        count => {
            Err(Failure::Failed(format!("{count} chats cannot be read; the others were written")))
        }
    }
}

fn incomplete(count: usize, failure: Failure) -> Failure {
    match failure {
        Failure::Failed(message) => {
            Failure::Failed(format!("incomplete after {count} chats: {message}"))
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
