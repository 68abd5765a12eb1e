//! The command line.

use std::fmt::Display;
use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::str::FromStr;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use ofauth::{ChatFilter, ChatOrder};
use ofauth_sandbox::{FaultRule, ParseQuotaError, Quota};

/// Lists a creator's chats on OFAuth
#[derive(Debug, Parser)]
#[command(name = "ofauth", version, about, max_term_width = 100)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Chats(ChatsArguments),
    Watch(WatchArguments),
    Sandbox(SandboxArguments),
}

/// List the chats of one creator, or of many
///
/// The API key is read from OFAUTH_API_KEY only, since others can see the
/// arguments of a process. With --sandbox no key is needed.
#[derive(Args, Debug)]
pub(crate) struct ChatsArguments {
    /// Read every chat, each once, whatever moves meanwhile; without it, one page
    #[arg(long)]
    pub(crate) all: bool,
    /// The number of chats of a page, 1 to 20 [default: 10; with --all 20]
    #[arg(long, value_name = "N", allow_negative_numbers = true,
          value_parser = whole(1_u32..=20))]
    pub(crate) limit: Option<u32>,
    /// The number of chats to skip [default: 0]
    #[arg(long, value_name = "N", allow_negative_numbers = true,
          value_parser = whole(0..=i64::MAX))]
    pub(crate) offset: Option<i64>,
    /// Newest or oldest activity first [default: recent]
    #[arg(long, value_parser = PossibleValuesParser::new(["recent", "old"])
          .try_map(|order| order.parse::<ChatOrder>()))]
    pub(crate) order: Option<ChatOrder>,
    #[command(flatten)]
    pub(crate) selection: Selection,
    /// How the chats are written
    #[arg(long, default_value = "table")]
    pub(crate) format: Format,
    /// Write the response bodies as they were received, one a line
    #[arg(long, conflicts_with = "format")]
    pub(crate) raw: bool,
    /// A creator's connection id; may be given again [default: OFAUTH_CONNECTION_ID]
    #[arg(long, value_name = "ID")]
    pub(crate) connection: Vec<String>,
    /// A file with connection ids, one a line; - for stdin
    #[arg(long, value_name = "FILE", conflicts_with = "raw")]
    pub(crate) connections_file: Option<PathBuf>,
    /// How many connections are read at once
    #[arg(long, value_name = "N", default_value_t = 64,
          value_parser = whole(1..=u16::MAX))]
    pub(crate) concurrency: u16,
    #[command(flatten)]
    pub(crate) server: Server,
}

/// Write the chats with new activity as it happens, until Ctrl-C
///
/// What is new is judged from the start on, or from where the last run stopped: see
/// --checkpoint. The API key is read from OFAUTH_API_KEY only.
#[derive(Args, Debug)]
pub(crate) struct WatchArguments {
    /// How often to ask, in seconds, more or less
    #[arg(long, value_name = "SECONDS", default_value_t = 30,
          value_parser = whole(1..=u64::MAX))]
    pub(crate) interval: u64,
    /// Remembers in this file what was seen, and goes on from there
    #[arg(long, value_name = "FILE")]
    pub(crate) checkpoint: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) selection: Selection,
    /// How the chats are written
    #[arg(long, default_value = "ndjson")]
    pub(crate) format: LineFormat,
    /// The creator's connection id [default: OFAUTH_CONNECTION_ID]
    #[arg(long, value_name = "ID")]
    pub(crate) connection: Option<String>,
    #[command(flatten)]
    pub(crate) server: Server,
}

/// Which chats.
#[derive(Args, Debug)]
pub(crate) struct Selection {
    /// Only chats of one kind
    #[arg(long, value_parser = PossibleValuesParser::new(["priority", "who_tipped", "unread"])
          .try_map(|filter| filter.parse::<ChatFilter>()))]
    pub(crate) filter: Option<ChatFilter>,
    /// Only chats that a search for this text finds; at most 100 characters
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(crate) query: Option<String>,
    /// Only chats with members of this user list
    #[arg(long, value_name = "N", allow_negative_numbers = true,
          value_parser = whole(1..=i64::MAX))]
    pub(crate) user_list_id: Option<i64>,
}

