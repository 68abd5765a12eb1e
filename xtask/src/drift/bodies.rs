//! Bodies by themselves: one, or several, each on lines of its own.

use serde_json::Deserializer;
use serde_json::error::Category;

use super::outline::Outline;

/// Calls for each body, with what it looks like from outside; returns why the others cannot
/// be read, in words that quote nothing of them.
pub(crate) fn each(
    bytes: &[u8],
    mut look: impl FnMut(&Outline, &[u8]) -> Result<(), serde_json::Error>,
) -> Vec<String> {
    let mut unreadable = Vec::new();
    let mut outlines = Deserializer::from_slice(bytes).into_iter::<Outline>();
    let (mut start, mut counted, mut lines) = (0, 0, 0);
    while let Some(outline) = outlines.next() {
        let end = outlines.byte_offset();
        let looked = match outline {
            Ok(outline) => look(&outline, &bytes[start..end]),
            Err(error) => {
                let blank = bytes[start..].len() - bytes[start..].trim_ascii_start().len();
                let start = start + blank;
                // How far to the right it begins, where it is the first of its line.
                let above = bytes[..start].iter().rev();
                let margin = above.take_while(|byte| **byte != b'\n').count();
                let mut lines = bytes[start..].split(|byte| *byte == b'\n').skip(1);
                if lines.any(|line| begins(line, margin)) {
                    let before = newlines(&bytes[..start]);
                    unreadable.extend(each_line(&bytes[start..], before, margin, &mut look));
                } else {
                    unreadable.push(reason(&error, 0));
                }
                return unreadable;
            }
        };
        if let Err(error) = looked {
            lines += newlines(&bytes[counted..start]);
            counted = start;
            unreadable.push(reason(&error, lines));
        }
        start = end;
    }
    unreadable
}

/// The same where something is no JSON, and more lines begin like a body: from there on each
/// line is read by itself, so that one does not hide the others.
fn each_line(
    bytes: &[u8],
    before: usize,
    margin: usize,
    look: &mut impl FnMut(&Outline, &[u8]) -> Result<(), serde_json::Error>,
) -> Vec<String> {
    let mut unreadable = Vec::new();
    let mut broken = false;
    for (index, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        // What follows a line that cannot be read may belong to it.
        let skipped = index > 0 && broken && !begins(line, margin);
        if line.trim_ascii().is_empty() || skipped {
            continue;
        }
        let looked = serde_json::from_slice(line).and_then(|outline| look(&outline, line));
        broken = looked.is_err();
        unreadable.extend(looked.err().map(|error| reason(&error, before + index)));
    }
    unreadable
}

/// Whether a line begins like a body, not further to the right than another: what is within
/// a body on several lines stands there.
fn begins(line: &[u8], margin: usize) -> bool {
    let text = line.trim_ascii_start();
    line.len() - text.len() <= margin && (text.starts_with(b"{") || text.starts_with(b"["))
}

fn newlines(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte == b'\n').count()
}

/// Why a body cannot be read, in words that quote nothing of it; `before` are the lines in
/// front of it.
pub(crate) fn reason(error: &serde_json::Error, before: usize) -> String {
    let (line, column) = (before + error.line(), error.column());
    let deep = error.to_string().starts_with("recursion limit");
    match error.classify() {
        Category::Eof => format!("it is cut off in line {line}, at column {column}"),
        _ if deep => format!("it is nested too deep, from line {line}, column {column} on"),
        _ => format!("it is no JSON from line {line}, column {column} on"),
    }
}
