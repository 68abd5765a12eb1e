//! Edits YAML line by line. All other lines stay as they are, including comments.

use std::mem;

use serde_json::Value;

use crate::generator::document::{Document, join};

/// The lines of a YAML text, and the document parsed from them.
#[derive(Clone)]
pub(crate) struct Lines {
    lines: Vec<String>,
    document: Document,
}

/// The lines of a key and its value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Block {
    /// The line of the key, from 0.
    pub(crate) first: usize,
    /// The line after the value.
    pub(crate) end: usize,
    /// The indentation of the key.
    pub(crate) indent: usize,
    /// The indentation of its line; for a list item, that of the dash.
    pub(crate) outer: usize,
}

impl Lines {
    /// The lines of a text, and the document that was parsed from it.
    pub(crate) fn new(yaml: &str, document: Document) -> Self {
        Self { lines: yaml.lines().map(str::to_owned).collect(), document }
    }

    /// Parses the edited text again, because its lines have moved.
    pub(crate) fn reparse(&mut self, name: &str) -> Result<(), String> {
        let text = self.text();
        let document = Document::parse(&text).map_err(|problem| problem.in_file(name))?;
        *self = Self::new(&text, document);
        Ok(())
    }

    pub(crate) fn text(&self) -> String {
        let mut text = self.lines.join("\n");
        text.push('\n');
        text
    }

    pub(crate) fn document(&self) -> &Document {
        &self.document
    }

    pub(crate) fn into_document(self) -> Document {
        self.document
    }

    /// Returns the value at a JSON pointer, as of the last time the text was parsed.
    pub(crate) fn value(&self, pointer: &str) -> Option<&Value> {
        self.document.value.pointer(pointer)
    }

    pub(crate) fn lines(&self, block: Block) -> &[String] {
        &self.lines[block.first..block.end]
    }

    /// Returns the lines of the key or item at a JSON pointer.
    ///
    /// Returns an error if it shares its line with others, as in flow style.
    pub(crate) fn block(&self, pointer: &str) -> Result<Block, String> {
        let (first, column) = self.position(pointer).ok_or_else(|| {
            let place = self.document.problem(pointer, "").place;
            format!("{place} isn't on its own line")
        })?;
        let text = self.lines.get(first).map_or("", String::as_str);
        let outer = indent(text);
        let is_item = self.is_item(pointer);
        // An item follows its dash, perhaps with an anchor or a tag in between.
        let dash = text[outer..].starts_with("- ");
        let between = text.get(outer + 1..column).filter(|_| dash);
        let is_name = |word: &str| word.starts_with(['&', '!']);
        let has_own_line = column == outer && !is_item
            || between.is_some_and(|text| text.split_whitespace().all(is_name));
        if !has_own_line || self.is_in_flow_style(pointer) {
            return Err(format!(
                "{pointer} is an alias (`*name`), is in flow style, or shares its line with others; write \
                 it in block style, each key and each item on its own line, and run this again"
            ));
        }
        let is_list = matches!(self.value(pointer), Some(Value::Array(_)));
        let mut end = first + 1;
        for (index, text) in self.lines.iter().enumerate().skip(first + 1) {
            let content = text.trim_start();
            let depth = indent(text);
            if content.is_empty() || content.starts_with('#') && depth <= column {
                continue;
            }
            let is_below = depth > column
                || dash && is_item && depth > outer
                || is_list && depth == column && content.starts_with('-');
            if !is_below {
                break;
            }
            end = index + 1;
        }
        Ok(Block { first, end, indent: column, outer })
    }

    /// Returns the line and column of a key or item, from 0.
    fn position(&self, pointer: &str) -> Option<(usize, usize)> {
        let (line, column) = self.document.problem(pointer, "").position?;
        // A text has fewer lines and columns than a `usize` can count.
        Some((line as usize - 1, column as usize - 1))
    }

    fn is_item(&self, pointer: &str) -> bool {
        let parent = pointer.rsplit_once('/').map(|(parent, _)| parent);
        matches!(parent.and_then(|parent| self.value(parent)), Some(Value::Array(_)))
    }

