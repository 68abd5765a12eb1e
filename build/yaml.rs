//! Reads YAML 1.2 (core schema) as a JSON value, with the position of each of its parts.

use std::collections::BTreeMap;
use std::fmt;
use std::panic;
use std::thread;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use serde_saphyr::budget::BudgetBreach;
use serde_saphyr::{Error, Location, Options, Spanned};

use super::problem::Problem;

/// The maximum nesting of mappings and lists, the same as serde_json's.
const MAX_DEPTH: usize = 127;

/// How to fix a syntax error, which the parser's messages don't say.
const SYNTAX_FIX: &str =
    "correct the indentation, the quotes or the brackets, here or in the lines before";

/// Line and column, both from 1.
pub(super) type Position = (u64, u64);

/// The positions of a value's parts.
#[derive(Debug, Clone, Default)]
pub(super) enum Positions {
    #[default]
    Unknown,
    List(Vec<Located>),
    Mapping(BTreeMap<String, Located>),
}

#[derive(Debug, Clone)]
pub(super) struct Located {
    position: Option<Position>,
    below: Positions,
}

impl Positions {
    /// Returns the position of the value that `keys` lead to.
    pub(super) fn position(&self, mut keys: impl Iterator<Item = String>) -> Option<Position> {
        let first = keys.next()?;
        let mut place = self.below(&first)?;
        for key in keys {
            place = place.below.below(&key)?;
        }
        place.position
    }

    fn below(&self, key: &str) -> Option<&Located> {
        match self {
            Self::Unknown => None,
            Self::List(items) => items.get(key.parse::<usize>().ok()?),
            Self::Mapping(entries) => entries.get(key),
        }
    }
}

/// The stack size of the thread that parses, in bytes. It's far more than [`MAX_DEPTH`] levels
/// need, even in unoptimised builds, where a level takes some 40 KiB.
const STACK: usize = 32 * 1024 * 1024;

/// Parses YAML. Returns the value and the positions of its parts.
pub(super) fn read(text: &str) -> Result<(Value, Positions), Problem> {
    let read = || {
        let root: Spanned<Node> = serde_saphyr::from_str_with_options(text, options(text))
            .map_err(|error| problem(text, error.without_snippet()))?;
        converted(text, root, "")
    };
    thread::scope(|scope| {
        let reader = thread::Builder::new().stack_size(STACK);
        match reader.spawn_scoped(scope, read).map(|reader| reader.join()) {
            Ok(Ok(result)) => result,
            Ok(Err(panic)) => panic::resume_unwind(panic),
            Err(error) => Err(Problem {
                position: None,
                place: String::new(),
                reason: format!("cannot start a thread to read it: {error}"),
            }),
        }
    })
}

/// Limits the depth, and how far aliases may expand the document. Limiting the length of the text
/// is up to the caller.
///
/// The limit for aliases counts parser events; each stands for about a dozen bytes of text. So a
/// document may become many times larger than its text, but a small document that exceeds the limit
/// is a bomb.
fn options(text: &str) -> Options {
    let max_events = text.len().saturating_add(100_000).min(2_000_000);
    let budget = serde_saphyr::budget! {
        max_depth: MAX_DEPTH,
        max_events: usize::MAX,
        max_nodes: usize::MAX,
        max_aliases: usize::MAX,
        max_anchors: usize::MAX,
        max_merge_keys: usize::MAX,
        max_recorded_anchor_events: max_events,
        // An anchor with hundreds of aliases is harmless.
        enforce_alias_anchor_ratio: false,
    };
    serde_saphyr::options! {
        budget: budget,
        alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: max_events },
        strict_booleans: true,
        with_snippet: false,
    }
}

fn problem(text: &str, error: &Error) -> Problem {
    let position = error.location().and_then(position);
    let reason = reason(error);
    // For a tab in the indentation, the parser reports the line before, or another mistake.
    let tab = position.filter(|_| reason.ends_with(SYNTAX_FIX));
    let tab = tab.and_then(|(line, _)| self::tab(text, line));
    let tab_reason = || "the indentation contains a tab; indent with spaces only".to_owned();
    Problem {
        position: tab.or(position),
        place: String::new(),
        reason: tab.map_or(reason, |_| tab_reason()),
    }
}

