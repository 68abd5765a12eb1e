//! `ofauth watch`

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

/// How many changes a second the stand-in makes, so that there is something to see.
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
    // A round that brought nothing is not told, and moves the checkpoint all the same.
    let mut ticks = interval(Duration::from_secs(1));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    if stderr().is_terminal() {
        let seconds = arguments.interval;
        anstream::eprintln!("watching for new activity, every {seconds} s or so; Ctrl-C ends it");
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
            Some(None) => return Err(Failure::Failed(format!("the watch has ended: {last}"))),
        }
    }
}

/// The checkpoint of a file, if there is one yet.
fn read(file: &Path) -> Result<Option<Checkpoint>, Failure> {
    let wrong = |error: &dyn std::fmt::Display| {
        Failure::Usage(format!("--checkpoint {}: {error}", file.display()))
    };
    match fs::read_to_string(file) {
        Ok(json) => serde_json::from_str(&json)
            .map(Some)
            .map_err(|error| wrong(&error)),
        Err(error) if error.kind() == IoErrorKind::NotFound => Ok(None),
        Err(error) => Err(wrong(&error)),
    }
}

/// Writes beside the file first: who stops in between finds the old one.
fn write(file: &Path, checkpoint: &Checkpoint) -> Result<(), Failure> {
    let wrong = |error: &dyn std::fmt::Display| {
        Failure::Failed(format!("--checkpoint {}: {error}", file.display()))
    };
    let json = serde_json::to_string(checkpoint).map_err(|error| wrong(&error))?;
    let mut beside = file.as_os_str().to_owned();
    beside.push(".new");
    fs::write(&beside, json)
        .and_then(|()| fs::rename(&beside, file))
        .map_err(|error| wrong(&error))
}
