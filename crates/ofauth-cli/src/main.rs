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
mod terminal;
mod watch;

use std::env;
use std::ffi::OsString;
use std::io;
use std::process::ExitCode;

use clap::{ColorChoice, CommandFactory, FromArgMatches};

use crate::arguments::{Arguments, Command};
use crate::failure::Failure;

fn main() -> ExitCode {
    let arguments = parse();
    let result = console::init(&arguments.verbosity).and_then(|()| run(arguments));
    let (code, message) = result.map_or_else(Failure::exit, |()| (0, None));
    if let Some(message) = message {
        console::error(&message);
    }
    ExitCode::from(code)
}

fn run(arguments: Arguments) -> Result<(), Failure> {
    let Arguments { command, config, .. } = arguments;
    // It fails only if there is one already.
    drop(rustls::crypto::ring::default_provider().install_default());
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
            Command::Man { subcommand } => manual(subcommand.as_deref()),
        }
    })
}

/// Parses the arguments. Help and errors of the arguments respect `--color`, too.
fn parse() -> Arguments {
    let arguments: Vec<OsString> = env::args_os().collect();
    let texts = arguments.iter().filter_map(|argument| argument.to_str());
    let next = texts.clone().skip(1);
    let color = texts.zip(next).find_map(|(option, next)| match option {
        "--color" => Some(next),
        _ => option.strip_prefix("--color="),
    });
    let color = color.and_then(|color| color.parse().ok()).unwrap_or(ColorChoice::Auto);
    let matches = Arguments::command().color(color).get_matches_from(arguments);
    Arguments::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
}

/// Writes the manual page.
fn manual(subcommand: Option<&str>) -> Result<(), Failure> {
    let mut command = Arguments::command();
    command.build();
    let page = match subcommand {
        None => command,
        Some(name) => match command.find_subcommand(name) {
            Some(found) => found.clone(),
            None => return Err(Failure::Usage(format!("there is no subcommand `{name}`"))),
        },
    };
    Ok(clap_mangen::Man::new(page).render(&mut io::stdout())?)
}
