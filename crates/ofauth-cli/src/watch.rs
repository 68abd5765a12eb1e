//! The `ofauth watch` command.

use std::fs;
use std::io::{ErrorKind as IoErrorKind, IsTerminal, Write, stderr};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};
use futures_util::stream::{self, StreamExt, TryStreamExt};
use ofauth::{Checkpoint, ConnectionId, Error, ErrorKind, FleetEvent, WatchEvent};
use tempfile::NamedTempFile;

use crate::account::{Account, select};
use crate::arguments::{Config, Formatting, WatchArguments};
use crate::connections::connections;
use crate::console::{Progress, hint, warn};
use crate::failure::Failure;
use crate::output::Output;

/// The changes per second that the sandbox makes, so that there is something to watch.
const LIVE: f64 = 1.0;

pub(crate) async fn run(arguments: WatchArguments, config: &Config) -> Result<(), Failure> {
    let account = Account::open(&arguments.server, config, LIVE, &Progress::hidden()).await?;
    let ids = connections(&account, &arguments.creators)?;
    let several = ids.len() > 1;
    let files = match (arguments.checkpoint, arguments.checkpoint_dir) {
        (Some(_), _) if several => {
            let what = "--checkpoint is for one connection; use --checkpoint-dir for several";
            return Err(Failure::Usage(what.to_owned()));
        }
        (Some(file), _) => Files::One(file),
        (None, Some(folder)) => {
            fs::create_dir_all(&folder).map_err(|error| {
                Failure::Usage(format!("--checkpoint-dir {}: {error}", folder.display()))
            })?;
            Files::Folder(folder)
        }
        (None, None) => Files::None,
    };
    let started = SystemTime::now();
    let begin = |id: String| {
        let (account, files, selection) = (&account, &files, &arguments.selection);
        async move {
            let chats = account.client.connection(&id)?.chats();
            let id = ConnectionId::from(id);
            if let Some(saved) = files.read(&id)? {
                return Ok(saved);
            }
            let now = match select(chats, selection).checkpoint().await {
                Ok(checkpoint) => checkpoint,
                // Watching it will report the error again, or succeed.
                Err(error)
                    if several
                        && !matches!(
                            error.kind(),
                            ErrorKind::InvalidRequest | ErrorKind::Unauthorized
                        ) =>
                {
                    warn(&format!("a connection cannot be read yet: {error}"));
                    Checkpoint::since(DateTime::<Utc>::from(started))
                }
                Err(error) => return Err(Failure::from(error)),
            };
            files.write(&id, &now)?;
            Ok(now)
        }
    };
    let since = stream::iter(ids.clone()).map(begin);
    let since: Vec<Checkpoint> =
        since.buffered(arguments.creators.concurrency.into()).try_collect().await?;
    let formatting = Formatting { fields: arguments.fields, ..Formatting::default() };
    let mut output = Output::new(arguments.format.into(), false, &formatting, several)?;
    let interval = Duration::from_secs(arguments.interval);
    if stderr().is_terminal() {
        let seconds = arguments.interval;
        hint(&format!("Watching for new activity about every {seconds} s. Press Ctrl-C to stop."));
    }
    let total = ids.len();
    let selection = arguments.selection;
    let fleet = account.client.fleet(ids).concurrency(arguments.creators.concurrency.into());
    let mut watch = fleet.watch(move |member, chats| {
        // There is a checkpoint for each id.
        let since = since.get(member.index()).cloned().unwrap_or_default();
        select(chats, &selection).watch(since, interval)
    });
    let mut last = String::new();
    while let Some((member, event)) = watch.next().await {
        let told = |message: String| match several {
            true => format!("connection {}: {message}", member.index() + 1),
            false => message,
        };
        match event {
            FleetEvent::Item(WatchEvent::Chat(chat)) => {
                output.chat(Some(member.id().expose()), &chat)?;
            }
            FleetEvent::Item(WatchEvent::Checkpoint(checkpoint)) => {
                files.write(member.id(), &checkpoint)?;
            }
            FleetEvent::Error(error) => warn(&told(waiting(&error))),
            FleetEvent::End { result: Err(error), .. } => match error.kind() {
                ErrorKind::InvalidRequest => return Err(error.into()),
                _ => {
                    last = told(error.to_string());
                    warn(&last);
                }
            },
            FleetEvent::End { .. } => {}
        }
    }
    Err(Failure::Failed(match total {
        1 => format!("cannot continue watching: {last}"),
        _ => "cannot continue watching any connection".to_owned(),
    }))
}

/// Adds to an error how long the next poll waits, if the server says so.
fn waiting(error: &Error) -> String {
    match error.retry_after() {
        Some(wait) => {
            format!("{error}; waiting {} s, as the server asks", wait.as_secs_f64().ceil())
        }
        None => error.to_string(),
    }
}

/// Where checkpoints are saved.
enum Files {
    None,
    One(PathBuf),
    Folder(PathBuf),
}

impl Files {
    /// Returns the file of a connection. Its name doesn't reveal the connection id.
    fn of(&self, id: &ConnectionId) -> Option<(&'static str, PathBuf)> {
        match self {
            Self::None => None,
            Self::One(file) => Some(("--checkpoint", file.clone())),
            Self::Folder(folder) => {
                let name = format!("{:016x}.checkpoint", id.digest());
                Some(("--checkpoint-dir", folder.join(name)))
            }
        }
    }

    /// Reads the checkpoint of a connection, if there is one.
    fn read(&self, id: &ConnectionId) -> Result<Option<Checkpoint>, Failure> {
        let Some((option, file)) = self.of(id) else {
            return Ok(None);
        };
        let wrong = |error: &dyn std::fmt::Display| {
            Failure::Usage(format!("{option} {}: {error}", file.display()))
        };
        match fs::read_to_string(&file) {
            Ok(text) => text.parse().map(Some).map_err(|error: Error| wrong(&error)),
            Err(error) if error.kind() == IoErrorKind::NotFound => Ok(None),
            Err(error) => Err(wrong(&error)),
        }
    }

    /// Writes to a temporary file first, so that an interruption leaves the old checkpoint intact.
    fn write(&self, id: &ConnectionId, checkpoint: &Checkpoint) -> Result<(), Failure> {
        let Some((option, file)) = self.of(id) else {
            return Ok(());
        };
        let folder = file.parent().filter(|folder| *folder != Path::new(""));
        let written =
            NamedTempFile::new_in(folder.unwrap_or(Path::new("."))).and_then(|mut new| {
                new.write_all(checkpoint.to_string().as_bytes())?;
                new.persist(&file).map_err(|error| error.error)
            });
        written
            .map(drop)
            .map_err(|error| Failure::Failed(format!("{option} {}: {error}", file.display())))
    }
}
