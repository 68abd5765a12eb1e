//! How a command ends, if not well.

use std::io;

use ofauth::ErrorKind;

/// Why a command ended before its end.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Wrong usage, found before anything was sent: exit code 2.
    Usage(String),
    /// It failed, or what was written is incomplete: exit code 1.
    Failed(String),
    /// Whoever reads the output has seen enough (`| head`): exit code 0, and no word.
    ClosedPipe,
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
            _ => Self::Failed(format!("the output cannot be written: {error}")),
        }
    }
}
