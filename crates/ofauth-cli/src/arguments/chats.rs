//! The arguments of `ofauth chats` and `ofauth watch`.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use chrono::{DateTime, NaiveDate, Utc};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use ofauth::operations::list_chats::{FILTER, LIMIT, OFFSET, ORDER, QUERY, USER_LIST_ID};
use ofauth::{ChatFilter, ChatOrder, Cursor};

use super::{Server, whole};

/// The fields that can be chosen, as paths in a chat's JSON; by default, CSV has all of them.
pub(crate) const FIELDS: [&str; 22] = [
    "withUser.id",
    "withUser._view",
    "unreadMessagesCount",
    "hasUnreadTips",
    "canSendMessage",
    "canNotSendReason",
    "canGoToProfile",
    "isMutedNotifications",
    "hasPurchasedFeed",
    "countPinnedMessages",
    "lastReadMessageId",
    "lastMessage.id",
    "lastMessage.createdAt",
    "lastMessage.changedAt",
    "lastMessage.fromUser.id",
    "lastMessage.fromUser.name",
    "lastMessage.mediaCount",
    "lastMessage.isTip",
    "lastMessage.isFree",
    "lastMessage.isOpened",
    "lastMessage.isNew",
    "lastMessage.text",
];

/// List the chats of one or more creators
///
/// The API key is read only from OFAUTH_API_KEY or a profile, because other users can see the
/// arguments of a process. --sandbox needs no key.
#[derive(Args, Debug)]
#[command(after_help = crate::failure::EXIT_CODES)]
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
    /// Sort by newest activity first (recent) or oldest first (old) [default: recent]. With old,
    /// --all may miss a chat whose last message is unsent meanwhile
    #[arg(long, value_parser = PossibleValuesParser::new(ORDER.words.iter().copied())
          .try_map(|order| order.parse::<ChatOrder>()))]
    pub(crate) order: Option<ChatOrder>,
    #[command(flatten)]
    pub(crate) selection: Selection,
    /// Read all chats with activity since a time: RFC 3339, a date (UTC), or an age like 90m, 24h
    /// or 7d
    #[arg(long, value_name = "TIME", value_parser = time,
          conflicts_with_all = ["offset", "order", "limit", "raw", "resume", "all_pages"])]
    pub(crate) since: Option<DateTime<Utc>>,
    /// Stop after N chats from each connection
    #[arg(long, value_name = "N", value_parser = whole(1..=u64::MAX),
          conflicts_with_all = ["raw", "limit"])]
    pub(crate) max: Option<u64>,
    /// Read up to N pages of each connection at once
    #[arg(long, value_name = "N", value_parser = whole(1..=64_usize), conflicts_with = "raw")]
    pub(crate) parallel: Option<usize>,
    /// Continue an interrupted --all from the cursor that it wrote; @FILE reads it from a file
    #[arg(long, value_name = "CURSOR", value_parser = cursor, conflicts_with_all = ["raw", "limit"])]
    pub(crate) resume: Option<Cursor>,
    /// Output format
    #[arg(long, default_value = "table")]
    pub(crate) format: Format,
    /// Write the response body of a page as received, on one line
    #[arg(long, conflicts_with_all = ["format", "all", "fields", "escape_formulas"])]
    pub(crate) raw: bool,
    /// With --raw: write every page, in the server's order; chats that move meanwhile may be
    /// repeated or missed
    #[arg(long, requires = "raw")]
    pub(crate) all_pages: bool,
    #[command(flatten)]
    pub(crate) formatting: Formatting,
    #[command(flatten)]
    pub(crate) creators: Creators,
    #[command(flatten)]
    pub(crate) server: Server,
}

