//! Captures of bare JSON bodies: a single body, or a sequence, for example JSON lines.

use serde_json::Deserializer;
use serde_json::error::Category;

use super::outline::Outline;

/// Calls `visit` with the outline and the bytes of each body. Returns why the unreadable bodies
/// can't be read, without quoting them.
pub(crate) fn for_each(
    bytes: &[u8],
    mut visit: impl FnMut(&Outline, &[u8]) -> Result<(), serde_json::Error>,
) -> Vec<String> {
    let mut unreadable = Vec::new();
    let mut outlines = Deserializer::from_slice(bytes).into_iter::<Outline>();
    let (mut start, mut counted, mut lines) = (0, 0, 0);
    while let Some(outline) = outlines.next() {
        let end = outlines.byte_offset();
        let result = match outline {
            Ok(outline) => visit(&outline, &bytes[start..end]),
            Err(error) => {
                let blank = bytes[start..].len() - bytes[start..].trim_ascii_start().len();
                let start = start + blank;
                // The body's indentation, if it is the first on its line.
                let above = bytes[..start].iter().rev();
                let margin = above.take_while(|byte| **byte != b'\n').count();
                let mut lines = bytes[start..].split(|byte| *byte == b'\n').skip(1);
                let after_body = !bytes[start - margin..start].trim_ascii().is_empty();
                if after_body || lines.any(|line| starts_body(line, margin)) {
                    let before = newlines(&bytes[..start]);
                    let rest = Lines { before, margin, after_body };
                    unreadable.extend(for_each_line(&bytes[start..], &rest, &mut visit));
                } else {
                    unreadable.push(reason(&error, 0));
                }
                return unreadable;
            }
        };
        if let Err(error) = result {
            lines += newlines(&bytes[counted..start]);
            counted = start;
            unreadable.push(reason(&error, lines));
        }
        start = end;
    }
    unreadable
}

/// Where the lines after invalid JSON are.
struct Lines {
    /// The number of lines above.
    before: usize,
    /// The indentation of bodies.
    margin: usize,
    /// Whether a body was read at the start of the first line.
    after_body: bool,
}

/// Continues line by line after invalid JSON, so that a broken body doesn't hide later ones.
fn for_each_line(
    bytes: &[u8],
    lines: &Lines,
    visit: &mut impl FnMut(&Outline, &[u8]) -> Result<(), serde_json::Error>,
) -> Vec<String> {
    let mut unreadable = Vec::new();
    let mut broken = false;
    for (index, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        // Lines after a broken line may belong to it, unless they look like a body.
        if index > 0 && broken && !starts_body(line, lines.margin) {
            continue;
        }
        let before = lines.before + index;
        let mut any = lines.after_body && index == 0;
        let mut rest = line;
        loop {
            // Bodies copied from a list are followed by a comma.
            let text = rest.trim_ascii();
            let text = text.strip_prefix(b",").unwrap_or(text);
            broken = false;
            if text.trim_ascii().is_empty() {
                break;
            }
            let mut outlines = Deserializer::from_slice(text).into_iter::<Outline>();
            let result = outlines.next().unwrap_or(Ok(Outline::Scalar));
            let end = outlines.byte_offset();
            let result = result.and_then(|outline| visit(&outline, &text[..end]));
            rest = &text[end..];
            broken = result.is_err();
            match result {
                Ok(()) => any = true,
                Err(_) if any => {
                    unreadable.push(format!("text after a body at line {}", before + 1));
                }
                Err(error) => unreadable.push(reason(&error, before)),
            }
            if broken {
                break;
            }
        }
    }
    unreadable
}

/// Whether a line looks like the start of a body. Lines that are indented deeper than `margin`
/// are inside a body that spans several lines.
fn starts_body(line: &[u8], margin: usize) -> bool {
    let text = line.trim_ascii_start();
    line.len() - text.len() <= margin && (text.starts_with(b"{") || text.starts_with(b"["))
}

fn newlines(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte == b'\n').count()
}

/// Why a body can't be read, without quoting it. `before` is the number of lines above it.
pub(crate) fn reason(error: &serde_json::Error, before: usize) -> String {
    let (line, column) = (before + error.line(), error.column());
    let deep = error.to_string().starts_with("recursion limit");
    match error.classify() {
        Category::Eof => format!("truncated at line {line}, column {column}"),
        _ if deep => format!("nested too deeply at line {line}, column {column}"),
        _ => format!("invalid JSON at line {line}, column {column}"),
    }
}
