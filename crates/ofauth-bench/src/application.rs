//! Two applications, one with ofauth and one with reqwest alone: what ofauth adds to their crates,
//! build time and size.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

const MANIFEST: &str = r#"
[package]
name = "application"
version = "0.1.0"
edition = "2024"

[dependencies]
reqwest = { version = "0.13", features = ["json"] }
serde_json = "1"
tokio = { version = "1", features = ["macros", "rt-multi-thread"] }

[workspace]
"#;

const ALONE: &str = r#"
#[tokio::main]
async fn main() -> Result<(), reqwest::Error> {
    let url = std::env::args().nth(1).unwrap_or_default();
    let page: serde_json::Value = reqwest::get(url).await?.json().await?;
    println!("{page}");
    Ok(())
}
"#;

const WITH_OFAUTH: &str = r#"
#[tokio::main]
async fn main() -> Result<(), ofauth::Error> {
    let creator = ofauth::Client::from_env()?.connection("conn_abc123")?;
    let page = creator.chats().send().await?;
    println!("{}", page.len());
    let mut chats = creator.chats().stream();
    while let Some(chat) = chats.next().await {
        println!("{}", chat?.with_user.id);
    }
    Ok(())
}
"#;

/// What building an application takes.
#[derive(Clone, Copy)]
pub(crate) struct Build {
    /// The CPU time, in seconds.
    pub(crate) cpu: f64,
    /// The size of the stripped binary, in bytes.
    pub(crate) size: u64,
}

/// Writes an application to a folder below `target`, and returns the folder.
fn application(ofauth: bool) -> PathBuf {
    let folder = Path::new(ROOT).join("target/bench").join(if ofauth { "with" } else { "alone" });
    let manifest = match ofauth {
        true => {
            let path = Path::new(ROOT).canonicalize().unwrap().join("crates/ofauth");
            MANIFEST
                .replace("[workspace]", &format!("ofauth = {{ path = {path:?} }}\n\n[workspace]"))
        }
        false => MANIFEST.to_owned(),
    };
    fs::create_dir_all(folder.join("src")).unwrap();
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    fs::write(folder.join("src/main.rs"), if ofauth { WITH_OFAUTH } else { ALONE }).unwrap();
    // The same versions as ours.
    fs::copy(Path::new(ROOT).join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    folder
}

fn cargo(folder: &Path) -> Command {
    let mut cargo = Command::new("cargo");
    // Only what the applications themselves set.
    cargo.current_dir(folder).env_remove("CARGO_TARGET_DIR").env_remove("RUSTFLAGS");
    cargo
}

/// The number of crates that ofauth adds to an application.
pub(crate) fn crates() -> u64 {
    let [with, alone] = [true, false].map(|ofauth| {
        let mut tree = cargo(&application(ofauth));
        tree.args(["tree", "--edges", "normal", "--prefix", "none", "--format", "{p}"]);
        let tree = tree.output().unwrap();
        assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
        let tree = String::from_utf8(tree.stdout).unwrap();
        // A crate that was listed before has a mark after its name and version.
        let name = |line: &str| line.split(' ').next().unwrap_or_default().to_owned();
        tree.lines().map(name).collect::<BTreeSet<_>>()
    });
    with.difference(&alone).filter(|name| *name != "application").count() as u64
}

/// Builds an application from nothing.
pub(crate) fn build(ofauth: bool, release: bool) -> Build {
    let folder = application(ofauth);
    drop(fs::remove_dir_all(folder.join("target")));
    let profile = if release { "release" } else { "debug" };
    let before = cpu_of_children();
    let mut build = cargo(&folder);
    build.args(["build", "--quiet"]).args(release.then_some("--release"));
    build.args([
        "--config",
        &format!("profile.{}.strip=true", if release { "release" } else { "dev" }),
    ]);
    assert!(build.status().unwrap().success());
    let binary = folder.join("target").join(profile).join("application");
    let build =
        Build { cpu: cpu_of_children() - before, size: fs::metadata(binary).unwrap().len() };
    fs::remove_dir_all(folder.join("target")).unwrap();
    build
}

/// The CPU time, in seconds, of the first command of the README on a fresh clone.
pub(crate) fn first_command() -> f64 {
    let folder = Path::new(ROOT).join("target/bench/clone");
    drop(fs::remove_dir_all(&folder));
    let clone = Command::new("git").args(["clone", "--quiet", ROOT]).arg(&folder).status();
    assert!(clone.unwrap().success());
    let before = cpu_of_children();
    let mut run = cargo(&folder);
    run.args(["run", "--quiet", "-p", "ofauth-cli", "--", "chats", "--sandbox"]);
    assert!(run.output().unwrap().status.success());
    let cpu = cpu_of_children() - before;
    fs::remove_dir_all(folder).unwrap();
    cpu
}

/// The CPU time of all child processes that have ended, in seconds (`proc(5)`).
fn cpu_of_children() -> f64 {
    const TICKS: f64 = 100.0;
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    // The second field is the name in brackets, which may contain spaces.
    let (_, fields) = stat.rsplit_once(')').unwrap();
    let ticks = fields.split_whitespace().skip(13).take(2);
    ticks.map(|ticks| ticks.parse::<f64>().unwrap() / TICKS).sum()
}