/// Write chats as they get new activity, until Ctrl-C
///
/// Reports activity since the command started or, with a checkpoint, since the last run stopped.
/// Each change is written at least once: after a restart, the last ones may be written again. The
/// API key is read only from OFAUTH_API_KEY or a profile.
#[derive(Args, Debug)]
#[command(after_help = crate::failure::EXIT_CODES)]
pub(crate) struct WatchArguments {
    /// Seconds between polls, varied at random by up to 10%
    #[arg(long, value_name = "SECONDS", default_value_t = 30,
          value_parser = whole(1..=u64::MAX))]
    pub(crate) interval: u64,
    /// Save the progress of one connection to this file, and resume from it
    #[arg(long, value_name = "FILE")]
    pub(crate) checkpoint: Option<PathBuf>,
    /// Save the progress of each connection to a file in this folder, and resume from them
    #[arg(long, value_name = "DIR", conflicts_with = "checkpoint")]
    pub(crate) checkpoint_dir: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) selection: Selection,
    /// Output format
    #[arg(long, default_value = "ndjson")]
    pub(crate) format: LineFormat,
    /// Fields for csv, as a comma-separated list
    #[arg(long, value_name = "FIELD", value_delimiter = ',', hide_possible_values = true,
          value_parser = field_parser())]
    pub(crate) fields: Vec<&'static str>,
    #[command(flatten)]
    pub(crate) creators: Creators,
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

/// What the output contains, and where it goes.
#[derive(Args, Debug, Default)]
pub(crate) struct Formatting {
    /// Fields for csv and table, as a comma-separated list
    #[arg(long, value_name = "FIELD", value_delimiter = ',', hide_possible_values = true,
          value_parser = field_parser())]
    pub(crate) fields: Vec<&'static str>,
    /// Write to a file, which is replaced only when the output is complete; a new file can be read
    /// only by you
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// In csv, put ' before text that a spreadsheet would evaluate as a formula
    #[arg(long)]
    pub(crate) escape_formulas: bool,
}

/// The creators whose chats are read.
#[derive(Args, Debug)]
#[command(next_help_heading = "Creators")]
pub(crate) struct Creators {
    /// Connection id of a creator; can be repeated [env: OFAUTH_CONNECTION_ID]
    #[arg(long, value_name = "ID")]
    pub(crate) connection: Vec<String>,
    /// Read connection ids from a file, one per line; lines that begin with # are comments; -
    /// reads stdin
    #[arg(long, value_name = "FILE")]
    pub(crate) connections_file: Option<PathBuf>,
    /// Maximum number of connections to read at a time
    #[arg(long, value_name = "N", default_value_t = 64,
          value_parser = whole(1..=u16::MAX))]
    pub(crate) concurrency: u16,
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

fn field_parser() -> impl TypedValueParser<Value = &'static str> {
    PossibleValuesParser::new(FIELDS).map(|name| {
        // The parser accepts nothing else.
        FIELDS.into_iter().find(|field| *field == name).unwrap_or(FIELDS[0])
    })
}

/// Parses a point in time.
fn time(text: &str) -> Result<DateTime<Utc>, String> {
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Ok(time.to_utc());
    }
    if let Ok(date) = text.parse::<NaiveDate>()
        && let Some(midnight) = date.and_hms_opt(0, 0, 0)
    {
        return Ok(midnight.and_utc());
    }
    let age = || {
        let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
        let seconds = match unit {
            "s" => 1,
            "m" => 60,
            "h" => 3_600,
            "d" => 86_400,
            _ => return None,
        };
        let seconds = number.parse::<u64>().ok()?.checked_mul(seconds)?;
        let time = SystemTime::now().checked_sub(Duration::from_secs(seconds))?;
        (time >= SystemTime::UNIX_EPOCH).then(|| time.into())
    };
    age().ok_or_else(|| {
        "must be a time like 2024-01-15T10:30:00Z, a date like 2024-01-15, or an age like 90m, \
         24h or 7d"
            .to_owned()
    })
}

/// Parses a cursor, or reads it from a file.
fn cursor(text: &str) -> Result<Cursor, String> {
    let cursor = match text.strip_prefix('@') {
        Some(file) => fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))?,
        None => text.to_owned(),
    };
    cursor.trim().parse().map_err(|error: ofauth::Error| error.to_string())
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
