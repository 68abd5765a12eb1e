//! YAML → a value that JSON can hold, and where its parts stand: YAML 1.2, core schema.

use std::collections::BTreeMap;
use std::fmt;
use std::panic;
use std::thread;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use serde_saphyr::budget::BudgetBreach;
use serde_saphyr::{Error, Location, Options, Spanned};

use super::document::Problem;

/// How deep mappings and lists may be nested: as deep as serde_json reads them.
const MOST_DEPTH: usize = 127;

/// What a parser's own words of a mistake don't say.
const MEND: &str =
    "correct the indentation, the quotes or the brackets, here or in the lines before";

/// Line and column, both from 1.
pub(super) type Position = (u64, u64);

/// Where the parts of a value stand.
#[derive(Debug, Clone, Default)]
pub(super) enum Places {
    #[default]
    Unknown,
    List(Vec<Place>),
    Mapping(BTreeMap<String, Place>),
}

#[derive(Debug, Clone)]
pub(super) struct Place {
    position: Option<Position>,
    below: Places,
}

impl Places {
    /// The position of what keys lead to.
    pub(super) fn position(&self, mut keys: impl Iterator<Item = String>) -> Option<Position> {
        let first = keys.next()?;
        let mut place = self.below(&first)?;
        for key in keys {
            place = place.below.below(&key)?;
        }
        place.position
    }

    fn below(&self, key: &str) -> Option<&Place> {
        match self {
            Self::Unknown => None,
            Self::List(items) => items.get(key.parse::<usize>().ok()?),
            Self::Mapping(entries) => entries.get(key),
        }
    }
}

/// The stack that [`MOST_DEPTH`] levels need where nothing is optimized, with much to spare: a
/// level takes some 40 KiB.
const STACK: usize = 32 * 1024 * 1024;

/// Reads a text.
pub(super) fn read(text: &str) -> Result<(Value, Places), Problem> {
    let read = || {
        let root: Spanned<Node> = serde_saphyr::from_str_with_options(text, options(text))
            .map_err(|error| problem(text, error.without_snippet()))?;
        converted(text, root)
    };
    thread::scope(|scope| {
        let reader = thread::Builder::new().stack_size(STACK);
        match reader.spawn_scoped(scope, read).map(|reader| reader.join()) {
            Ok(Ok(result)) => result,
            Ok(Err(panic)) => panic::resume_unwind(panic),
            Err(error) => Err(Problem {
                position: None,
                place: String::new(),
                reason: format!("no thread can be started to read it: {error}"),
            }),
        }
    })
}

/// The text is as long as whoever reads it allows; what is bounded here is the depth, and
/// what aliases make of it. An event of the parser's is some dozen bytes of a text: a document
/// may become many times larger than it is written, and a small one that does is a bomb.
fn options(text: &str) -> Options {
    let most = text.len().saturating_add(100_000).min(2_000_000);
    let budget = serde_saphyr::budget! {
        max_depth: MOST_DEPTH,
        max_events: usize::MAX,
        max_nodes: usize::MAX,
        max_aliases: usize::MAX,
        max_anchors: usize::MAX,
        max_merge_keys: usize::MAX,
        max_recorded_anchor_events: most,
        // One anchor with hundreds of aliases is nothing bad.
        enforce_alias_anchor_ratio: false,
    };
    serde_saphyr::options! {
        budget: budget,
        alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: most },
        strict_booleans: true,
        with_snippet: false,
    }
}

fn problem(text: &str, error: &Error) -> Problem {
    let position = error.location().and_then(position);
    let reason = reason(error);
    // The parser's words of a tab tell the line before, or something else.
    let tab = position.filter(|_| reason.ends_with(MEND));
    let tab = tab.and_then(|(line, _)| self::tab(text, line));
    let of_tab = || "a tab stands in the indentation; indent with spaces alone".to_owned();
    Problem {
        position: tab.or(position),
        place: String::new(),
        reason: tab.map_or(reason, |_| of_tab()),
    }
}

/// The first tab in the indentation of a line or of the next.
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

/// A key that occurs twice.
fn twice(key: &str) -> String {
    format!("the key `{key}` occurs twice; remove one")
}

/// What is nested too deep.
fn deep() -> String {
    format!("this is nested more than {MOST_DEPTH} deep; no description is, so look for brackets")
}