    /// Returns whether a key or item is inside a flow collection (`{…}`, `[…]`).
    fn is_in_flow_style(&self, pointer: &str) -> bool {
        let mut above = pointer.match_indices('/').map(|(index, _)| &pointer[..index]);
        above.any(|above| self.is_flow(above))
    }

    /// Returns whether the value at a pointer is a flow collection.
    fn is_flow(&self, pointer: &str) -> bool {
        let (first, column) = match pointer {
            "" => (0, 0),
            pointer => match self.position(pointer) {
                Some(position) => position,
                None => return false,
            },
        };
        let line = self.lines.get(first).map_or("", String::as_str);
        let start = line.char_indices().nth(column);
        let mut rest = start.map_or("", |(index, _)| &line[index..]);
        if !pointer.is_empty() && !self.is_item(pointer) {
            // The value follows the first colon outside quotes that ends a key.
            let ends_key = |index: usize| {
                rest[index + 1..].is_empty() || rest[index + 1..].starts_with([' ', '\t'])
            };
            let colon = unquoted(rest).find(|(index, _, c)| *c == ':' && ends_key(*index));
            rest = colon.map_or("", |(index, ..)| &rest[index + 1..]);
        }
        let below = self.lines.iter().skip(first + 1).map(String::as_str);
        let texts = [rest].into_iter().chain(below);
        let texts =
            texts.map(|text| text.strip_suffix(comment(text).unwrap_or_default()).unwrap_or(text));
        // A tag or an anchor may come first.
        let mut words =
            texts.flat_map(str::split_whitespace).skip_while(|word| word.starts_with(['!', '&']));
        words.next().is_some_and(|word| word.starts_with(['{', '[']))
    }

    /// Returns the pointers of all non-empty flow collections, except those inside another one.
    pub(crate) fn flow_collections(&self) -> Vec<String> {
        let mut found = Vec::new();
        let mut stack = vec![String::new()];
        while let Some(pointer) = stack.pop() {
            let keys: Vec<String> = match self.value(&pointer) {
                Some(Value::Object(entries)) => {
                    entries.keys().map(|key| join(&pointer, key)).collect()
                }
                Some(Value::Array(items)) => {
                    (0..items.len()).map(|index| join(&pointer, index)).collect()
                }
                _ => continue,
            };
            match !keys.is_empty() && self.is_flow(&pointer) {
                true => found.push(pointer),
                false => stack.extend(keys),
            }
        }
        found
    }

    /// Returns the lines of all entries of a mapping; `indent` is that of the keys.
    pub(crate) fn mapping(&self, pointer: &str) -> Result<Block, String> {
        let entries = self.value(pointer).and_then(Value::as_object);
        let mut whole: Option<Block> = None;
        for key in entries.into_iter().flat_map(|entries| entries.keys()) {
            let block = self.block(&join(pointer, key))?;
            let whole = whole.get_or_insert(block);
            whole.first = whole.first.min(block.first);
            whole.end = whole.end.max(block.end);
        }
        whole.ok_or_else(|| format!("{pointer} is empty, or has already been changed"))
    }

    /// Inserts lines before a line, indented by `indent`.
    pub(crate) fn insert(&mut self, line: usize, indent: usize, new: &[String]) {
        let pad = " ".repeat(indent);
        let new = new.iter().map(|text| format!("{pad}{text}"));
        self.lines.splice(line..line, new.collect::<Vec<_>>());
    }

    /// Removes the lines of a block, but keeps their comments, each on its own line.
    pub(crate) fn remove(&mut self, block: Block) {
        let pad = " ".repeat(indent(&self.lines[block.first]));
        let comments = self.lines(block).iter().filter_map(|line| comment(line));
        let comments: Vec<String> = comments.map(|text| format!("{pad}{text}")).collect();
        self.cut(block);
        self.lines.splice(block.first..block.first, comments);
    }

