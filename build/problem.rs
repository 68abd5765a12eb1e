//! A mistake in a document: its place, and what is wrong.

/// A mistake in a document: its position and the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    /// Line and column, both from 1. `None` if the position is unknown, or if the mistake concerns
    /// the whole document.
    pub(crate) position: Option<(u64, u64)>,
    /// The keys that lead to the mistake, like `components.schemas.Chat`; empty for the whole
    /// document.
    pub(crate) place: String,
    /// What is wrong, and what to write instead.
    pub(crate) reason: String,
}

impl Problem {
    /// Creates a problem that concerns the whole document.
    #[allow(dead_code, reason = "build.rs knows the place of each problem")]
    pub(crate) fn of_whole(reason: impl Into<String>) -> Self {
        Self { position: None, place: String::new(), reason: reason.into() }
    }

    /// Formats the problem as one line: file, line, column, place and reason.
    pub(crate) fn in_file(&self, file: &str) -> String {
        let mut text = file.to_owned();
        if let Some((line, column)) = self.position {
            text.push_str(&format!(":{line}:{column}"));
        }
        if !self.place.is_empty() {
            text.push_str(&format!(": {}", self.place));
        }
        format!("{text}: {}", self.reason)
    }
}