/// What is wrong, and what to do about it.
fn reason(error: &Error) -> String {
    let words = match error {
        Error::AliasError { error, .. } | Error::WithSnippet { error, .. } => return reason(error),
        Error::DuplicateMappingKey { key, .. } => return twice(key.as_deref().unwrap_or("?")),
        Error::Budget {
            breach: BudgetBreach::Depth { .. },
            ..
        } => return deep(),
        Error::Budget { .. }
        | Error::AliasReplayCounterOverflow { .. }
        | Error::AliasReplayLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. } => {
            "aliases (`*name`) make the document far larger than it is written; use `$ref` for some of them"
        }
        Error::RecursiveReferencesRequireWeakTypes { .. } => {
            "an alias (`*name`) stands inside of what it stands for; use `$ref`"
        }
        Error::UnknownAnchor { .. } => {
            "no anchor (`&name`) stands before this alias (`*name`); add it, or quote a text"
        }
        Error::MergeValueNotMapOrSeqOfMaps { .. } => {
            "the value of `<<` must be a mapping, or a list of mappings; quote the key if it is a name"
        }
        Error::MultipleDocuments { .. } => {
            "a second document begins behind a `---`, and one is read; give it a file of its own"
        }
        Error::NonFiniteFloat { value, .. } => {
            return format!("`{value}` is no number that JSON can hold; quote it if it is a text");
        }
        Error::NullIntoString { .. } => "a key must be a text; quote it",
        Error::InvalidScalar { .. }
        | Error::InvalidBooleanStrict { .. }
        | Error::TaggedScalarCannotDeserializeIntoString { .. } => {
            "the value is not what its tag (`!!name`) says; correct it, or remove the tag"
        }
        Error::InvalidBinaryBase64 { .. } | Error::BinaryNotUtf8 { .. } => {
            "what is tagged `!!binary` must be a text in base64; remove the tag"
        }
        Error::Unexpected { .. } => "a key must be a text, and no mapping or list",
        error => {
            // The position is told in front.
            let words = error.to_string();
            let words = words
                .rsplit_once(" at line ")
                .map_or(words.as_str(), |(words, _)| words);
            // The parser has a limit of its own for brackets, and looks ahead.
            if words == "recursion limit exceeded" {
                return deep();
            }
            return format!("{words}; {MEND}");
        }
    };
    words.to_owned()
}

enum Node {
    Scalar(Value),
    List(Vec<Spanned<Node>>),
    Mapping(Vec<(Spanned<String>, Spanned<Node>)>),
}

fn converted(text: &str, node: Spanned<Node>) -> Result<(Value, Places), Problem> {
    let fail = |location, reason| Problem {
        position: position(location),
        place: String::new(),
        reason,
    };
    match node.value {
        Node::Scalar(value) if value.is_number() => {
            let value = written(text, node.defined)
                .map_or(Ok(None), number)
                .map_err(|reason| fail(node.referenced, reason))?
                .unwrap_or(value);
            Ok((value, Places::Unknown))
        }
        Node::Scalar(value) => Ok((value, Places::Unknown)),
        Node::List(items) => {
            let (mut values, mut places) = (Vec::new(), Vec::new());
            for item in items {
                let position = position(item.referenced);
                let (value, below) = converted(text, item)?;
                values.push(value);
                places.push(Place { position, below });
            }
            Ok((values.into(), Places::List(places)))
        }
        Node::Mapping(entries) => {
            let (mut values, mut places) = (Map::new(), BTreeMap::new());
            for (key, item) in entries {
                let position = position(key.referenced);
                let (value, below) = converted(text, item)?;
                // `200` and `"200"` are two keys of YAML, and one of JSON.
                if values.insert(key.value.clone(), value).is_some() {
                    return Err(fail(key.referenced, twice(&key.value)));
                }
                places.insert(key.value, Place { position, below });
            }
            Ok((values.into(), Places::Mapping(places)))
        }
    }
}

/// What a scalar is written as.
fn written(text: &str, location: Location) -> Option<&str> {
    let span = location.span();
    let start = usize::try_from(span.byte_offset()?).ok()?;
    let length = usize::try_from(span.byte_len()?).ok()?;
    text.get(start..start.checked_add(length)?).map(str::trim)
}

/// What a number is that the parser may have read in another way than YAML 1.2 does, to which
/// `017` is 17, and `1_000` and `0b11` are texts. `None`: what the parser says.
fn number(written: &str) -> Result<Option<Value>, String> {
    let unsigned = written.strip_prefix(['+', '-']).unwrap_or(written);
    if !unsigned.is_empty() && unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
        return integer(written).map(|number| Some(number.into()));
    }
    // Otherwise it has a tag, or is quoted.
    let plain = written.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c));
    let decimal = written
        .chars()
        .all(|c| c.is_ascii_digit() || "+-.eE".contains(c));
    let based = written.starts_with("0o") || written.starts_with("0x");
    let text = plain && !decimal && (!based || written.contains('_'));
    Ok(text.then(|| written.into()))
}

/// An integer as it is written, of any length; or that it cannot be kept.
fn integer(written: &str) -> Result<Number, String> {
    let written = written.strip_prefix('+').unwrap_or(written);
    if let Ok(number) = written.parse::<u64>() {
        return Ok(number.into());
    }
    if let Ok(number) = written.parse::<i64>() {
        return Ok(number.into());
    }
    let digits = |text: &str| text.trim_start_matches(['-', '0']).to_owned();
    written
        .parse::<f64>()
        .ok()
        .filter(|number| digits(&format!("{number:.0}")) == digits(written))
        .and_then(Number::from_f64)
        .ok_or_else(|| {
            format!("`{written}` has more digits than can be compared; quote it if it is a text")
        })
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