    /// Removes the lines of a block that have been moved elsewhere. If it's the first key of a list
    /// item, the next key gets the dash.
    pub(crate) fn cut(&mut self, block: Block) {
        let dash =
            self.lines[block.first].trim_start().starts_with("- ") && block.outer < block.indent;
        self.lines.drain(block.first..block.end);
        if dash
            && let Some(next) = self.lines.get_mut(block.first)
            && indent(next) == block.indent
        {
            next.replace_range(block.indent - 2..block.indent, "- ");
        }
    }

    /// Replaces a scalar that is on the same line as its key.
    pub(crate) fn replace(&mut self, pointer: &str, old: &str, new: &str) -> Result<(), String> {
        let block = self.block(pointer)?;
        let line = &self.lines[block.first];
        let colon = unquoted(line).find(|(index, _, c)| *index >= block.indent && *c == ':');
        let from = colon.map_or(line.len(), |(index, ..)| index + 1);
        let value = line[from..].split_whitespace().next().unwrap_or_default();
        let bare = value.trim_matches(['\'', '"']);
        let at = from + line[from..].find(bare).unwrap_or_default();
        let more = &self.lines[block.first + 1..block.end];
        let is_blank = |line: &String| {
            let line = line.trim_start();
            line.is_empty() || line.starts_with('#')
        };
        if !bare.eq_ignore_ascii_case(old) || !more.iter().all(is_blank) {
            return Err(format!(
                "{pointer} must be written as `{old}`, on the same line as its key; change it, and \
                 run this again"
            ));
        }
        let end = at + bare.len();
        self.lines[block.first].replace_range(at..end, new);
        Ok(())
    }
}

/// Formats text as a YAML scalar, in quotes if it would otherwise be read as something else.
pub(crate) fn quoted(text: &str) -> String {
    const RESERVED: &[&str] = &["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    let plain = text.starts_with(|first: char| first.is_ascii_alphabetic() || "_$".contains(first))
        && text.chars().skip(1).all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !RESERVED.contains(&text.to_ascii_lowercase().as_str());
    match plain {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', "''")),
    }
}

/// Returns the comment in a line. The line must not be part of a multi-line string.
fn comment(line: &str) -> Option<&str> {
    let starts = |(_, before, c): &(usize, char, char)| *c == '#' && before.is_whitespace();
    let (index, ..) = unquoted(line).find(starts)?;
    Some(&line[index..])
}

/// Returns the characters outside quotes, each with its index and the character before it.
fn unquoted(text: &str) -> impl Iterator<Item = (usize, char, char)> {
    let (mut quote, mut escaped, mut closed, mut last) = (None, false, false, ' ');
    text.char_indices().filter_map(move |(index, c)| {
        let before = mem::replace(&mut last, c);
        let again = mem::take(&mut closed) && c == '\'' && before == c;
        match quote {
            Some('"') if mem::take(&mut escaped) => {}
            Some('"') if c == '\\' => escaped = true,
            Some(open) if c == open => {
                quote = None;
                closed = true;
            }
            Some(_) => {}
            // Inside a word, a quote is an ordinary character.
            None if "'\"".contains(c) && (again || " [{,:-".contains(before)) => quote = Some(c),
            None => return Some((index, before, c)),
        }
        None
    })
}

fn indent(text: &str) -> usize {
    text.len() - text.trim_start_matches(' ').len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_distinguished_from_text() {
        for (line, expected) in [
            ("a: b # c", Some("# c")),
            ("# c", Some("# c")),
            ("- a\t# c", Some("# c")),
            ("a: b#c", None),
            ("$ref: '#/a # b' # c", Some("# c")),
            ("a: 'it''s # b' # c", Some("# c")),
            ("a: '' # c", Some("# c")),
            ("a: '\\' # c", Some("# c")),
            ("a: \"\\\" # b\" # c", Some("# c")),
            ("a: \"b\\\\\" # c", Some("# c")),
            ("a: it's b's # c", Some("# c")),
            ("a: ['#', \"#\", 'b # d'] # c", Some("# c")),
            ("'a # b': 1", None),
        ] {
            assert_eq!(comment(line), expected, "{line}");
        }
    }
}
