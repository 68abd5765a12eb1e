//! What the changes of the spec mean: for the contract, for Rust, and for the version.

use ofauth_contract::{Bump, Changes, Scope, compare};

use crate::against::Before;
use crate::generator::{self, SpecError};
use crate::regen::File;
use crate::report::{self, Format, GREEN, RED, YELLOW};
use crate::spec::{SPEC, Spec};
use crate::surface::{Surface, SurfaceChange, SurfaceChanges};

/// What the changes of the spec mean.
pub(crate) struct Meaning {
    pub(crate) against: String,
    pub(crate) contract: Changes,
    /// `None` where nothing can be generated from the old spec, with the reason.
    pub(crate) surface: Result<SurfaceChanges, String>,
}

/// Compares the spec with what it was.
pub(crate) fn meaning(before: &Before, yaml: &str, files: &[File]) -> Result<Meaning, String> {
    let name = format!("{SPEC} at {}", before.name);
    let (old, new) = (Spec::parse(&name, &before.yaml)?, Spec::parse(SPEC, yaml)?);
    let contract = compare(&old.table()?, &new.table()?, Scope::Everything)
        .map_err(|mistake| mistake.to_string())?;
    let same = before.yaml.replace("\r\n", "\n") == yaml.replace("\r\n", "\n");
    let surface = match same {
        true => Ok(SurfaceChanges::default()),
        false => surface(&name, &before.yaml, files),
    };
    Ok(Meaning {
        against: before.name.clone(),
        contract,
        surface,
    })
}

/// What became of the Rust surface: of the code that the old spec gives today, so that
/// what a new generator does is not taken for the spec's doing.
fn surface(name: &str, yaml: &str, files: &[File]) -> Result<SurfaceChanges, String> {
    let told = |error: SpecError| error.to_string();
    let client = generator::client(name, yaml).map_err(told)?;
    let mocks = generator::mocks(name, yaml).map_err(told)?;
    let old = Surface::of(&[("ofauth_api", &client), ("ofauth_httpmock", &mocks)])?;
    let new = Surface::of(&[
        ("ofauth_api", &files[0].new),
        ("ofauth_httpmock", &files[1].new),
    ])?;
    Ok(old.changes(&new))
}

impl Meaning {
    /// Whether Rust source breaks: what was generated knows it best.
    pub(crate) fn rust_breaking(&self) -> bool {
        match &self.surface {
            Ok(surface) => surface.breaking(),
            Err(_) => self.contract.rust_breaking(),
        }
    }

    pub(crate) fn bump(&self, files: &[File]) -> Bump {
        if self.contract.breaking() || self.rust_breaking() {
            return Bump::Major;
        }
        let added = self
            .surface
            .as_ref()
            .is_ok_and(|surface| !surface.added.is_empty());
        if added || self.contract.0.iter().any(|change| change.adds) {
            Bump::Minor
        } else if !self.contract.0.is_empty() || files.iter().any(File::is_stale) {
            Bump::Patch
        } else {
            Bump::None
        }
    }
}

/// Prints what changed in the contract and in Rust, and which version is due.
pub(crate) fn print(meaning: Option<&Meaning>, files: &[File], format: Format) {
    let markdown = format == Format::Markdown;
    let head = if markdown { "## " } else { "" };
    let Some(meaning) = meaning else {
        anstream::println!(
            "{head}contract: nothing to compare with, outside of a git repository; name a file with --against"
        );
        return;
    };
    let against = &meaning.against;
    if meaning.contract.0.is_empty() {
        anstream::println!("{head}contract: no change against {against}");
    } else {
        anstream::println!("{head}contract, against {against}:");
        let changes = match format {
            Format::Markdown => format!("\n{}", report::markdown(&meaning.contract)),
            _ => report::text(&meaning.contract),
        };
        anstream::print!("{changes}");
    }
    match &meaning.surface {
        Ok(surface) => print_surface(surface, head, markdown),
        Err(reason) => anstream::println!(
            "{head}Rust surface: not compared, since nothing can be generated from the old spec: {reason}"
        ),
    }
    anstream::println!("{head}due: {}", meaning.bump(files));
}

fn print_surface(surface: &SurfaceChanges, head: &str, markdown: bool) {
    let (added, changed, removed) = (&surface.added, &surface.changed, &surface.removed);
    if added.is_empty() && !surface.breaking() {
        anstream::println!("{head}Rust surface: no change");
        return;
    }
    anstream::println!(
        "{head}Rust surface: {} added, {} changed, {} removed",
        added.len(),
        changed.len(),
        removed.len()
    );
    if markdown {
        anstream::println!("\n```diff");
    }
    for (sign, style, changes) in [
        ('-', RED, removed),
        ('!', YELLOW, changed),
        ('+', GREEN, added),
    ] {
        for SurfaceChange {
            item,
            before,
            after,
        } in changes
        {
            let words = match (before, after) {
                (Some(before), Some(after)) => format!("{before} → {after}"),
                (before, after) => before.iter().chain(after).cloned().collect(),
            };
            anstream::println!("{style}{sign} {item}: {words}{style:#}");
        }
    }
    if markdown {
        anstream::println!("```");
    }
}