/// Whom to ask, and how patiently.
#[derive(Args, Debug)]
pub(crate) struct Server {
    /// How long each request may take in all, with what it waits and tries again [default: 300]
    #[arg(long, value_name = "SECONDS", value_parser = whole(1..=u64::MAX))]
    pub(crate) timeout: Option<u64>,
    /// How often a failed request is tried again, where that may help
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = whole(0..=u32::MAX))]
    pub(crate) retries: u32,
    /// Requests a minute and burst of each connection that are not exceeded, or off
    #[arg(long, value_name = "LIMIT", default_value = "60:90", value_parser = limit)]
    pub(crate) rate_limit: Limit,
    /// The server [default: OFAUTH_BASE_URL, or https://api-next.ofauth.com]
    #[arg(long, value_name = "URL")]
    pub(crate) base_url: Option<String>,
    /// Ask a stand-in for the API that runs inside this command; no account is needed
    #[arg(long, conflicts_with = "base_url")]
    pub(crate) sandbox: bool,
}

/// Run a stand-in for the API on loopback, until Ctrl-C
#[derive(Args, Debug)]
pub(crate) struct SandboxArguments {
    /// The address to listen on; elsewhere than on loopback others can reach it
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    pub(crate) host: IpAddr,
    /// The port to listen on; 0 takes a free one
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = whole(0..=u16::MAX))]
    pub(crate) port: u16,
    /// A second port, on loopback, to change inboxes and to see requests by JSON; 0 takes a free one
    #[arg(long, value_name = "N", value_parser = whole(0..=u16::MAX))]
    pub(crate) admin_port: Option<u16>,
    /// The number of connections
    #[arg(long, value_name = "N", default_value_t = 3,
          value_parser = whole(1..=u32::MAX))]
    pub(crate) connections: u32,
    /// The number of chats of each connection
    #[arg(long, value_name = "N", default_value_t = 120, value_parser = whole(0..=u32::MAX))]
    pub(crate) chats: u32,
    /// The same seed gives the same chats
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = whole(0..=u64::MAX))]
    pub(crate) seed: u64,
    /// Requests a minute and burst of each connection, like 60:90, or off
    #[arg(long, value_name = "LIMIT", default_value = "60:90", value_parser = limit)]
    pub(crate) rate_limit: Limit,
    /// Connections from a JSON file: their ids, and how each begins
    #[arg(long, value_name = "FILE")]
    pub(crate) setup: Option<PathBuf>,
    /// How many changes a second the inboxes make by themselves
    #[arg(long, value_name = "RATE", default_value_t = 0.0, allow_negative_numbers = true,
          value_parser = rate)]
    pub(crate) live: f64,
    /// A rule for what goes wrong, as JSON; may be given again. Like
    /// '{"fault":{"status":{"status":503}},"times":2}'
    #[arg(long, value_name = "JSON", value_parser = fault)]
    pub(crate) fault: Vec<FaultRule>,
}

/// A rate limit, or none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limit(pub(crate) Option<Quota>);

/// Reads a whole number of a range, and says the rule where it is none.
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

fn limit(text: &str) -> Result<Limit, ParseQuotaError> {
    match text {
        "off" => Ok(Limit(None)),
        _ => text.parse().map(|limit| Limit(Some(limit))),
    }
}

fn rate(text: &str) -> Result<f64, String> {
    let rate = text
        .parse()
        .ok()
        .filter(|rate| (0.0..=1_000.0).contains(rate));
    rate.ok_or_else(|| "a number from 0 to 1000 is needed".to_owned())
}

fn fault(text: &str) -> Result<FaultRule, serde_json::Error> {
    serde_json::from_str(text)
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Format {
    /// For people; fits the terminal
    Table,
    /// One JSON array of chats, with the API's own field names
    Json,
    /// One chat a line, as JSON
    Ndjson,
    /// Comma-separated, with a header
    Csv,
}

/// The formats that can be written without an end.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum LineFormat {
    /// One chat a line, as JSON
    Ndjson,
    /// Comma-separated, with a header
    Csv,
}

impl From<LineFormat> for Format {
    fn from(format: LineFormat) -> Self {
        match format {
            LineFormat::Ndjson => Self::Ndjson,
            LineFormat::Csv => Self::Csv,
        }
    }
}
