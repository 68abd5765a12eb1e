//! Reads JSON: a key that occurs twice is a mistake, and the line of any place is found
//! when a mistake is told there. Read as YAML, which remembers all lines, a large document
//! takes far longer.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::map::Entry;
use serde_json::{Map, Number, Value};

use crate::generator::document::{Document, Problem, keys};
use crate::generator::yaml::{deep, integer, twice};

/// What the search for a place fails with where it is found.
const HERE: &str = "here";

/// Parses JSON. A key that occurs twice in an object is a mistake.
pub(crate) fn parse(text: &str) -> Result<Document, Problem> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = Strict.deserialize(&mut deserializer);
    match value.and_then(|value| deserializer.end().map(|()| value)) {
        Ok(value) => inexact(text).map_or_else(|| Ok(Document::without_positions(value)), Err),
        Err(error) => Err(Problem {
            position: match error.is_data() {
                true => start(text, &error),
                // A line has less than 2^64 characters.
                false => Some((error.line() as u64, error.column() as u64)),
            },
            place: String::new(),
            reason: reason_of(&error),
        }),
    }
}

/// A problem at the place in `text` that a JSON pointer leads to.
pub(crate) fn problem(text: &str, pointer: &str, reason: impl Into<String>) -> Problem {
    let keys: Vec<String> = keys(pointer).collect();
    let found = Find(&keys).deserialize(&mut serde_json::Deserializer::from_str(text));
    let error = found.err().filter(|error| reason_of(error) == HERE);
    Problem {
        position: error.and_then(|error| start(text, &error)),
        ..Document::without_positions(Value::Null).problem(pointer, reason)
    }
}

/// Where the key begins that the parser has just read, or the item that comes next.
fn start(text: &str, error: &serde_json::Error) -> Option<(u64, u64)> {
    let line = text.lines().nth(error.line().checked_sub(1)?)?;
    let before = line.get(..error.column())?;
    let start = before.trim_end().strip_suffix('"').and_then(|key| {
        let escaped = |index: usize| {
            let slashes = key[..index].bytes().rev().take_while(|byte| *byte == b'\\');
            slashes.count() % 2 == 1
        };
        let mut quotes = key.rmatch_indices('"').map(|(index, _)| index);
        quotes.find(|index| !escaped(*index))
    });
    let column = line[..start.unwrap_or(before.len())].chars().count();
    // A text has less than 2^64 lines and characters.
    Some((error.line() as u64, column as u64 + 1))
}

/// An error's words, without the position, which is told in front.
fn reason_of(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let words = text
        .rsplit_once(" at line ")
        .map_or(text.as_str(), |(words, _)| words);
    match words {
        "recursion limit exceeded" => deep(),
        words => words.to_owned(),
    }
}

/// The first integer in valid JSON that is too long to be kept: the parser rounds it.
fn inexact(text: &str) -> Option<Problem> {
    let mut start = 0;
    while let Some(found) = text[start..].find(|c: char| c == '"' || c.is_ascii_digit()) {
        start += found;
        let rest = &text[start..];
        if let Some(quoted) = rest.strip_prefix('"') {
            let mut escaped = false;
            let end = quoted.find(|c| {
                let end = c == '"' && !escaped;
                escaped = c == '\\' && !escaped;
                end
            });
            start += end? + 2;
            continue;
        }
        let end = rest.find(|c: char| !c.is_ascii_digit() && !"+-.eE".contains(c));
        let number = &rest[..end.unwrap_or(rest.len())];
        let sign = usize::from(text[..start].ends_with('-'));
        if number.bytes().all(|byte| byte.is_ascii_digit())
            && let Err(reason) = integer(&text[start - sign..start + number.len()])
        {
            let before = &text[..start - sign];
            let line = before.rsplit('\n').next().unwrap_or_default();
            let lines = 1 + before.matches('\n').count();
            return Some(Problem {
                // A text has less than 2^64 lines and characters.
                position: Some((lines as u64, line.chars().count() as u64 + 1)),
                place: String::new(),
                reason,
            });
        }
        start += number.len();
    }
    None
}

