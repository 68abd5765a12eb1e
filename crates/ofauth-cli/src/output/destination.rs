//! Where the output goes: stdout, or a file that is replaced when the output is complete.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufWriter, IsTerminal, Stdout, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::console;
use crate::failure::Failure;
use crate::terminal::escaped;

/// The width of a table if there is no terminal to fit.
const DEFAULT_WIDTH: usize = 100;

pub(super) enum Destination {
    Stdout {
        stdout: Stdout,
        is_terminal: bool,
    },
    Special(File),
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
        let wrong =
            |error: io::Error| Failure::Usage(format!("--output {}: {error}", path.display()));
        // Replace what a link points to, not the link.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let existing = fs::metadata(&path).ok();
        if existing.as_ref().is_some_and(|existing| !existing.is_file()) {
            // A device or a pipe can't be replaced.
            return Ok(Self::Special(File::create(&path).map_err(wrong)?));
        }
        let folder = path.parent().filter(|folder| *folder != Path::new(""));
        let file = NamedTempFile::new_in(folder.unwrap_or(Path::new("."))).map_err(wrong)?;
        if let Some(existing) = existing {
            file.as_file().set_permissions(existing.permissions()).map_err(wrong)?;
        }
        Ok(Self::File { file: Some(BufWriter::new(file)), path })
    }

    /// Writes text; on a terminal, with characters that affect it escaped.
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
            Self::Special(file) => file.write_all(text),
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
            Self::Special(_) | Self::File { .. } => false,
        }
    }
}
