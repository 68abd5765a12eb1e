//! Changes lines of a YAML text, and leaves all others, with their comments, as they are.

use serde_json::Value;

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

    /// Where a key and its value stand. In flow style (`{…}`, `[…]`) they have no lines
    /// of their own, which is told.
    pub(crate) fn block(&self, pointer: &str) -> Result<Block, String> {
        let problem = self.document.problem(pointer, "");
        let (line, column) = problem
            .position
            .ok_or_else(|| format!("{} has no line of its own", problem.place))?;
        // A line holds less than 2^32 characters, as the positions are counted.
        let (first, column) = (line as usize - 1, column as usize - 1);
        let text = self.lines.get(first).map_or("", String::as_str);
        let indent = indent(text);
        // An item stands behind its dash.
        let item = text[indent..].starts_with("- ");
        if column != indent && !(item && column == indent + 2) {
            return Err(format!("line {line} is written in flow style"));
        }
        let mut end = first + 1;
        let parent = pointer
            .rsplit_once('/')
            .and_then(|(parent, _)| self.value(parent));
        let whole = item && matches!(parent, Some(Value::Array(_)));
        let dashed = matches!(self.value(pointer), Some(Value::Array(_)));
        let own = if column == indent { indent } else { column };
        for (index, text) in self.lines.iter().enumerate().skip(first + 1) {
            let content = text.trim_start();
            if content.is_empty() || content.starts_with('#') && self::indent(text) <= own {
                continue;
            }
            let depth = self::indent(text);
            let below = depth > own
                || whole && depth == own
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
        })
    }

    /// Where the keys of a mapping stand: how far they are indented, and the last line.
    pub(crate) fn mapping(&self, pointer: &str) -> Result<Block, String> {
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
            }),
            _ => Err(format!("{pointer} is empty")),
        }
    }

    /// Puts lines, indented as told, in front of a line.
    pub(crate) fn insert(&mut self, line: usize, indent: usize, new: &[String]) {
        let pad = " ".repeat(indent);
        let new = new.iter().map(|text| format!("{pad}{text}"));
        self.lines.splice(line..line, new.collect::<Vec<_>>());
    }

    /// Takes out the lines of a block. The first key of a list's item leaves its dash
    /// to the next.
    pub(crate) fn remove(&mut self, block: Block) {
        let dash = self.lines[block.first].trim_start().starts_with("- ")
            && indent(&self.lines[block.first]) + 2 == block.indent;
        self.lines.drain(block.first..block.end);
        if dash
            && let Some(next) = self.lines.get_mut(block.first)
            && indent(next) == block.indent
        {
            next.replace_range(block.indent - 2..block.indent, "- ");
        }
    }

    /// Changes the text of a line behind its indentation.
    pub(crate) fn edit(&mut self, line: usize, change: impl Fn(&str) -> String) {
        self.lines[line] = change(&self.lines[line]);
    }
}

fn indent(text: &str) -> usize {
    text.len() - text.trim_start_matches(' ').len()
}
