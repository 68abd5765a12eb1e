//! The ways in which a command can fail, and their exit codes.

use std::io;

use ofauth::ErrorKind;

/// The exit codes, for the help.
pub(crate) const EXIT_CODES: &str = "\
Exit codes:
  0    Success
  1    Failed: nothing was read
  2    Usage or configuration error, found before anything was sent
  3    Partly failed: some chats or connections could not be read; the others were written
  130  Interrupted by Ctrl-C; what was read until then was written";

/// The reason why a command stopped early.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A usage error, found before anything was sent.
    Usage(String),
    /// The command failed.
    Failed(String),
    /// A part failed, and the rest was written.
    Partial(String),
    /// Only some chats can't be read.
    Unreadable(String),
    Interrupted(String),
    /// The reader of the output has closed the pipe (`| head`), which is no failure.
    ClosedPipe,
}

impl Failure {
    /// Returns a failure if some chats could not be decoded.
    pub(crate) fn all_read(rejected: u64) -> Result<(), Self> {
        let chats = match rejected {
            0 => return Ok(()),
            1 => "1 chat".to_owned(),
            count => format!("{count} chats"),
        };
        Err(Self::Unreadable(format!("{chats} cannot be read; the others were written")))
    }

    /// Whether the output is complete all the same, except for chats that can't be read.
    pub(crate) fn is_complete(&self) -> bool {
        matches!(self, Self::Unreadable(_))
    }

    /// Returns the exit code and the message.
    pub(crate) fn exit(self) -> (u8, Option<String>) {
        match self {
            Self::ClosedPipe => (0, None),
            Self::Failed(message) => (1, Some(message)),
            Self::Usage(message) => {
                (2, Some(format!("{message}\n\nFor more information, try '--help'.")))
            }
            Self::Partial(message) | Self::Unreadable(message) => (3, Some(message)),
            Self::Interrupted(message) => (130, Some(message)),
        }
    }
}

impl From<ofauth::Error> for Failure {
    fn from(error: ofauth::Error) -> Self {
        match error.kind() {
            ErrorKind::Configuration | ErrorKind::InvalidRequest => Self::Usage(error.to_string()),
            _ => Self::Failed(error.to_string()),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::ClosedPipe,
            _ => Self::Failed(format!("cannot write the output: {error}")),
        }
    }
}
