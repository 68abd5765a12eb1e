//! Where the output goes: stdout, or a file that is replaced when the output is complete.

use std::ffi::OsString;
use std::io::{self, BufWriter, IsTerminal, Stdout, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::terminal::escaped;
use crate::console;
use crate::failure::Failure;

/// The width of a table if there is no terminal to fit.
const DEFAULT_WIDTH: usize = 100;

pub(super) enum Destination {
    Stdout {
        stdout: Stdout,
        is_terminal: bool,
    },
    /// `None` after the end.
    File {
        file: Option<BufWriter<NamedTempFile>>,
        path: PathBuf,
    },
}

impl Destination {
    pub(super) fn new(path: Option<&Path>) -> Result<Self, Failure> {
        let Some(path) = path else {
            let stdout = io::stdout();
            let is_terminal = stdout.is_terminal();
            return Ok(Self::Stdout { stdout, is_terminal });
        };
        let folder = match path.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        };
        let file = NamedTempFile::new_in(folder)
            .map_err(|error| Failure::Usage(format!("--output {}: {error}", path.display())))?;
        Ok(Self::File { file: Some(BufWriter::new(file)), path: path.to_owned() })
    }

    /// Writes text; on a terminal, without characters that act on it.
    pub(super) fn write(&mut self, text: &[u8]) -> io::Result<()> {
        match self {
            Self::Stdout { is_terminal: true, .. } => self.write_as_is(&escaped(text)),
            _ => self.write_as_is(text),
        }
    }

    pub(super) fn write_as_is(&mut self, text: &[u8]) -> io::Result<()> {
        match self {
            Self::Stdout { stdout, .. } => {
                stdout.write_all(text)?;
                stdout.flush()
            }
            Self::File { file: Some(file), .. } => file.write_all(text),
            Self::File { file: None, .. } => Ok(()),
        }
    }

    /// Replaces the file. If the command `failed`, the file is kept, and what was read goes to
    /// another.
    pub(super) fn end(&mut self, failed: bool) -> Result<(), Failure> {
        let Self::File { file, path } = self else {
            return Ok(());
        };
        let Some(file) = file.take() else {
            return Ok(());
        };
        let mut target = OsString::from(&*path);
        if failed {
            target.push(".partial");
        }
        let target = PathBuf::from(target);
        let written = file.into_inner().map_err(io::IntoInnerError::into_error);
        let written = written.and_then(|file| file.persist(&target).map_err(|error| error.error));
        written
            .map_err(|error| Failure::Failed(format!("--output {}: {error}", target.display())))?;
        if failed {
            console::hint(&format!("What was read is in {}.", target.display()));
        }
        Ok(())
    }

    pub(super) fn width(&self) -> usize {
        let columns = || std::env::var("COLUMNS").ok()?.parse().ok();
        let terminal = match self {
            Self::Stdout { is_terminal: true, .. } => comfy_table::Table::new().width(),
            _ => None,
        };
        terminal.map(usize::from).or_else(columns).unwrap_or(DEFAULT_WIDTH)
    }

    pub(super) fn is_styled(&self) -> bool {
        match self {
            Self::Stdout { stdout, .. } => {
                anstream::AutoStream::choice(stdout) != anstream::ColorChoice::Never
            }
            Self::File { .. } => false,
        }
    }
}
