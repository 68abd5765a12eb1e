//! The command-line arguments, with their help texts.

use std::fmt::Display;
use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::str::FromStr;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use ofauth::operations::list_chats::{FILTER, LIMIT, OFFSET, ORDER, QUERY, USER_LIST_ID};
use ofauth::{ChatFilter, ChatOrder};
use ofauth_sandbox::{FaultRule, ParseQuotaError, Quota};

/// Command-line client for the OFAuth API: list and watch creators' chats, or run a local sandbox
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

/// List the chats of one or more creators
///
/// The API key is read only from OFAUTH_API_KEY, because other users can see the arguments of a
/// process. --sandbox needs no key.
#[derive(Args, Debug)]
pub(crate) struct ChatsArguments {
    /// Read all chats instead of one page, each exactly once even if the list changes meanwhile
    #[arg(long)]
    pub(crate) all: bool,
    #[arg(long, value_name = "N", allow_negative_numbers = true, help = limit_help(),
          value_parser = whole(LIMIT.range()))]
    pub(crate) limit: Option<i64>,
    /// Number of chats to skip [default: 0]
    #[arg(long, value_name = "N", allow_negative_numbers = true,
          value_parser = whole(OFFSET.range()))]
    pub(crate) offset: Option<i64>,
    /// Sort by newest activity first (recent) or oldest first (old) [default: recent]
    #[arg(long, value_parser = PossibleValuesParser::new(ORDER.words.iter().copied())
          .try_map(|order| order.parse::<ChatOrder>()))]
    pub(crate) order: Option<ChatOrder>,
    #[command(flatten)]
    pub(crate) selection: Selection,
    /// Output format
    #[arg(long, default_value = "table")]
    pub(crate) format: Format,
    /// Write response bodies as received, one per line; with --all, chats that move meanwhile may
    /// be repeated or missed
    #[arg(long, conflicts_with = "format")]
    pub(crate) raw: bool,
    /// Connection id of a creator; can be repeated [env: OFAUTH_CONNECTION_ID]
    #[arg(long, value_name = "ID")]
    pub(crate) connection: Vec<String>,
    /// Read connection ids from a file, one per line; - reads stdin
    #[arg(long, value_name = "FILE", conflicts_with = "raw")]
    pub(crate) connections_file: Option<PathBuf>,
    /// Maximum number of connections to read at a time
    #[arg(long, value_name = "N", default_value_t = 64,
          value_parser = whole(1..=u16::MAX))]
    pub(crate) concurrency: u16,
    #[command(flatten)]
    pub(crate) server: Server,
}

/// Write chats as they get new activity, until Ctrl-C
///
/// Reports activity since the command started or, with --checkpoint, since the last run stopped.
/// The API key is read only from OFAUTH_API_KEY.
#[derive(Args, Debug)]
pub(crate) struct WatchArguments {
    /// Seconds between polls, varied at random by up to 10%
    #[arg(long, value_name = "SECONDS", default_value_t = 30,
          value_parser = whole(1..=u64::MAX))]
    pub(crate) interval: u64,
    /// Save progress to this file, and resume from it
    #[arg(long, value_name = "FILE")]
    pub(crate) checkpoint: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) selection: Selection,
    /// Output format
    #[arg(long, default_value = "ndjson")]
    pub(crate) format: LineFormat,
    /// Connection id of the creator [env: OFAUTH_CONNECTION_ID]
    #[arg(long, value_name = "ID")]
    pub(crate) connection: Option<String>,
    #[command(flatten)]
    pub(crate) server: Server,
}

/// Filters for the list of chats.
#[derive(Args, Debug)]
pub(crate) struct Selection {
    /// Show only one kind of chat: marked as priority, from fans who tipped, or unread
    #[arg(long, value_parser = PossibleValuesParser::new(FILTER.words.iter().copied())
          .try_map(|filter| filter.parse::<ChatFilter>()))]
    pub(crate) filter: Option<ChatFilter>,
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, help = query_help())]
    pub(crate) query: Option<String>,
    /// Show only chats with members of the user list with this id
    #[arg(long, value_name = "N", allow_negative_numbers = true,
          value_parser = whole(USER_LIST_ID.range()))]
    pub(crate) user_list_id: Option<i64>,
}

