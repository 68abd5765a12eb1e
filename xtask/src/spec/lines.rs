//! Changes lines of a YAML text, and leaves all others, with their comments, as they are.

use std::{fmt, mem};

use serde_json::Value;

use crate::drift::draft::schema::quoted;
use crate::generator::document::{Document, join};

/// A YAML text, and what it says.
pub(crate) struct Layout {
    lines: Vec<String>,
    document: Document,
}

/// The lines of a key and its value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Block {
    /// The line of the key, from 0.
    pub(crate) first: usize,
    /// The line behind the value.
    pub(crate) end: usize,
    /// How far the key is indented.
    pub(crate) indent: usize,
    /// How far its line is: of a list's item, the dash.
    pub(crate) outer: usize,
}

/// Why lines cannot be changed.
pub(crate) enum Stuck {
    /// The place that a JSON pointer leads to is written in flow style (`{…}`, `[…]`), and
    /// has no lines of its own.
    Flow(String),
    Other(String),
}

impl fmt::Display for Stuck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flow(pointer) => write!(
                f,
                "{pointer} is an alias (`*name`), stands on another line than its dash, or is written in flow \
                 style with comments or over lines that cannot be kept; write it in block style, each key and \
                 each item on a line, and run this again"
            ),
            Self::Other(reason) => f.write_str(reason),
        }
    }
}

impl From<String> for Stuck {
    fn from(reason: String) -> Self {
        Self::Other(reason)
    }
}

impl From<&str> for Stuck {
    fn from(reason: &str) -> Self {
        Self::Other(reason.to_owned())
    }
}

impl Layout {
    pub(crate) fn parse(name: &str, yaml: &str) -> Result<Self, String> {
        Ok(Self {
            lines: yaml.lines().map(str::to_owned).collect(),
            document: Document::parse(yaml).map_err(|problem| problem.told(name))?,
        })
    }

    pub(crate) fn text(&self) -> String {
        let mut text = self.lines.join("\n");
        text.push('\n');
        text
    }

    pub(crate) fn value(&self, pointer: &str) -> Option<&Value> {
        self.document.value.pointer(pointer)
    }

    pub(crate) fn lines(&self, block: Block) -> &[String] {
        &self.lines[block.first..block.end]
    }

    /// Where a key and its value stand.
    pub(crate) fn block(&self, pointer: &str) -> Result<Block, Stuck> {
        let problem = self.document.problem(pointer, "");
        let (line, column) = problem
            .position
            .ok_or_else(|| format!("{} has no line of its own", problem.place))?;
        if self.is_flow(pointer) {
            return Err(Stuck::Flow(pointer.to_owned()));
        }
        // A line holds less than 2^32 characters, as the positions are counted.
        let (first, column) = (line as usize - 1, column as usize - 1);
        let text = self.lines.get(first).map_or("", String::as_str);
        let indent = indent(text);
        // An item stands behind its dash, and perhaps a name for it or a tag.
        let item = text[indent..].starts_with("- ");
        let between = text.get(indent + 1..column).filter(|_| item);
        let named = |text: &str| {
            text.split_whitespace()
                .all(|word| word.starts_with(['&', '!']))
        };
        let parent = pointer
            .rsplit_once('/')
            .and_then(|(parent, _)| self.value(parent));
        let of_list = matches!(parent, Some(Value::Array(_)));
        let own_lines = column == indent && !of_list || between.is_some_and(named);
        if !own_lines {
            return Err(Stuck::Flow(pointer.to_owned()));
        }
        let mut end = first + 1;
        let whole = item && of_list;
        let dashed = matches!(self.value(pointer), Some(Value::Array(_)));
        let own = if column == indent { indent } else { column };
        for (index, text) in self.lines.iter().enumerate().skip(first + 1) {
            let content = text.trim_start();
            if content.is_empty() || content.starts_with('#') && self::indent(text) <= own {
                continue;
            }
            let depth = self::indent(text);
            let below = depth > own
                || whole && depth > indent
                || dashed && depth == own && content.starts_with('-');
            if !below {
                break;
            }
            end = index + 1;
        }
        Ok(Block {
            first,
            end,
            indent: own,
            outer: indent,
        })
    }

