//! The ways in which a command can fail, and their exit codes.

use std::io;

use ofauth::ErrorKind;

/// The reason why a command stopped early.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A usage error, found before anything was sent: exit code 2.
    Usage(String),
    /// The command failed, or its output is incomplete: exit code 1.
    Failed(String),
    /// The reader of the output has closed the pipe (`| head`): exit code 0, and no message.
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
            _ => Self::Failed(format!("cannot write the output: {error}")),
        }
    }
}
