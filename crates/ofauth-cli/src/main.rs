//! The `ofauth` command.
//!
//! Data goes to stdout, and everything else to stderr.

mod account;
mod arguments;
mod chats;
mod connections;
mod console;
mod doctor;
mod failure;
mod fleet;
mod output;
mod reader;
mod sandbox;
mod settings;
mod watch;

use std::io;
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use crate::arguments::{Arguments, Command};
use crate::failure::Failure;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let result = console::init(&arguments.verbosity).and_then(|()| run(arguments));
    let (code, message) = result.map_or_else(Failure::exit, |()| (0, None));
    if let Some(message) = message {
        console::error(&message);
    }
    ExitCode::from(code)
}

fn run(arguments: Arguments) -> Result<(), Failure> {
    let Arguments { command, config, .. } = arguments;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::Failed(format!("cannot start the async runtime: {error}")))?;
    runtime.block_on(async {
        match command {
            Command::Chats(arguments) => chats::run(*arguments, &config).await,
            Command::Watch(arguments) => watch::run(*arguments, &config).await,
            Command::Doctor(arguments) => doctor::run(arguments, &config).await,
            Command::Sandbox(arguments) => sandbox::run(*arguments).await,
            Command::Completions { shell } => {
                let mut script = Vec::new();
                clap_complete::generate(shell, &mut Arguments::command(), "ofauth", &mut script);
                Ok(io::Write::write_all(&mut io::stdout(), &script)?)
            }
            Command::Man => {
                Ok(clap_mangen::Man::new(Arguments::command()).render(&mut io::stdout())?)
            }
        }
    })
}