/// A value of which no object has a key twice.
struct Strict;

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        let number = Number::from_f64(value).ok_or_else(|| E::custom("a number must be finite"))?;
        Ok(number.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element_seed(Strict)? {
            items.push(item);
        }
        Ok(items.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut entries = Map::new();
        while let Some(key) = access.next_key::<String>()? {
            match entries.entry(key) {
                Entry::Vacant(entry) => {
                    entry.insert(access.next_value_seed(Strict)?);
                }
                Entry::Occupied(entry) => {
                    let key = entry.key();
                    return Err(A::Error::custom(twice(key)));
                }
            }
        }
        Ok(entries.into())
    }
}

/// Follows keys, and fails where they end: the parser's errors know the line.
struct Find<'a>(&'a [String]);

impl Find<'_> {
    fn is_end(&self) -> bool {
        self.0.len() == 1
    }
}

impl<'de> DeserializeSeed<'de> for Find<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Find<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("what the keys lead through")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<(), A::Error> {
        let index = self.0.first().and_then(|key| key.parse().ok());
        for _ in 0..index.unwrap_or(usize::MAX) {
            if access.next_element::<IgnoredAny>()?.is_none() {
                return Ok(());
            }
        }
        if self.is_end() {
            return access.next_element_seed(Here).map(drop);
        }
        access.next_element_seed(Find(&self.0[1..])).map(drop)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<(), A::Error> {
        while let Some(key) = access.next_key::<String>()? {
            match self.0.first() {
                Some(first) if *first == key && self.is_end() => {
                    return Err(A::Error::custom(HERE));
                }
                Some(first) if *first == key => {
                    return access.next_value_seed(Find(&self.0[1..]));
                }
                _ => drop(access.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

/// Fails where a value begins.
struct Here;

impl<'de> DeserializeSeed<'de> for Here {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, _: D) -> Result<(), D::Error> {
        Err(D::Error::custom(HERE))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_read_as_it_is() {
        let text =
            r#"{"b": [1, -2, 1.5, 18446744073709551615, "\u00e4"], "a": {"x": null, "y": true}}"#;
        let expected: Value = serde_json::from_str(text).unwrap();
        assert_eq!(parse(text).unwrap().value, expected);
        for text in ["", "{", "[1] x", "{\"a\": 1e999}"] {
            assert!(parse(text).unwrap_err().position.is_some(), "{text}");
        }
    }

    #[test]
    fn an_integer_that_cannot_be_kept_is_refused() {
        for integer in ["18446744073709551617", "-9223372036854775809"] {
            let told = parse(&format!("{{\"a\\\"1\": [1.5, 1e300,\n \"ä\", {integer}]}}"));
            let expected = format!("f:2:7: `{integer}` has more digits than can be compared");
            assert!(told.unwrap_err().told("f").starts_with(&expected));
        }
        // In a text, or a power of two, which a float holds.
        for text in [
            "[\"\\\\\", \"18446744073709551617\"]",
            "18446744073709551616",
            "-9223372036854775808",
            "1.18446744073709551617",
        ] {
            assert_eq!(
                parse(text).unwrap().value,
                serde_json::from_str::<Value>(text).unwrap()
            );
        }
    }

    #[test]
    fn what_is_nested_too_deep_is_told_in_plain_words() {
        let told = parse(&"[".repeat(100_000)).unwrap_err();
        assert_eq!(told.told("f"), format!("f:1:128: {}", deep()));
    }

    #[test]
    fn a_key_that_occurs_twice_is_told_with_its_line() {
        let told = parse("{\n\"a\": {\"x\": 1,\n  \"x\": 2}}").unwrap_err();
        let expected = "f:3:3: the key `x` occurs twice; remove one";
        assert_eq!(told.told("f"), expected);
        assert!(parse(r#"[{"x": 1}, {"x": 2}]"#).is_ok());
    }

    #[test]
    fn the_line_of_a_place_is_found() {
        let text = r#"{
"a":
[0,
{"x/y": 1},
 {
"x\/y": 2, "ä\\\"" : 3}],
"b": {}}"#;
        for (pointer, position) in [
            ("/a", Some((2, 1))),
            ("/a/0", Some((3, 2))),
            ("/a/1", Some((4, 1))),
            ("/a/2", Some((5, 2))),
            ("/a/2/x~1y", Some((6, 1))),
            ("/a/2/ä\\\"", Some((6, 12))),
            ("/b", Some((7, 1))),
            ("/b/c", None),
            ("/a/3", None),
            ("/a/x", None),
            ("/a/0/x", None),
            ("", None),
        ] {
            let found = problem(text, pointer, "wrong").position;
            assert_eq!(found, position, "{pointer}");
        }
    }
}
