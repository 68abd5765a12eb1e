//! Writing chats to stdout as a table, JSON, NDJSON, CSV or raw bodies.

use std::io::{self, IsTerminal, Stdout, Write};

use comfy_table::{Attribute, Cell, CellAlignment, Color, ContentArrangement, Row, Table, presets};
use ofauth::{Chat, Page};
use serde_json::Value;

use crate::arguments::Format;

/// The CSV columns, as paths to fields of a chat.
const CSV_COLUMNS: &[&str] = &[
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
/// The extra column or field with the connection id, if several connections are read.
const CONNECTION: &str = "connection";
/// The maximum length of a message in a table row, in characters, so that the rest need not be
/// converted from HTML.
const PREVIEW: usize = 1_000;
/// The width of a table if there is no terminal to fit.
const DEFAULT_WIDTH: u16 = 100;

/// Writes chats to stdout in one format.
pub(crate) struct Output {
    stdout: Stdout,
    form: Form,
    /// Whether each chat is written with its connection id.
    named: bool,
    /// Whether anything was read, even an empty page.
    begun: bool,
}

enum Form {
    /// A table is written at the end, when the column widths are known.
    Table(Vec<Row>),
    Json {
        first: bool,
    },
    Ndjson,
    Csv {
        first: bool,
    },
    Raw,
}

impl Output {
    /// Creates an output. If `named`, each chat is written with its connection id.
    pub(crate) fn new(format: Format, raw: bool, named: bool) -> Self {
        let form = match format {
            _ if raw => Form::Raw,
            Format::Table => Form::Table(Vec::new()),
            Format::Json => Form::Json { first: true },
            Format::Ndjson => Form::Ndjson,
            Format::Csv => Form::Csv { first: true },
        };
        Self { begun: false, stdout: io::stdout(), form, named }
    }

    /// Writes a page.
    pub(crate) fn page(&mut self, page: &Page) -> io::Result<()> {
        self.begun();
        if matches!(self.form, Form::Raw) {
            return self.undecoded(page.body());
        }
        page.iter().try_for_each(|chat| self.chat(None, chat))
    }

    /// Writes a chat, with its connection id if given.
    pub(crate) fn chat(&mut self, connection: Option<&str>, chat: &Chat) -> io::Result<()> {
        self.begun();
        let mut text = Vec::new();
        match &mut self.form {
            Form::Table(rows) => rows.push(row(connection, chat)),
            Form::Json { first } => {
                text.extend_from_slice(if *first { b"[\n" } else { b",\n" });
                *first = false;
                json(&mut text, connection, chat)?;
            }
            Form::Ndjson => {
                json(&mut text, connection, chat)?;
                text.push(b'\n');
            }
            Form::Csv { first } => {
                let mut csv = csv::Writer::from_writer(&mut text);
                if *first {
                    csv.write_record(csv_columns(self.named))?;
                    *first = false;
                }
                let chat = serde_json::to_value(chat)?;
                let cells = CSV_COLUMNS.iter().map(|column| cell(&chat, column));
                csv.write_record(connection.map(str::to_owned).into_iter().chain(cells))?;
                csv.flush()?;
            }
            Form::Raw => {}
        }
        self.write(&text)
    }

    /// Records that something was read, so that an empty result is written as an empty list.
    pub(crate) fn begun(&mut self) {
        self.begun = true;
    }

    /// Writes a response body if the output is raw.
    pub(crate) fn undecoded(&mut self, body: &[u8]) -> io::Result<()> {
        let mut text = Vec::new();
        if matches!(self.form, Form::Raw) {
            line(&mut text, body);
        }
        self.write(&text)
    }

    /// Completes the output, so that it is well-formed.
    ///
    /// If the command `failed` before anything was read, nothing is written: an empty list would
    /// mean that there are no chats.
    pub(crate) fn end(&mut self, failed: bool) -> io::Result<()> {
        if failed && !self.begun {
            return Ok(());
        }
        let text = match &mut self.form {
            Form::Table(rows) => format!("{}\n", table(std::mem::take(rows), self.named)),
            Form::Json { first: true } => "[]\n".to_owned(),
            Form::Json { first: false } => "\n]\n".to_owned(),
            // Without chats, write at least the header.
            Form::Csv { first: true } => {
                let columns: Vec<&str> = csv_columns(self.named).collect();
                format!("{}\n", columns.join(","))
            }
            Form::Csv { first: false } | Form::Ndjson | Form::Raw => String::new(),
        };
        self.write(text.as_bytes())
    }

    fn write(&mut self, text: &[u8]) -> io::Result<()> {
        self.stdout.write_all(text)?;
        self.stdout.flush()
    }
}

/// Returns the CSV header.
fn csv_columns(named: bool) -> impl Iterator<Item = &'static str> {
    let connection = named.then_some(CONNECTION);
    connection.into_iter().chain(CSV_COLUMNS.iter().copied())
}