    /// Whether a place stands inside of something in flow style.
    fn is_flow(&self, pointer: &str) -> bool {
        let above = pointer
            .match_indices('/')
            .map(|(index, _)| &pointer[..index]);
        above.into_iter().any(|above| {
            let (first, column) = match self.document.problem(above, "").position {
                Some((line, column)) if !above.is_empty() => {
                    (line as usize - 1, column as usize - 1)
                }
                _ => (0, 0),
            };
            let item = above
                .rsplit_once('/')
                .is_some_and(|(holder, _)| matches!(self.value(holder), Some(Value::Array(_))));
            let line = self.lines.get(first).map_or("", String::as_str);
            let own = line
                .char_indices()
                .nth(column)
                .map_or("", |(index, _)| &line[index..]);
            // Behind a key, the first colon outside of quotes.
            let own = match item || above.is_empty() {
                true => own,
                false => unquoted(own)
                    .find(|(_, _, c)| *c == ':')
                    .map_or("", |(index, ..)| &own[index + 1..]),
            };
            // A tag or an anchor may stand in front of the value.
            let named = |word: &&str| word.starts_with(['!', '&']);
            let below = self.lines.iter().skip(first + 1).map(String::as_str);
            let words = [own].into_iter().chain(below).map(str::trim_start);
            let words = words.filter(|text| !text.is_empty() && !text.starts_with('#'));
            let mut words = words.flat_map(str::split_whitespace).skip_while(named);
            words
                .next()
                .is_some_and(|word| word.starts_with(['{', '[']))
        })
    }

    /// Where the keys of a mapping stand: how far they are indented, and the last line.
    pub(crate) fn mapping(&self, pointer: &str) -> Result<Block, Stuck> {
        let entries = self.value(pointer).and_then(Value::as_object);
        let mut blocks = Vec::new();
        for key in entries.into_iter().flat_map(|entries| entries.keys()) {
            blocks.push(self.block(&join(pointer, key))?);
        }
        let first = blocks.iter().map(|block| block.first).min();
        let end = blocks.iter().map(|block| block.end).max();
        match (first, end, blocks.first()) {
            (Some(first), Some(end), Some(block)) => Ok(Block {
                first,
                end,
                indent: block.indent,
                outer: block.outer,
            }),
            _ => Err(format!("{pointer} is empty, or was changed already").into()),
        }
    }

    /// Puts lines, indented as told, in front of a line.
    pub(crate) fn insert(&mut self, line: usize, indent: usize, new: &[String]) {
        let pad = " ".repeat(indent);
        let new = new.iter().map(|text| format!("{pad}{text}"));
        self.lines.splice(line..line, new.collect::<Vec<_>>());
    }

    /// Takes out the lines of a block. Their comments stay, each on a line of its own.
    pub(crate) fn remove(&mut self, block: Block) {
        let pad = " ".repeat(indent(&self.lines[block.first]));
        let comments = self.lines(block).iter().filter_map(|line| comment(line));
        let comments: Vec<String> = comments.map(|text| format!("{pad}{text}")).collect();
        self.cut(block);
        self.lines.splice(block.first..block.first, comments);
    }

    /// Takes out the lines of a block that stand elsewhere now. The first key of a list's
    /// item leaves its dash to the next.
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

    /// A block with the comments right above its key.
    pub(crate) fn with_comments(&self, mut block: Block) -> Block {
        let above =
            |line: &&String| indent(line) == block.indent && line.trim_start().starts_with('#');
        block.first -= self.lines[..block.first]
            .iter()
            .rev()
            .take_while(above)
            .count();
        block
    }

    /// Writes in block style what holds a place in flow style; `false` where a comment within
    /// it would be lost.
    pub(crate) fn unfold(&mut self, pointer: &str) -> bool {
        let ends = pointer.match_indices('/').map(|(index, _)| index).skip(1);
        let mut places = ends.chain([pointer.len()]).map(|end| &pointer[..end]);
        let folded = |place: &&str| matches!(self.block(place), Err(Stuck::Flow(_)));
        let Some((holder, _)) = places.find(folded).and_then(|place| place.rsplit_once('/')) else {
            return false;
        };
        let Ok(mut block) = self.block(holder) else {
            return false;
        };
        // A bracket may be closed as far to the left as the key stands.
        let closes = |line: &String| line.trim_start().starts_with(['}', ']']);
        block.end += self.lines[block.end..]
            .iter()
            .take_while(|line| closes(line))
            .count();
        let own = self.lines(block);
        // Whether it stands in a text over several lines does not matter here.
        let commented = |text: &String| {
            let mut signs = text.match_indices('#').map(|(index, _)| &text[..index]);
            signs.any(|before| before.is_empty() || before.ends_with(char::is_whitespace))
        };
        let Some((_, whole)) = own.split_last() else {
            return false;
        };
        if whole.iter().any(commented) {
            return false;
        }
        let text = own.join(" ");
        let Some((start, end)) = brackets(&text, block.indent) else {
            return false;
        };
        let (head, comment) = (text[..start].trim_end(), text[end..].trim());
        if !(comment.is_empty() || comment.starts_with('#')) {
            return false;
        }
        let mut lines = self.block_style(holder);
        let pad = " ".repeat(block.indent);
        if head.trim() == "-" {
            lines
                .iter_mut()
                .skip(1)
                .for_each(|line| line.insert_str(0, &pad));
            lines[0] = format!("{head} {}", lines[0]);
            if !comment.is_empty() {
                lines.insert(0, format!("{}{comment}", " ".repeat(indent(head))));
            }
        } else {
            lines
                .iter_mut()
                .for_each(|line| line.insert_str(0, &format!("{pad}  ")));
            lines.insert(0, format!("{head} {comment}").trim_end().to_owned());
        }
        self.lines.splice(block.first..block.end, lines);
        true
    }