/// Returns the position of the first tab in the indentation of a line or of the next line.
fn tab(text: &str, line: u64) -> Option<Position> {
    let lines = (1..).zip(text.lines());
    let mut near = lines.filter(|(number, _)| (line..=line + 1).contains(number));
    near.find_map(|(number, text)| {
        let indentation = text.len() - text.trim_start().len();
        let tab = text[..indentation].find('\t')?;
        Some((number, tab as u64 + 1))
    })
}

fn position(location: Location) -> Option<Position> {
    (location != Location::UNKNOWN).then(|| (location.line(), location.column()))
}

/// The reason for a repeated key.
fn repeated_key(key: &str) -> String {
    format!("the key `{key}` occurs twice; remove one")
}

/// The reason for nesting that is too deep.
fn too_deep() -> String {
    format!("this is nested more than {MAX_DEPTH} levels deep; look for unclosed brackets")
}

/// Returns what is wrong, and what to do about it.
fn reason(error: &Error) -> String {
    let reason = match error {
        Error::AliasError { error, .. } | Error::WithSnippet { error, .. } => return reason(error),
        Error::DuplicateMappingKey { key, .. } => {
            return repeated_key(key.as_deref().unwrap_or("?"));
        }
        Error::Budget { breach: BudgetBreach::Depth { .. }, .. } => return too_deep(),
        Error::Budget { .. }
        | Error::AliasReplayCounterOverflow { .. }
        | Error::AliasReplayLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. } => {
            "aliases (`*name`) make the document far larger than its text; replace some of them with `$ref`"
        }
        Error::RecursiveReferencesRequireWeakTypes { .. } => {
            "an alias (`*name`) is inside the value that it refers to; use `$ref`"
        }
        Error::UnknownAnchor { .. } => {
            "there is no anchor (`&name`) before this alias (`*name`); add it, or quote the alias if it is a string"
        }
        Error::MergeValueNotMapOrSeqOfMaps { .. } => {
            "the value of `<<` must be a mapping, or a list of mappings; quote `<<` if it is an ordinary key"
        }
        Error::MultipleDocuments { .. } => {
            "a second document begins after a `---`, but only one is read; move it to a separate file"
        }
        Error::NonFiniteFloat { value, .. } => {
            return format!("`{value}` cannot be a JSON number; quote it if it is a string");
        }
        Error::NullIntoString { .. } => "a key must be a string; quote it",
        Error::InvalidScalar { .. }
        | Error::InvalidBooleanStrict { .. }
        | Error::TaggedScalarCannotDeserializeIntoString { .. } => {
            "the value does not match its tag (`!!name`); correct it, or remove the tag"
        }
        Error::InvalidBinaryBase64 { .. } | Error::BinaryNotUtf8 { .. } => {
            "a value tagged `!!binary` must be UTF-8 text in base64; correct it, or remove the tag"
        }
        Error::Unexpected { .. } => "a key must be a string, not a mapping or a list",
        error => {
            // The position is reported separately.
            let message = error.to_string();
            let message =
                message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
            // The parser has a separate limit for brackets, and looks ahead.
            if message == "recursion limit exceeded" {
                return too_deep();
            }
            return format!("{message}; {SYNTAX_FIX}");
        }
    };
    reason.to_owned()
}

enum Node {
    Scalar(Value),
    List(Vec<Spanned<Node>>),
    Mapping(Vec<(Spanned<String>, Spanned<Node>)>),
}

/// Keywords whose value is an exact limit.
const LIMITS: &[&str] = &["maximum", "minimum", "exclusiveMaximum", "exclusiveMinimum"];

