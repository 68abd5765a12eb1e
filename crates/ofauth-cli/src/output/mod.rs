//! Writing chats to stdout or a file, as a table, JSON, NDJSON, CSV or raw bodies.

mod destination;
mod fields;
mod table;

use std::io;

use ofauth::{Chat, Page};

use crate::arguments::{FIELDS, Format, Formatting};
use crate::failure::Failure;
use destination::Destination;
use table::Row;

/// The extra column or field with the connection id, if several connections are read.
const CONNECTION: &str = "connection";

/// Writes chats in one format.
pub(crate) struct Output {
    to: Destination,
    form: Form,
    /// The chosen fields.
    fields: Option<Vec<&'static str>>,
    /// Whether spreadsheets must not evaluate text as formulas.
    safe: bool,
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
    pub(crate) fn new(
        format: Format,
        raw: bool,
        formatting: &Formatting,
        named: bool,
    ) -> Result<Self, Failure> {
        let form = match format {
            _ if raw => Form::Raw,
            Format::Table => Form::Table(Vec::new()),
            Format::Json => Form::Json { first: true },
            Format::Ndjson => Form::Ndjson,
            Format::Csv => Form::Csv { first: true },
        };
        let fields = Some(formatting.fields.clone()).filter(|fields| !fields.is_empty());
        if fields.is_some() && !matches!(form, Form::Table(_) | Form::Csv { .. }) {
            let what = "--fields can only be used with --format table or csv";
            return Err(Failure::Usage(what.to_owned()));
        }
        let to = Destination::new(formatting.output.as_deref())?;
        Ok(Self { to, form, fields, safe: formatting.escape_formulas, named, begun: false })
    }

    /// Writes the chats of a page, or its body if the output is raw.
    pub(crate) fn page(&mut self, page: &Page) -> io::Result<()> {
        self.begun();
        if matches!(self.form, Form::Raw) {
            return self.undecoded(page.body());
        }
        page.iter().try_for_each(|chat| self.chat(None, chat))
    }

    /// Writes one chat, with its connection id if there are several connections.
    pub(crate) fn chat(&mut self, connection: Option<&str>, chat: &Chat) -> io::Result<()> {
        self.begun();
        let connection = connection.filter(|_| self.named);
        let mut text = Vec::new();
        match &mut self.form {
            Form::Table(rows) => rows.push(match &self.fields {
                Some(fields) => Row::of_fields(connection, fields::cells(chat, fields, false)?),
                None => Row::new(connection, chat),
            }),
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
                let fields = self.fields.as_deref().unwrap_or(&FIELDS);
                let mut csv = csv::Writer::from_writer(&mut text);
                if std::mem::take(first) {
                    csv.write_record(header(self.named, fields))?;
                }
                let cells = fields::cells(chat, fields, self.safe)?;
                csv.write_record(connection.map(str::to_owned).into_iter().chain(cells))?;
                csv.flush()?;
            }
            Form::Raw => {}
        }
        self.to.write(&text)
    }

    /// Records that something was read, so that an empty result is written as an empty list.
    pub(crate) fn begun(&mut self) {
        self.begun = true;
    }

    /// Writes a response body if the output is raw.
    pub(crate) fn undecoded(&mut self, body: &[u8]) -> io::Result<()> {
        let mut text = Vec::new();
        if matches!(self.form, Form::Raw) {
            self.begun();
            line(&mut text, body);
        }
        self.to.write(&text)
    }

    /// Completes the output, so that it is well-formed.
    ///
    /// If the command `failed` before anything was read, nothing is written: an empty list would
    /// mean that there are no chats.
    pub(crate) fn end(&mut self, failed: bool) -> Result<(), Failure> {
        if failed && !self.begun {
            return Ok(());
        }
        let text = match &mut self.form {
            Form::Table(rows) => {
                let (width, styled) = (self.to.width(), self.to.is_styled());
                let fields = self.fields.as_deref();
                format!("{}\n", table::table(rows, self.named, fields, width, styled))
            }
            Form::Json { first: true } => "[]\n".to_owned(),
            Form::Json { first: false } => "\n]\n".to_owned(),
            // Without chats, write at least the header.
            Form::Csv { first: true } => {
                let fields = self.fields.as_deref().unwrap_or(&FIELDS);
                format!("{}\n", header(self.named, fields).collect::<Vec<_>>().join(","))
            }
            Form::Csv { first: false } | Form::Ndjson | Form::Raw => String::new(),
        };
        match self.form {
            // The cells of a table have nothing to escape, and the styles must remain.
            Form::Table(_) => self.to.write_as_is(text.as_bytes())?,
            _ => self.to.write(text.as_bytes())?,
        }
        self.to.end(failed)
    }
}

/// Returns the CSV header.
fn header<'a>(named: bool, fields: &'a [&'static str]) -> impl Iterator<Item = &'static str> + 'a {
    named.then_some(CONNECTION).into_iter().chain(fields.iter().copied())
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
