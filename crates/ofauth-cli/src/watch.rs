//! The `ofauth watch` command.

use std::fs;
use std::io::{ErrorKind as IoErrorKind, IsTerminal, stderr};
use std::path::Path;
use std::time::Duration;

use ofauth::{Checkpoint, ErrorKind};
use tokio::time::{MissedTickBehavior, interval};

use crate::account::{Account, Connections, select};
use crate::arguments::WatchArguments;
use crate::failure::Failure;
use crate::output::Output;
use crate::warn;

/// The changes per second that the sandbox makes, so that there is something to watch.
const LIVE: f64 = 1.0;

pub(crate) async fn run(arguments: WatchArguments) -> Result<(), Failure> {
    let account = Account::open(&arguments.server, LIVE).await?;
    let given = arguments.connection.into_iter().collect();
    let Connections(ids) = account.connections(given, None)?;
    let id = ids.into_iter().next().unwrap_or_default();
    let request = select(account.client.connection(id)?.chats(), &arguments.selection);

    let file = arguments.checkpoint.as_deref();
    let since = match file.map(read).transpose()?.flatten() {
        Some(checkpoint) => checkpoint,
        None => request.clone().checkpoint().await?,
    };
    let mut output = Output::new(arguments.format.into(), false, false);
    let mut saved = Checkpoint::default();
    let mut last = String::new();
    let mut watch = request.watch(since, Duration::from_secs(arguments.interval));
    // A poll without new chats yields no item but still moves the checkpoint, so check regularly.
    let mut ticks = interval(Duration::from_secs(1));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    if stderr().is_terminal() {
        let seconds = arguments.interval;
        anstream::eprintln!(
            "Watching for new activity about every {seconds} s. Press Ctrl-C to stop."
        );
    }
    loop {
        let item = tokio::select! {
            item = watch.next() => Some(item),
            _ = ticks.tick() => None,
        };
        if let Some(file) = file
            && saved != *watch.checkpoint()
        {
            saved = watch.checkpoint().clone();
            write(file, &saved)?;
        }
        match item {
            None => {}
            Some(Some(Ok(chat))) => output.chat(None, &chat)?,
            Some(Some(Err(error))) if error.kind() == ErrorKind::InvalidRequest => {
                return Err(error.into());
            }
            Some(Some(Err(error))) => {
                last = error.to_string();
                warn(&last);
            }
            Some(None) => return Err(Failure::Failed(format!("cannot continue watching: {last}"))),
        }
    }
}

/// Reads the checkpoint from a file, if the file exists.
fn read(file: &Path) -> Result<Option<Checkpoint>, Failure> {
    let wrong = |error: &dyn std::fmt::Display| {
        Failure::Usage(format!("--checkpoint {}: {error}", file.display()))
    };
    match fs::read_to_string(file) {
        Ok(json) => serde_json::from_str(&json).map(Some).map_err(|error| wrong(&error)),
        Err(error) if error.kind() == IoErrorKind::NotFound => Ok(None),
        Err(error) => Err(wrong(&error)),
    }
}

/// Writes to a temporary file first, so that an interruption leaves the old checkpoint intact.
fn write(file: &Path, checkpoint: &Checkpoint) -> Result<(), Failure> {
    let wrong = |error: &dyn std::fmt::Display| {
        Failure::Failed(format!("--checkpoint {}: {error}", file.display()))
    };
    let json = serde_json::to_string(checkpoint).map_err(|error| wrong(&error))?;
    let mut temporary = file.as_os_str().to_owned();
    temporary.push(".new");
    fs::write(&temporary, json)
        .and_then(|()| fs::rename(&temporary, file))
        .map_err(|error| wrong(&error))
}
