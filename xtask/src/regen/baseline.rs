//! The earlier spec to compare with: from a git revision or a file.

use std::path::Path;
use std::process::Command;

use crate::spec::{self, SPEC};

/// An earlier version of the spec.
pub(crate) struct Baseline {
    /// The revision or file, as the report names it.
    pub(crate) name: String,
    /// The name of the document in error messages.
    pub(crate) place: String,
    pub(crate) yaml: String,
}

/// Returns the spec that `against` names, which is a file or a git revision, or the committed spec
/// by default.
///
/// Returns `None` if `against` is `None` and there is no committed spec: outside a git repository,
/// or before the spec's first commit.
pub(crate) fn baseline(root: &Path, against: Option<&str>) -> Result<Option<Baseline>, String> {
    if let Some(file) = against.map(Path::new).filter(|path| path.is_file()) {
        let name = file.display().to_string();
        let yaml = spec::text(file, &name)?;
        let place = name.clone();
        return Ok(Some(Baseline { name, place, yaml }));
    }
    let revision = against.unwrap_or("HEAD");
    let object = format!("{revision}:./{SPEC}");
    let output =
        Command::new("git").args(["show", "--end-of-options", &object]).current_dir(root).output();
    match (output, against) {
        (Ok(output), _) if output.status.success() => {
            let yaml = String::from_utf8(output.stdout)
                .map_err(|_| format!("{object}: this isn't valid UTF-8"))?;
            let name = revision.to_owned();
            let place = format!("{SPEC} at {revision}");
            Ok(Some(Baseline { name, place, yaml }))
        }
        (_, None) => Ok(None),
        (Ok(output), Some(_)) => {
            let reason = String::from_utf8_lossy(&output.stderr);
            let reason = reason.lines().next().unwrap_or_default().trim_start_matches("fatal: ");
            Err(format!("{revision}: neither a file nor a revision that contains {SPEC}: {reason}"))
        }
        (Err(error), Some(_)) => {
            Err(format!("{revision}: no such file, and cannot run git: {error}"))
        }
    }
}
