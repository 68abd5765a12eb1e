//! With the feature `generate`, generates the raw client from the spec, for `src/lib.rs` to include.
//! Otherwise, that file includes the committed `build/snapshot.rs`, and there is nothing to do.
//! Both are identical, byte for byte; `cargo xtask regen --check` verifies this.

use std::process::ExitCode;

#[cfg(feature = "generate")]
#[path = "build/generator.rs"]
mod generator;

#[cfg(not(feature = "generate"))]
fn main() -> ExitCode {
    println!("cargo::rerun-if-changed=build.rs");
    ExitCode::SUCCESS
}

#[cfg(feature = "generate")]
fn main() -> ExitCode {
    match generate() {
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

#[cfg(feature = "generate")]
fn generate() -> Result<(), String> {
    use std::path::Path;
    use std::{env, fs};

    const SPEC: &str = "openapi/ofauth.yaml";
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-changed={SPEC}");
    let yaml = fs::read_to_string(SPEC).map_err(|error| format!("{SPEC}: {error}"))?;
    let client = generator::client(SPEC, &yaml).map_err(|error| error.to_string())?;
    let directory = env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?;
    let path = Path::new(&directory).join("client.rs");
    fs::write(&path, client).map_err(|error| format!("cannot write {}: {error}", path.display()))
}
