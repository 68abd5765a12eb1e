//! Messages on stderr: errors, warnings, hints, progress and traces.
//!
//! Failures to write here are ignored: they must not stop the command.

use std::io::{self, IsTerminal, Write};
use std::str::FromStr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anstyle::AnsiColor;
use clap::ColorChoice;
use indicatif::{ProgressBar, ProgressStyle};
use ofauth::{Event, EventKind};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::arguments::Verbosity;
use crate::failure::Failure;
use crate::terminal::printable;

/// A pause that is worth a message even without a progress line.
const LONG_PAUSE: Duration = Duration::from_secs(5);

static QUIET: AtomicBool = AtomicBool::new(false);

/// Applies the options for colours and messages.
pub(crate) fn init(options: &Verbosity) -> Result<(), Failure> {
    match options.color {
        ColorChoice::Auto => {}
        ColorChoice::Always => anstream::ColorChoice::Always.write_global(),
        ColorChoice::Never => anstream::ColorChoice::Never.write_global(),
    }
    QUIET.store(options.quiet, Ordering::Relaxed);
    let level = match options.verbose {
        0 => LevelFilter::OFF,
        1 => LevelFilter::INFO,
        _ => LevelFilter::DEBUG,
    };
    let filter = match std::env::var("RUST_LOG") {
        Ok(filter) if !filter.is_empty() => Targets::from_str(&filter)
            .map_err(|error| Failure::Usage(format!("RUST_LOG is invalid: {error}")))?,
        _ => Targets::new().with_target("ofauth", level),
    };
    let stderr = anstream::AutoStream::choice(&io::stderr());
    let format = tracing_subscriber::fmt::layer()
        .with_writer(io::stderr)
        .with_ansi(stderr != anstream::ColorChoice::Never)
        .log_internal_errors(false);
    tracing_subscriber::registry().with(filter).with(format).init();
    Ok(())
}

pub(crate) fn error(message: &str) {
    write(AnsiColor::Red, "error", message);
}

pub(crate) fn warn(message: &str) {
    if !QUIET.load(Ordering::Relaxed) {
        write(AnsiColor::Yellow, "warning", message);
    }
}

/// Writes a hint.
pub(crate) fn hint(message: &str) {
    if !QUIET.load(Ordering::Relaxed) {
        let _ = writeln!(anstream::stderr().lock(), "{}", lines(message));
    }
}

fn write(color: AnsiColor, word: &str, message: &str) {
    let style = color.on_default().bold();
    let message = lines(message);
    let _ = writeln!(anstream::stderr().lock(), "{style}{word}:{style:#} {message}");
}

/// Makes text printable, but keeps its line breaks.
fn lines(message: &str) -> String {
    message.split('\n').map(printable).collect::<Vec<_>>().join("\n")
}

/// A progress line, which is hidden if stderr is not a terminal that can redraw it.
#[derive(Clone)]
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// Creates a progress line that counts chats.
    pub(crate) fn new() -> Self {
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        if !io::stderr().is_terminal() || dumb || QUIET.load(Ordering::Relaxed) {
            return Self::hidden();
        }
        let bar = ProgressBar::new_spinner();
        style(&bar, "{spinner} {msg} {prefix}");
        bar.enable_steady_tick(Duration::from_millis(100));
        Self(bar)
    }

    /// Creates a progress line that is never shown.
    pub(crate) fn hidden() -> Self {
        Self(ProgressBar::hidden())
    }

    /// Counts this many connections, too.
    pub(crate) fn start(&self, connections: usize) {
        self.0.set_length(connections as u64);
        style(&self.0, "{bar:30} {pos}/{len} connections, {msg} {prefix}");
    }

    pub(crate) fn set(&self, connections: usize, chats: u64) {
        self.0.set_position(connections as u64);
        self.0.set_message(format!("{chats} chats"));
    }

    /// Shows waits and retries.
    pub(crate) fn show(&self, event: &Event<'_>) {
        let seconds = |time: Duration| format!("{:.1} s", time.as_secs_f64());
        match event.kind {
            EventKind::Retry { pause, error, .. } => {
                let error = error.as_str().replace('_', " ");
                let message = format!("waiting {} to retry: {error}", seconds(pause));
                if self.0.is_hidden() && pause >= LONG_PAUSE {
                    warn(&message);
                }
                self.0.set_prefix(format!("({message})"));
            }
            EventKind::Waiting { .. } => self.0.set_prefix("(waiting for the rate limit)"),
            EventKind::Attempt { error: None, .. } => self.0.set_prefix(""),
            _ => {}
        }
    }

    /// Hides the line while something else is written.
    pub(crate) fn suspend<T>(&self, write: impl FnOnce() -> T) -> T {
        self.0.suspend(write)
    }

    pub(crate) fn end(&self) {
        self.0.finish_and_clear();
    }
}

fn style(bar: &ProgressBar, template: &str) {
    // If the template were invalid, the default style would do.
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
}
