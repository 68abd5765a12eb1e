//! The table of chats.
//!
//! If it is wider than the terminal, columns are hidden before anything is cut that identifies a
//! row.

use comfy_table::{
    Attribute, Cell, CellAlignment, Color, ColumnConstraint, ContentArrangement, Table, presets,
};
use ofauth::{Chat, MessageSender};
use unicode_width::UnicodeWidthStr;

use crate::terminal::printable;

/// The maximum length of a message in a row, in characters, so that the rest need not be converted
/// from HTML.
const PREVIEW: usize = 1_000;
/// The width of the last column that is worth showing.
const LEAST_TEXT: usize = 16;
/// The width of the spaces and the border of a column.
const PADDING: usize = 3;

/// The columns, in their order, and which are hidden first.
const COLUMNS: [(&str, Option<u8>); 7] = [
    ("Connection", None),
    ("User", None),
    ("Unread", Some(2)),
    ("Last activity", Some(3)),
    ("From", Some(1)),
    ("Media", Some(0)),
    ("Last message", Some(4)),
];

/// A row: the texts of its columns, and whether the chat has unread messages.
pub(super) struct Row {
    cells: Vec<String>,
    unread: bool,
}

impl Row {
    pub(super) fn new(connection: Option<&str>, chat: &Chat) -> Self {
        let message = chat.last_message.as_ref();
        let when = message.and_then(|message| message.created_at.as_ref()).map(|created| {
            match created.to_datetime() {
                Some(time) => time.format("%Y-%m-%d %H:%M").to_string(),
                None => printable(created.as_str()),
            }
        });
        let from = message.map(|message| match &message.from_user {
            MessageSender::Name(user) => printable(&user.name),
            sender => sender.id().to_string(),
        });
        let count = |count: u64| if count == 0 { String::new() } else { count.to_string() };
        let cells = vec![
            connection.map(printable).unwrap_or_default(),
            chat.with_user.id.to_string(),
            count(chat.unread()),
            when.unwrap_or_default(),
            from.unwrap_or_default(),
            count(message.map_or(0, |message| message.media.len()) as u64),
            message.map(|message| preview(&message.text)).unwrap_or_default(),
        ];
        Self { cells, unread: chat.unread() > 0 }
    }

    /// Creates a row of chosen fields.
    pub(super) fn of_fields(connection: Option<&str>, fields: Vec<String>) -> Self {
        let connection = connection.unwrap_or_default();
        let cells = [connection].into_iter().chain(fields.iter().map(String::as_str));
        Self { cells: cells.map(printable).collect(), unread: false }
    }
}

/// Returns the table. If `fields` are given, they are its columns.
pub(super) fn table(
    rows: &[Row],
    named: bool,
    fields: Option<&[&str]>,
    width: usize,
    styled: bool,
) -> String {
    let columns: Vec<(&str, Option<u8>)> = match fields {
        Some(fields) => [("Connection", None)]
            .into_iter()
            .chain(fields.iter().map(|field| (*field, None)))
            .collect(),
        None => COLUMNS.to_vec(),
    };
    let natural = |column: usize| {
        let cells = rows.iter().map(|row| row.cells[column].width());
        cells.max().unwrap_or(0).max(columns[column].0.width())
    };
    let mut shown: Vec<usize> = (usize::from(!named)..columns.len()).collect();
    let is_last = |column: usize| column + 1 == columns.len();
    let least = |column: usize| match is_last(column) {
        true => natural(column).min(LEAST_TEXT),
        false => natural(column),
    };
    let needed =
        |shown: &[usize]| shown.iter().map(|column| least(*column) + PADDING).sum::<usize>() + 1;
    while needed(&shown) > width
        && let Some(hidden) = shown
            .iter()
            .copied()
            .filter(|one| columns[*one].1.is_some())
            .min_by_key(|one| columns[*one].1)
    {
        shown.retain(|column| *column != hidden);
    }
    // What remains identifies a row: shorten it in the middle, since ids often differ at their end.
    let excess = needed(&shown).saturating_sub(width);
    let widest = shown.iter().copied().max_by_key(|column| least(*column));
    let text = |row: &Row, column: usize| {
        let text = &row.cells[column];
        match Some(column) == widest && excess > 0 && !is_last(column) {
            true => shortened(text, natural(column).saturating_sub(excess).max(8)),
            false => text.clone(),
        }
    };
    let mut table = Table::new();
    table
        .load_style(presets::UTF8_FULL_CONDENSED)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_header(shown.iter().map(|column| bold(columns[*column].0, styled)));
    for row in rows {
        let cells = shown.iter().map(|column| {
            let cell = Cell::new(text(row, *column));
            match columns[*column].0 {
                "Unread" if row.unread && styled => cell
                    .set_alignment(CellAlignment::Right)
                    .fg(Color::Green)
                    .add_attribute(Attribute::Bold),
                "User" | "Unread" | "Media" => cell.set_alignment(CellAlignment::Right),
                _ => cell,
            }
        });
        table.add_row(comfy_table::Row::from(cells).max_height(1).clone());
    }
    for (place, column) in shown.iter().enumerate() {
        if !is_last(*column)
            && let Some(column) = table.column_mut(place)
        {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
    }
    // The width is known, and so is whether to write styles.
    table.force_no_tty().set_width(width.try_into().unwrap_or(u16::MAX));
    if styled {
        table.enforce_styling();
    }
    table.to_string()
}

fn bold(name: &str, styled: bool) -> Cell {
    match styled {
        true => Cell::new(name).add_attribute(Attribute::Bold),
        false => Cell::new(name),
    }
}

/// Cuts out the middle of a text, but keeps more of its end.
fn shortened(text: &str, width: usize) -> String {
    let length = text.chars().count();
    if length <= width {
        return text.to_owned();
    }
    let end = (width - 1) * 2 / 3;
    let start = width - 1 - end;
    let chars = || text.chars();
    chars().take(start).chain(['…']).chain(chars().skip(length - end)).collect()
}

/// Returns the beginning of an HTML message as one line of text.
fn preview(html: &str) -> String {
    let end = html.char_indices().nth(PREVIEW).map_or(html.len(), |(end, _)| end);
    printable(&nanohtml2text::html2text(&html[..end]))
}
