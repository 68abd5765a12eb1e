//! The spec as it was: at a revision of git, or in a file.

use std::path::Path;
use std::process::Command;

use crate::spec::{self, SPEC};

/// What the spec is compared with, and what that is called.
pub(crate) struct Before {
    pub(crate) name: String,
    /// Where a mistake in it stands.
    pub(crate) place: String,
    pub(crate) yaml: String,
}

/// The spec that `against` names, a file or a revision; or else the committed one.
///
/// `None` where nothing is named and there is nothing to compare with: outside of a git
/// repository, or before the spec's first commit.
pub(crate) fn before(root: &Path, against: Option<&str>) -> Result<Option<Before>, String> {
    if let Some(file) = against.map(Path::new).filter(|path| path.is_file()) {
        let name = file.display().to_string();
        let yaml = spec::text(file, &name)?;
        let place = name.clone();
        return Ok(Some(Before { name, place, yaml }));
    }
    let revision = against.unwrap_or("HEAD");
    let object = format!("{revision}:./{SPEC}");
    let output =
        Command::new("git").args(["show", "--end-of-options", &object]).current_dir(root).output();
    match (output, against) {
        (Ok(output), _) if output.status.success() => {
            let yaml = String::from_utf8(output.stdout)
                .map_err(|_| format!("{object}: the file is no UTF-8"))?;
            let name = revision.to_owned();
            let place = format!("{SPEC} at {revision}");
            Ok(Some(Before { name, place, yaml }))
        }
        (_, None) => Ok(None),
        (Ok(output), Some(_)) => {
            let words = String::from_utf8_lossy(&output.stderr);
            let words = words.lines().next().unwrap_or_default().trim_start_matches("fatal: ");
            Err(format!("{revision}: neither a file nor a revision that has {SPEC}: {words}"))
        }
        (Err(error), Some(_)) => {
            Err(format!("{revision}: no such file, and git cannot be run: {error}"))
        }
    }
}
