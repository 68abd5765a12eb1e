//! The command-line arguments, with their help texts.

mod chats;
mod sandbox;
mod server;

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, ColorChoice, Parser, Subcommand};
use clap_complete::Shell;

pub(crate) use chats::{
    ChatsArguments, Creators, FIELDS, Format, Formatting, Selection, WatchArguments,
};
pub(crate) use sandbox::SandboxArguments;
pub(crate) use server::Server;

use crate::failure::EXIT_CODES;

/// Command-line client for the OFAuth API: list and watch creators' chats, or run a local sandbox
#[derive(Debug, Parser)]
#[command(name = "ofauth", version, about, max_term_width = 100, after_help = EXIT_CODES)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) verbosity: Verbosity,
    #[command(flatten)]
    pub(crate) config: Config,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Chats(Box<ChatsArguments>),
    Watch(Box<WatchArguments>),
    Doctor(DoctorArguments),
    Sandbox(Box<SandboxArguments>),
    /// Write a completion script for a shell
    ///
    /// For example: ofauth completions bash >> ~/.bashrc
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Write the manual page, of the whole command or of a subcommand
    ///
    /// For example: ofauth man chats | man -l -
    Man {
        /// The subcommand
        subcommand: Option<String>,
    },
}

/// What is written to stderr, and how.
#[derive(Args, Debug)]
#[command(next_help_heading = "Messages")]
pub(crate) struct Verbosity {
    /// Use colors; auto respects NO_COLOR, CLICOLOR and TERM
    #[arg(long, global = true, value_name = "WHEN", default_value_t = ColorChoice::Auto)]
    pub(crate) color: ColorChoice,
    /// Write only errors to stderr
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Write retries and waits to stderr; -vv: every request. RUST_LOG overrides this
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
}

/// Where settings come from, besides arguments and the environment.
#[derive(Args, Debug)]
#[command(next_help_heading = "Configuration")]
pub(crate) struct Config {
    /// Configuration file [env: OFAUTH_CONFIG] [default: ~/.config/ofauth/config.toml]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Profile in the configuration file [env: OFAUTH_PROFILE] [default: default]
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) profile: Option<String>,
}

/// Check the configuration, the network, the API key and the connection
///
/// Sends one request for a chat. Never shows a secret. Exits with 2 if the configuration is
/// incomplete, and with 1 if another check fails.
#[derive(Args, Debug)]
pub(crate) struct DoctorArguments {
    /// Connection id of the creator [env: OFAUTH_CONNECTION_ID]
    #[arg(long, value_name = "ID")]
    pub(crate) connection: Option<String>,
    /// URL of the API [env: OFAUTH_BASE_URL] [default: https://api-next.ofauth.com]
    #[arg(long, value_name = "URL")]
    pub(crate) base_url: Option<String>,
    /// Time limit for each check
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = whole(1..=3_600_u64))]
    pub(crate) timeout: u64,
}

/// Returns a parser for whole numbers in a range; its error states the range.
fn whole<N>(range: RangeInclusive<N>) -> impl Fn(&str) -> Result<N, String> + Clone + use<N>
where
    N: FromStr + PartialOrd + Display + Clone,
{
    move |text| {
        let number = text.parse().ok().filter(|number| range.contains(number));
        let (least, most) = (range.start(), range.end());
        number.ok_or_else(|| format!("must be a whole number from {least} to {most}"))
    }
}