fn limit_help() -> String {
    let (min, max, default) = (LIMIT.min, LIMIT.max, LIMIT.default.unwrap_or(LIMIT.max));
    format!(
        "Number of chats per page, from {min} to {max} [default: {default}, or {max} with --all]"
    )
}

fn query_help() -> String {
    let max = QUERY.max_length;
    format!("Show only chats that match this search text, at most {max} characters")
}

/// The server, and the limits for requests to it.
#[derive(Args, Debug)]
pub(crate) struct Server {
    /// Time limit for each request, including retries and waiting for the rate limit [default: 300]
    #[arg(long, value_name = "SECONDS", value_parser = whole(1..=u64::MAX))]
    pub(crate) timeout: Option<u64>,
    /// Maximum number of retries for each request, after transient failures
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = whole(0..=u32::MAX))]
    pub(crate) retries: u32,
    /// Rate limit to keep for each connection: requests per minute and burst, or off
    #[arg(long, value_name = "LIMIT", default_value = "60:90", value_parser = limit)]
    pub(crate) rate_limit: Limit,
    /// URL of the API [env: OFAUTH_BASE_URL] [default: https://api-next.ofauth.com]
    #[arg(long, value_name = "URL")]
    pub(crate) base_url: Option<String>,
    /// Use a built-in sandbox instead of the API; needs no account
    #[arg(long, conflicts_with = "base_url")]
    pub(crate) sandbox: bool,
}

/// Run a local sandbox server that simulates the API, until Ctrl-C
#[derive(Args, Debug)]
pub(crate) struct SandboxArguments {
    /// Address to listen on; other machines can reach any address but loopback
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    pub(crate) host: IpAddr,
    /// Port to listen on; 0 picks a free port
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = whole(0..=u16::MAX))]
    pub(crate) port: u16,
    /// Open a second port on loopback, to change inboxes and inspect requests as JSON; 0 picks a
    /// free port
    #[arg(long, value_name = "N", value_parser = whole(0..=u16::MAX))]
    pub(crate) admin_port: Option<u16>,
    /// Number of connections to simulate
    #[arg(long, value_name = "N", default_value_t = 3,
          value_parser = whole(1..=u32::MAX))]
    pub(crate) connections: u32,
    /// Number of chats per connection
    #[arg(long, value_name = "N", default_value_t = 120, value_parser = whole(0..=u32::MAX))]
    pub(crate) chats: u32,
    /// Seed for the generated data; the same seed gives the same chats
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = whole(0..=u64::MAX))]
    pub(crate) seed: u64,
    /// Rate limit to enforce for each connection: requests per minute and burst, or off
    #[arg(long, value_name = "LIMIT", default_value = "60:90", value_parser = limit)]
    pub(crate) rate_limit: Limit,
    /// Read connections from a JSON file: their ids and initial states
    #[arg(long, value_name = "FILE")]
    pub(crate) setup: Option<PathBuf>,
    /// Make this many random changes per second to the inboxes, up to 1000
    #[arg(long, value_name = "RATE", default_value_t = 0.0, allow_negative_numbers = true,
          value_parser = rate)]
    pub(crate) live: f64,
    /// Add a rule that injects faults, as JSON; can be repeated. Example:
    /// '{"fault":{"status":{"status":503}},"times":2}'
    #[arg(long, value_name = "JSON", value_parser = fault)]
    pub(crate) fault: Vec<FaultRule>,
}

/// A rate limit; `None` turns it off.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limit(pub(crate) Option<Quota>);

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

fn limit(text: &str) -> Result<Limit, ParseQuotaError> {
    match text {
        "off" => Ok(Limit(None)),
        _ => text.parse().map(|limit| Limit(Some(limit))),
    }
}

fn rate(text: &str) -> Result<f64, String> {
    let rate = text.parse().ok().filter(|rate| (0.0..=1_000.0).contains(rate));
    rate.ok_or_else(|| "must be a number from 0 to 1000".to_owned())
}

fn fault(text: &str) -> Result<FaultRule, serde_json::Error> {
    serde_json::from_str(text)
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Format {
    /// Table that fits the terminal
    Table,
    /// JSON array of chats, with the API's field names
    Json,
    /// One JSON object per line, for each chat
    Ndjson,
    /// Comma-separated values with a header
    Csv,
}

/// The formats for output that never ends.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum LineFormat {
    /// One JSON object per line, for each chat
    Ndjson,
    /// Comma-separated values with a header
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