/// Converts a node, which is the value of `key` or one of its items.
fn converted(text: &str, node: Spanned<Node>, key: &str) -> Result<(Value, Positions), Problem> {
    let fail =
        |location, reason| Problem { position: position(location), place: String::new(), reason };
    match node.value {
        Node::Scalar(number_read) if number_read.is_number() => {
            let written = source(text, node.defined);
            let value = written.and_then(|text| number(text, LIMITS.contains(&key)));
            Ok((value.unwrap_or(number_read), Positions::Unknown))
        }
        Node::Scalar(value) => Ok((value, Positions::Unknown)),
        Node::List(items) => {
            let (mut values, mut positions) = (Vec::new(), Vec::new());
            for item in items {
                let position = position(item.referenced);
                let (value, below) = converted(text, item, key)?;
                values.push(value);
                positions.push(Located { position, below });
            }
            Ok((values.into(), Positions::List(positions)))
        }
        Node::Mapping(entries) => {
            let (mut values, mut positions) = (Map::new(), BTreeMap::new());
            for (key, item) in entries {
                let position = position(key.referenced);
                let (value, below) = converted(text, item, &key.value)?;
                // `200` and `"200"` are different keys in YAML, but the same key in JSON.
                if values.insert(key.value.clone(), value).is_some() {
                    return Err(fail(key.referenced, repeated_key(&key.value)));
                }
                positions.insert(key.value, Located { position, below });
            }
            Ok((values.into(), Positions::Mapping(positions)))
        }
    }
}

/// Returns the source text of a scalar.
fn source(text: &str, location: Location) -> Option<&str> {
    let span = location.span();
    let start = usize::try_from(span.byte_offset()?).ok()?;
    let length = usize::try_from(span.byte_len()?).ok()?;
    text.get(start..start.checked_add(length)?).map(str::trim)
}

/// Corrects a number that the parser may have read differently from YAML 1.2, where `017` is 17,
/// and `1_000` and `0b11` are strings. Returns `None` if the parser's value is right.
fn number(written: &str, exact: bool) -> Option<Value> {
    let unsigned = written.strip_prefix(['+', '-']).unwrap_or(written);
    if !unsigned.is_empty() && unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
        return integer(written, exact);
    }
    // A scalar that doesn't begin like this has a tag, or is quoted.
    let plain = written.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c));
    let decimal = written.chars().all(|c| c.is_ascii_digit() || "+-.eE".contains(c));
    let based = written.starts_with("0o") || written.starts_with("0x");
    let text = plain && !decimal && (!based || written.contains('_'));
    text.then(|| written.into())
}

/// Parses an integer of any length. One that a JSON number can't represent is rounded to the
/// nearest double or, if it must be `exact`, kept as a string. A bound as JavaScript rounds it, like
/// -9223372036854776000, means the double that is written so.
fn integer(written: &str, exact: bool) -> Option<Value> {
    let written = written.strip_prefix('+').unwrap_or(written);
    if let Ok(number) = written.parse::<u64>() {
        return Some(number.into());
    }
    if let Ok(number) = written.parse::<i64>() {
        return Some(number.into());
    }
    let digits = |text: &str| text.trim_start_matches(['-', '0']).to_owned();
    let double = written.parse::<f64>().ok();
    let double = double.filter(|double| !exact || digits(&double.to_string()) == digits(written));
    let number = double.and_then(Number::from_f64);
    Some(number.map_or_else(|| written.into(), Value::from))
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NodeVisitor;

        impl<'de> Visitor<'de> for NodeVisitor {
            type Value = Node;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("any YAML value that JSON can express")
            }

            fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
                Ok(Node::Scalar(value.into()))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
                Ok(Node::Scalar(value.into()))
            }

            fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
                Ok(Node::Scalar(value.into()))
            }

            fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Node, E> {
                Number::from_f64(value)
                    .map(|number| Node::Scalar(number.into()))
                    .ok_or_else(|| E::custom("a number must be finite"))
            }

            fn visit_str<E>(self, value: &str) -> Result<Node, E> {
                Ok(Node::Scalar(value.into()))
            }

            fn visit_unit<E>(self) -> Result<Node, E> {
                Ok(Node::Scalar(Value::Null))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Node, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = access.next_element()? {
                    items.push(item);
                }
                Ok(Node::List(items))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Node, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = access.next_entry()? {
                    entries.push(entry);
                }
                Ok(Node::Mapping(entries))
            }
        }

        deserializer.deserialize_any(NodeVisitor)
    }
}

#[cfg(test)]
mod tests;