    /// The value at a place as lines in block style, in the order of the text.
    fn block_style(&self, pointer: &str) -> Vec<String> {
        let below = |key: &dyn fmt::Display| self.block_style(&join(pointer, key));
        match self.value(pointer).unwrap_or(&Value::Null) {
            Value::Object(entries) if !entries.is_empty() => {
                let position =
                    |key: &&String| self.document.problem(&join(pointer, key), "").position;
                let mut keys: Vec<&String> = entries.keys().collect();
                keys.sort_by_key(position);
                let entry = |key: &String| {
                    let (lines, name) = (below(key), name(key));
                    match is_nested(&entries[key]) {
                        true => {
                            let lines = lines.iter().map(|line| format!("  {line}"));
                            [format!("{name}:")].into_iter().chain(lines).collect()
                        }
                        false => vec![format!("{name}: {}", lines[0])],
                    }
                };
                keys.into_iter().flat_map(entry).collect()
            }
            Value::Array(items) if !items.is_empty() => {
                let dash =
                    |(index, line)| format!("{}{line}", if index == 0 { "- " } else { "  " });
                let item = |index| {
                    below(&index)
                        .into_iter()
                        .enumerate()
                        .map(dash)
                        .collect::<Vec<_>>()
                };
                (0..items.len()).flat_map(item).collect()
            }
            Value::String(text) if !text.contains(char::is_control) => vec![quoted(text)],
            // JSON's scalars and empty collections are YAML's.
            value => vec![value.to_string()],
        }
    }

    /// Puts another value in the place of one that stands on its key's line.
    pub(crate) fn replace(&mut self, pointer: &str, old: &str, new: &str) -> Result<(), Stuck> {
        let block = self.block(pointer)?;
        let line = &self.lines[block.first];
        let behind = unquoted(line).find(|(index, _, c)| *index >= block.indent && *c == ':');
        let from = behind.map_or(line.len(), |(index, ..)| index + 1);
        let value = line[from..].split_whitespace().next().unwrap_or_default();
        let at = from + line[from..].find(value).unwrap_or_default();
        let bare = value.trim_matches(['\'', '"']);
        let at = at + value.find(bare).unwrap_or_default();
        let more = &self.lines[block.first + 1..block.end];
        let is_silent =
            |line: &String| line.trim().is_empty() || line.trim_start().starts_with('#');
        if !bare.eq_ignore_ascii_case(old) || !more.iter().all(is_silent) {
            let reason =
                format!("{pointer} is not written as `{old}` on the line of its key; write it so");
            return Err(reason.into());
        }
        let end = at + bare.len();
        self.lines[block.first].replace_range(at..end, new);
        Ok(())
    }

    /// Changes the text of a line behind its indentation.
    pub(crate) fn edit(&mut self, line: usize, change: impl Fn(&str) -> String) {
        self.lines[line] = change(&self.lines[line]);
    }
}

/// Where the first flow collection of an entry begins and ends, behind the key.
fn brackets(text: &str, from: usize) -> Option<(usize, usize)> {
    let (mut start, mut depth) = (None, 0_u32);
    for (index, before, c) in unquoted(text).filter(|(index, ..)| *index >= from) {
        match c {
            '{' | '[' if depth > 0 || before == ' ' => {
                start = start.or(Some(index));
                depth += 1;
            }
            '}' | ']' if depth > 0 => {
                depth -= 1;
                if depth == 0 {
                    return Some((start?, index + 1));
                }
            }
            _ => {}
        }
    }
    None
}

/// The comment in a line that is no part of a text over several lines.
fn comment(line: &str) -> Option<&str> {
    let starts = |(_, before, c): &(usize, char, char)| *c == '#' && before.is_whitespace();
    let (index, ..) = unquoted(line).find(starts)?;
    Some(&line[index..])
}

/// The characters outside of quotes, each with its index and the character before it.
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
            // Within a word, a quote is one of its characters.
            None if "'\"".contains(c) && (again || " [{,:-".contains(before)) => quote = Some(c),
            None => return Some((index, before, c)),
        }
        None
    })
}

fn is_nested(value: &Value) -> bool {
    match value {
        Value::Object(entries) => !entries.is_empty(),
        Value::Array(items) => !items.is_empty(),
        _ => false,
    }
}

/// A key, in quotes where it needs them: `x-private` does not.
fn name(key: &str) -> String {
    let quoted = quoted(&key.replace('-', "_"));
    match quoted.starts_with('\'') {
        true => self::quoted(key),
        false => key.to_owned(),
    }
}

fn indent(text: &str) -> usize {
    text.len() - text.trim_start_matches(' ').len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_is_told_from_a_text_with_its_sign() {
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
