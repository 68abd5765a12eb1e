//! The `ofauth chats` command, for many connections.

use std::collections::BTreeMap;
use std::pin::pin;

use ofauth::{ErrorKind, FleetEvent};
use tokio::signal::ctrl_c;

use crate::account::Account;
use crate::arguments::ChatsArguments;
use crate::console::{self, Progress, warn};
use crate::failure::Failure;
use crate::output::Output;
use crate::reader::Reader;

/// How many connections are listed after one error.
const LISTED: usize = 10;

/// Writes one page, or every chat, of each of many connections.
pub(crate) async fn run(
    account: &Account,
    ids: Vec<String>,
    arguments: ChatsArguments,
    progress: &Progress,
) -> Result<(), Failure> {
    if arguments.raw || arguments.resume.is_some() {
        let what = "--raw and --resume work with one connection only; pass a single --connection";
        return Err(Failure::Usage(what.to_owned()));
    }
    let mut output = Output::new(arguments.format, false, &arguments.formatting, true)?;
    let total = ids.len();
    progress.start(total);
    let fleet = account.client.fleet(ids).concurrency(arguments.creators.concurrency.into());
    let mut chats = fleet.streams(move |_, creator| Reader::new(creator.chats(), &arguments));
    let (mut count, mut rejected) = (0, 0);
    let mut failures = Failures::default();
    let mut interrupt = pin!(ctrl_c());
    let interrupted = loop {
        let event = tokio::select! {
            biased;
            _ = &mut interrupt => break true,
            event = chats.next() => event,
        };
        let Some((member, event)) = event else { break false };
        let number = member.index() + 1;
        match event {
            FleetEvent::Item(chat) => {
                count += 1;
                progress.suspend(|| output.chat(Some(member.id().expose()), &chat))?;
            }
            FleetEvent::Error(error) => {
                rejected += 1;
                progress.suspend(|| warn(&format!("connection {number}: {error}")));
            }
            FleetEvent::End { result: Err(error), .. } => match error.kind() {
                // An invalid request is invalid for every connection.
                ErrorKind::InvalidRequest => return Err(error.into()),
                // Keep only the message, since the body of an error can be large.
                kind => failures.add(number, kind, error.to_string()),
            },
            FleetEvent::End { .. } => {}
        }
        progress.set(chats.ended(), count);
    };
    progress.end();
    let ended = chats.ended();
    if failures.count < ended {
        output.begun();
    }
    output.end(interrupted || failures.count > 0)?;
    if interrupted {
        failures.report();
        return Err(Failure::Interrupted(format!(
            "interrupted after {ended} of {total} connections and {count} chats"
        )));
    }
    if let (true, Some(message)) = (ended < total, failures.of(ErrorKind::Unauthorized)) {
        return Err(Failure::Failed(format!(
            "{message}; stopped, because all {total} connections use the same API key"
        )));
    }
    failures.report();
    match failures.count {
        0 => Failure::all_read(rejected),
        failed if failed == total && count == 0 => {
            Err(Failure::Failed(format!("all {total} connections failed")))
        }
        failed => Err(Failure::Partial(format!(
            "{failed} of {total} connections failed; what was read was written"
        ))),
    }
}

/// The failed connections, by their numbers: ids are like credentials, and don't belong in error
/// messages.
#[derive(Default)]
struct Failures {
    count: usize,
    by_message: BTreeMap<String, (ErrorKind, Vec<usize>)>,
}

impl Failures {
    fn add(&mut self, number: usize, kind: ErrorKind, message: String) {
        self.count += 1;
        self.by_message.entry(message).or_insert((kind, Vec::new())).1.push(number);
    }

    fn of(&self, kind: ErrorKind) -> Option<&str> {
        let mut messages = self.by_message.iter();
        messages.find(|(_, (other, _))| *other == kind).map(|(message, _)| &**message)
    }

    /// Reports each error once.
    fn report(&mut self) {
        let mut failures: Vec<_> = self.by_message.iter_mut().collect();
        for (_, (_, numbers)) in &mut failures {
            numbers.sort_unstable();
        }
        failures.sort_by_key(|(_, (_, numbers))| numbers.first().copied());
        for (message, (_, numbers)) in failures {
            let listed = numbers.iter().take(LISTED).map(ToString::to_string);
            let listed = listed.collect::<Vec<_>>().join(", ");
            let connections = match numbers.len() {
                1 => format!("connection {listed}"),
                count if count <= LISTED => format!("connections {listed}"),
                count => format!("connections {listed} and {} more", count - LISTED),
            };
            console::error(&format!("{connections}: {message}"));
        }
    }
}
