//! Reads a YAML document and remembers where each part of it stands.

use std::collections::HashMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use serde_saphyr::{Location, Spanned};

/// A mistake in a document: where it is, and what is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    /// Line and column, both from 1; `None` where the mistake has no single position.
    pub(crate) position: Option<(u64, u64)>,
    /// The keys that lead to the place, like `components.schemas.Chat`; empty for the whole document.
    pub(crate) place: String,
    /// What is wrong, and what to write instead.
    pub(crate) reason: String,
}

impl Problem {
    /// The problem in a line: file, line, column, place and reason.
    pub(crate) fn told(&self, file: &str) -> String {
        let mut text = file.to_owned();
        if let Some((line, column)) = self.position {
            text.push_str(&format!(":{line}:{column}"));
        }
        if !self.place.is_empty() {
            text.push_str(&format!(": {}", self.place));
        }
        format!("{text}: {}", self.reason)
    }
}

/// A parsed document.
#[derive(Debug)]
pub(crate) struct Document {
    /// What the document says.
    pub(crate) value: Value,
    positions: HashMap<String, (u64, u64)>,
}

impl Document {
    /// Parses YAML. A key that occurs twice in a mapping is a mistake.
    pub(crate) fn parse(yaml: &str) -> Result<Self, Problem> {
        let root: Spanned<Node> = serde_saphyr::from_str(yaml).map_err(|error| {
            let error = error.without_snippet();
            let reason = match error {
                serde_saphyr::Error::DuplicateMappingKey { key, .. } => format!(
                    "the key `{}` occurs twice; remove one",
                    key.as_deref().unwrap_or("?")
                ),
                _ => {
                    // The position is told in front.
                    let text = error.to_string();
                    text.rsplit_once(" at line ")
                        .map_or(text.clone(), |(text, _)| text.to_owned())
                }
            };
            Problem {
                position: error.location().and_then(position),
                place: String::new(),
                reason,
            }
        })?;
        let mut positions = HashMap::new();
        let value = root.value.into_value("", &mut positions);
        Ok(Self { value, positions })
    }

    /// A document that was read in another way, which remembers no places.
    #[allow(dead_code, reason = "build.rs reads the spec alone")]
    pub(crate) fn without_positions(value: Value) -> Self {
        Self {
            value,
            positions: HashMap::new(),
        }
    }

    /// A problem at the place that `path` (a JSON pointer) leads to.
    pub(crate) fn problem(&self, path: &str, reason: impl Into<String>) -> Problem {
        Problem {
            position: self.positions.get(path).copied(),
            place: place(path),
            reason: reason.into(),
        }
    }
}

/// Appends a key to a JSON pointer.
pub(crate) fn join(path: &str, key: impl fmt::Display) -> String {
    let key = key.to_string().replace('~', "~0").replace('/', "~1");
    format!("{path}/{key}")
}

/// A JSON pointer as people read it: `/a/b/0` is `a.b.0`.
fn place(path: &str) -> String {
    path.trim_start_matches('/')
        .split('/')
        .map(|key| key.replace("~1", "/").replace("~0", "~"))
        .collect::<Vec<_>>()
        .join(".")
}

fn position(location: Location) -> Option<(u64, u64)> {
    (location != Location::UNKNOWN).then(|| (location.line(), location.column()))
}

enum Node {
    Scalar(Value),
    Sequence(Vec<Spanned<Node>>),
    Mapping(Vec<(Spanned<String>, Spanned<Node>)>),
}

impl Node {
    fn into_value(self, path: &str, positions: &mut HashMap<String, (u64, u64)>) -> Value {
        match self {
            Node::Scalar(value) => value,
            Node::Sequence(items) => items
                .into_iter()
                .enumerate()
                .map(|(index, item)| {
                    let path = join(path, index);
                    if let Some(position) = position(item.referenced) {
                        positions.insert(path.clone(), position);
                    }
                    item.value.into_value(&path, positions)
                })
                .collect(),
            Node::Mapping(entries) => entries
                .into_iter()
                .map(|(key, item)| {
                    let path = join(path, &key.value);
                    if let Some(position) = position(key.referenced) {
                        positions.insert(path.clone(), position);
                    }
                    (key.value, item.value.into_value(&path, positions))
                })
                .collect::<Map<_, _>>()
                .into(),
        }
    }
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
                Ok(Node::Sequence(items))
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