/// Writes a chat as JSON, with its connection id if given.
fn json(text: &mut Vec<u8>, connection: Option<&str>, chat: &Chat) -> io::Result<()> {
    #[derive(serde::Serialize)]
    struct Named<'a> {
        connection: &'a str,
        #[serde(flatten)]
        chat: &'a Chat,
    }
    match connection {
        Some(connection) => serde_json::to_writer(text, &Named { connection, chat })?,
        None => serde_json::to_writer(text, chat)?,
    }
    Ok(())
}

/// Writes a body as one line. In JSON, line breaks occur only between tokens, so a space can
/// replace them.
fn line(text: &mut Vec<u8>, body: &[u8]) {
    let body = body.trim_ascii();
    text.extend(body.iter().map(|byte| if matches!(byte, b'\n' | b'\r') { b' ' } else { *byte }));
    text.push(b'\n');
}

/// Returns a field of a chat as text, given its path.
fn cell(chat: &Value, place: &str) -> String {
    match place.split('.').try_fold(chat, |value, key| value.get(key)) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
    }
}

fn table(rows: Vec<Row>, named: bool) -> Table {
    let header = ["Connection", "User", "Unread", "Last activity", "From", "Media", "Last message"];
    let header = header.into_iter().skip(usize::from(!named));
    let mut table = Table::new();
    table
        .load_style(presets::UTF8_FULL_CONDENSED)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_header(header.map(|name| Cell::new(name).add_attribute(Attribute::Bold)))
        .add_rows(rows);
    let colourful = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    if !io::stdout().is_terminal() || !colourful {
        // This turns off styles, and also the detection of the width.
        let width = table.width();
        table.force_no_tty().set_width(width.unwrap_or_else(default_width));
    }
    table
}

fn default_width() -> u16 {
    let columns = std::env::var("COLUMNS").ok();
    columns.and_then(|columns| columns.parse().ok()).unwrap_or(DEFAULT_WIDTH)
}

fn row(connection: Option<&str>, chat: &Chat) -> Row {
    let unread = chat.unread();
    let message = chat.last_message.as_ref();
    let when = message.and_then(|message| message.created_at.as_ref()).map(|created| match created
        .to_datetime()
    {
        Some(time) => time.format("%Y-%m-%d %H:%M").to_string(),
        None => printable(created.as_str()),
    });
    let from = message.map(|message| match &message.from_user {
        ofauth::MessageSender::Name(user) => printable(&user.name),
        sender => sender.id().to_string(),
    });
    let media = message.map_or(0, |message| message.media.len());
    let text = message.map(|message| preview(&message.text));
    let count = |count: u64| {
        if count == 0 { String::new() } else { count.to_string() }
    };
    let mut unread = Cell::new(count(unread)).set_alignment(CellAlignment::Right);
    if chat.unread() > 0 {
        unread = unread.fg(Color::Green).add_attribute(Attribute::Bold);
    }
    let cells = [
        Cell::new(chat.with_user.id).set_alignment(CellAlignment::Right),
        unread,
        Cell::new(when.unwrap_or_default()),
        Cell::new(from.unwrap_or_default()),
        Cell::new(count(media as u64)).set_alignment(CellAlignment::Right),
        Cell::new(text.unwrap_or_default()),
    ];
    let mut row = Row::from(connection.map(Cell::new).into_iter().chain(cells));
    row.max_height(1);
    row
}

/// Returns the beginning of an HTML message as one line of text.
fn preview(html: &str) -> String {
    let end = html.char_indices().nth(PREVIEW).map_or(html.len(), |(end, _)| end);
    printable(&nanohtml2text::html2text(&html[..end]))
}

/// Returns a text as one line, without characters that act on a terminal: control characters, and
/// characters that change the text direction.
fn printable(text: &str) -> String {
    let is_control = |c: char| {
        c.is_control()
            || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.split(|c: char| c.is_whitespace() || is_control(c))
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}
