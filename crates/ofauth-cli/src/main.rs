//! The `ofauth` command.
//!
//! Data goes to stdout, and everything else to stderr. Exit codes: 0 for success, 1 if the command
//! failed or its output is incomplete, 2 for a usage error, which is found before anything is sent.

mod account;
mod arguments;
mod chats;
mod failure;
mod output;
mod sandbox;
mod watch;

use std::process::ExitCode;

use clap::Parser;

use crate::arguments::{Arguments, Command};
use crate::failure::Failure;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(arguments.command) {
        Ok(()) | Err(Failure::ClosedPipe) => ExitCode::SUCCESS,
        Err(Failure::Usage(message)) => {
            say(&format!("{message}\n\nFor more information, try '--help'."));
            ExitCode::from(2)
        }
        Err(Failure::Failed(message)) => {
            say(&message);
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::Failed(format!("cannot start the async runtime: {error}")))?;
    runtime.block_on(async {
        match command {
            Command::Chats(arguments) => chats::run(arguments).await,
            Command::Watch(arguments) => watch::run(arguments).await,
            Command::Sandbox(arguments) => sandbox::run(arguments).await,
        }
    })
}

fn say(message: &str) {
    let style = anstyle::AnsiColor::Red.on_default().bold();
    anstream::eprintln!("{style}error:{style:#} {message}");
}

fn warn(message: &str) {
    let style = anstyle::AnsiColor::Yellow.on_default().bold();
    anstream::eprintln!("{style}warning:{style:#} {message}");
}
