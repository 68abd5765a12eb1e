//! The `ofauth watch` command.

use std::fs;
use std::io::{ErrorKind as IoErrorKind, IsTerminal, stderr};
use std::path::Path;
use std::time::Duration;

use ofauth::{Checkpoint, Error, ErrorKind, WatchEvent};

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
    let save = |checkpoint: &Checkpoint| file.map_or(Ok(()), |file| write(file, checkpoint));
    save(&since)?;
    let mut output = Output::new(arguments.format.into(), false, false);
    let mut last = String::new();
    let mut watch = request.watch(since, Duration::from_secs(arguments.interval));
    if stderr().is_terminal() {
        let seconds = arguments.interval;
        anstream::eprintln!(
            "Watching for new activity about every {seconds} s. Press Ctrl-C to stop."
        );
    }
    while let Some(change) = watch.next().await {
        match change {
            Ok(WatchEvent::Chat(chat)) => output.chat(None, &chat)?,
            Ok(WatchEvent::Checkpoint(checkpoint)) => save(&checkpoint)?,
            Err(error) if error.kind() == ErrorKind::InvalidRequest => return Err(error.into()),
            Err(error) => {
                last = error.to_string();
                warn(&last);
            }
        }
    }
    Err(Failure::Failed(format!("cannot continue watching: {last}")))
}

/// Reads the checkpoint from a file, if the file exists.
fn read(file: &Path) -> Result<Option<Checkpoint>, Failure> {
    let wrong = |error: &dyn std::fmt::Display| {
        Failure::Usage(format!("--checkpoint {}: {error}", file.display()))
    };
    match fs::read_to_string(file) {
        Ok(text) => text.parse().map(Some).map_err(|error: Error| wrong(&error)),
        Err(error) if error.kind() == IoErrorKind::NotFound => Ok(None),
        Err(error) => Err(wrong(&error)),
    }
}

/// Writes to a temporary file first, so that an interruption leaves the old checkpoint intact.
fn write(file: &Path, checkpoint: &Checkpoint) -> Result<(), Failure> {
    let wrong = |error: &dyn std::fmt::Display| {
        Failure::Failed(format!("--checkpoint {}: {error}", file.display()))
    };
    let mut temporary = file.as_os_str().to_owned();
    temporary.push(".new");
    fs::write(&temporary, checkpoint.to_string())
        .and_then(|()| fs::rename(&temporary, file))
        .map_err(|error| wrong(&error))
}
