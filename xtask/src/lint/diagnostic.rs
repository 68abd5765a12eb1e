//! A finding of the linter: its place, the reason, the rule, and how to fix it.

use std::fmt;

use crate::generator::problem::Problem;
use crate::spec::SPEC;

/// The id of a rule, and how to fix a violation; empty if the reason already says how.
pub(super) type RuleId = (&'static str, &'static str);

/// A finding, which is printed as one line: file, line, place, reason, rule, and how to fix it.
pub(crate) struct Diagnostic {
    pub(super) file: String,
    pub(super) problem: Problem,
    pub(super) rule: RuleId,
}

impl Diagnostic {
    /// Creates a finding in the spec.
    pub(super) fn in_spec(rule: RuleId, problem: Problem) -> Self {
        Self { file: SPEC.to_owned(), problem, rule }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (id, fix) = self.rule;
        write!(f, "{} [{id}]", self.problem.in_file(&self.file))?;
        match fix {
            "" => Ok(()),
            fix => write!(f, "; {fix}"),
        }
    }
}
