//! Writes the raw client to the file that `src/lib.rs` includes. With the feature `generate`, the
//! client is generated from the spec; otherwise it is a copy of the committed `build/snapshot.rs`.
//! Both are identical, byte for byte; `cargo xtask regen --check` verifies this.

use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

#[cfg(feature = "generate")]
#[path = "build/generator.rs"]
mod generator;

fn main() -> ExitCode {
    match client().and_then(write) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            // One `cargo::error` per line, so that cargo shows each mistake as a separate error.
            for line in message.lines() {
                println!("cargo::error={line}");
            }
            ExitCode::FAILURE
        }
    }
}

fn write(client: String) -> Result<(), String> {
    let directory = env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?;
    let path = Path::new(&directory).join("client.rs");
    fs::write(&path, client).map_err(|error| format!("cannot write {}: {error}", path.display()))
}

#[cfg(feature = "generate")]
fn client() -> Result<String, String> {
    const SPEC: &str = "openapi/ofauth.yaml";
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-changed={SPEC}");
    let yaml = fs::read_to_string(SPEC).map_err(|error| format!("{SPEC}: {error}"))?;
    generator::client(SPEC, &yaml).map_err(|error| error.to_string())
}

#[cfg(not(feature = "generate"))]
fn client() -> Result<String, String> {
    const SNAPSHOT: &str = "build/snapshot.rs";
    println!("cargo::rerun-if-changed={SNAPSHOT}");
    fs::read_to_string(SNAPSHOT).map_err(|error| format!("{SNAPSHOT}: {error}"))
}
