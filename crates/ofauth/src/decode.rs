//! Decodes pages: the whole page first, and record by record if that fails.
//!
//! Valid pages are decoded in one pass, without the cost of tracking positions.

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;
use serde::de::{Deserialize, DeserializeOwned, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeStruct, Serializer};
use serde_json::error::Category;
use serde_json::value::RawValue;
use serde_path_to_error::Track;

use crate::raw_page::RawPage;

/// The property that holds a page's records.
const LIST: &str = "list";

/// A record of a page that can't be decoded. It doesn't affect the other records.
#[derive(Clone)]
pub struct Rejected {
    index: usize,
    path: String,
    reason: String,
    raw: String,
}

impl Rejected {
    /// Returns the record's index in the page's list, from 0.
    pub fn index(&self) -> usize {
        self.index
    }

    /// Returns the position in the page of the value that can't be decoded, like
    /// `list[3].lastMessage.id`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns what was expected there. It never says what was found.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// Returns the record as JSON, exactly as it was received.
    ///
    /// It contains private messages: keep it out of logs.
    pub fn raw(&self) -> &str {
        &self.raw
    }
}

/// Serialises the index, path and reason, but not the record.
impl Serialize for Rejected {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut rejected = serializer.serialize_struct("Rejected", 3)?;
        rejected.serialize_field("index", &self.index)?;
        rejected.serialize_field("path", &self.path)?;
        rejected.serialize_field("reason", &self.reason)?;
        rejected.end()
    }
}

/// `list[3].lastMessage.id: expected i64`
impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.reason)
    }
}

/// Shows the index, path and reason, but not the record.
impl fmt::Debug for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rejected")
            .field("index", &self.index)
            .field("path", &self.path)
            .field("reason", &self.reason)
            .finish_non_exhaustive()
    }
}

/// Why a body can't be decoded.
pub struct Unreadable {
    /// Where and why decoding failed, without any of the content.
    pub(crate) reason: String,
    /// Whether the JSON ended too early.
    pub(crate) cut_short: bool,
}

/// Decodes a body as one value.
pub(crate) fn whole<T: DeserializeOwned>(body: &Bytes) -> Result<T, Unreadable> {
    serde_json::from_slice(body).map_err(|_| unreadable::<T>(body))
}

/// Decodes a page, and returns it with the records that can't be decoded.
pub(crate) fn page<P: RawPage>(body: &Bytes) -> Result<(P, Vec<Rejected>), Unreadable> {
    match serde_json::from_slice(body) {
        Ok(page) => Ok((page, Vec::new())),
        Err(_) => by_record(body),
    }
}

fn by_record<P: RawPage>(body: &Bytes) -> Result<(P, Vec<Rejected>), Unreadable> {
    // If the body isn't an object with exactly one list, the strict decoder's error explains why.
    let whole = || unreadable::<P>(body);
    let Properties(properties) = serde_json::from_slice(body).map_err(|_| whole())?;
    let mut lists = properties.iter().filter(|(name, _)| name == LIST);
    let (Some((_, list)), None) = (lists.next(), lists.next()) else {
        return Err(whole());
    };
    let records: Vec<&RawValue> = serde_json::from_str(list.get()).map_err(|_| whole())?;
    let envelope = envelope(&properties);
    let mut page: P =
        serde_json::from_str(&envelope).map_err(|_| unreadable::<P>(envelope.as_bytes()))?;
    let mut rejected = Vec::new();
    for (index, record) in records.into_iter().enumerate() {
        match track(record.get().as_bytes()) {
            Ok(record) => page.list().push(record),
            Err(misfit) => rejected.push(Rejected {
                index,
                path: misfit.path.map_or_else(
                    || format!("{LIST}[{index}]"),
                    |path| format!("{LIST}[{index}].{path}"),
                ),
                reason: misfit.reason,
                // A copy, so that it doesn't keep the whole page in memory.
                raw: record.get().to_owned(),
            }),
        }
    }
    Ok((page, rejected))
}

/// Returns the JSON of a page with its list emptied.
fn envelope(properties: &[(Cow<'_, str>, &RawValue)]) -> String {
    let properties = properties.iter().map(|(name, value)| {
        let value = if name == LIST { "[]" } else { value.get() };
        format!("{}:{value}", serde_json::Value::from(&**name))
    });
    format!("{{{}}}", properties.collect::<Vec<_>>().join(","))
}

fn unreadable<P: DeserializeOwned>(json: &[u8]) -> Unreadable {
    match track::<P>(json) {
        Ok(_) => Unreadable {
            reason: "decoding failed for an unknown reason".to_owned(),
            cut_short: false,
        },
        Err(misfit) => Unreadable {
            cut_short: misfit.cut_short,
            reason: match misfit.path {
                Some(path) => format!("{} at `{path}`", misfit.reason),
                None => misfit.reason,
            },
        },
    }
}

/// The properties of a JSON object in their original order, including duplicates.
struct Properties<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de> Deserialize<'de> for Properties<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PropertiesVisitor;

        impl<'de> Visitor<'de> for PropertiesVisitor {
            type Value = Properties<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut properties = Vec::new();
                while let Some(property) = map.next_entry()? {
                    properties.push(property);
                }
                Ok(Properties(properties))
            }
        }

        deserializer.deserialize_map(PropertiesVisitor)
    }
}

/// Where and why decoding failed, without any of the content.
struct Misfit {
    /// The position, if it consists of the type's own fields.
    path: Option<String>,
    reason: String,
    /// Whether the JSON ended too early.
    cut_short: bool,
}

/// Decodes a value; on failure, finds the position.
fn track<T: DeserializeOwned>(json: &[u8]) -> Result<T, Misfit> {
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let mut track = Track::new();
    let tracked = serde_path_to_error::Deserializer::new(&mut deserializer, &mut track);
    let error = match T::deserialize(tracked).and_then(|value| deserializer.end().map(|()| value)) {
        Ok(value) => return Ok(value),
        Err(error) => error,
    };
    let category = error.classify();
    let path = track.path();
    // The path to a value of the wrong type consists of the type's own fields. The path to broken
    // JSON may contain the server's keys, which may be private.
    let path =
        (category == Category::Data && path.iter().next().is_some()).then(|| path.to_string());
    let mut reason = reason(&error);
    if category != Category::Data {
        reason = format!("{reason} at line {} column {}", error.line(), error.column());
    }
    Err(Misfit { path, reason, cut_short: category == Category::Eof })
}

/// Returns serde's reason without the value that it quotes, which may be a private message.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = text.rsplit_once(" at line ").map_or(&*text, |(text, _)| text);
    match error.classify() {
        Category::Data => {
            let expected = text.rsplit_once(", expected ").map(|(_, expected)| expected);
            match expected {
                Some(expected) => format!("expected {expected}"),
                None if text.starts_with("missing field")
                    || text.starts_with("duplicate field")
                    || text.starts_with("data did not match") =>
                {
                    text.to_owned()
                }
                None => "a value of the wrong type".to_owned(),
            }
        }
        Category::Eof => "the JSON ends too early".to_owned(),
        _ => "invalid JSON".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use serde::Deserialize;

    use super::page;
    use crate::raw_page::{Next, RawPage, Record};

    #[derive(Debug, Deserialize)]
    struct Numbers {
        list: Vec<Number>,
        more: bool,
    }

    #[derive(Debug, Deserialize)]
    struct Number {
        n: u8,
    }

    impl RawPage for Numbers {
        type Record = Number;

        const NEXT: &'static str = "";

        fn list(&mut self) -> &mut Vec<Number> {
            &mut self.list
        }

        fn has_more(&self) -> bool {
            self.more
        }

        fn next(&self) -> Option<Next> {
            None
        }
    }

    impl Record for Number {
        fn key(&self) -> u64 {
            self.n.into()
        }
    }

    fn read(json: &str) -> Result<(Vec<u8>, bool, Vec<String>), String> {
        let body = Bytes::copy_from_slice(json.as_bytes());
        match page::<Numbers>(&body) {
            Ok((page, rejected)) => {
                let numbers = page.list.iter().map(|number| number.n).collect();
                let rejected = rejected
                    .iter()
                    .map(|one| format!("{} {one} {}", one.index(), one.raw()))
                    .collect();
                Ok((numbers, page.more, rejected))
            }
            Err(unreadable) => Err(format!("{} {}", unreadable.reason, unreadable.cut_short)),
        }
    }

    #[test]
    fn readable_records_are_returned_and_the_others_rejected() {
        assert_eq!(
            read(r#"{"list":[{"n":1},{"n":2}],"more":true}"#),
            Ok((vec![1, 2], true, vec![]))
        );
        let odd = r#"{"m\u006fre":false,"list":[{"n":"x"},{"n":2},3,{},{"n":300},{"n":7,"n":8},null,{"n":9}],"z":[]}"#;
        let rejected = [
            r#"0 list[0].n: expected u8 {"n":"x"}"#,
            "2 list[2]: expected struct Number 3",
            "3 list[3]: missing field `n` {}",
            r#"4 list[4].n: expected u8 {"n":300}"#,
            r#"5 list[5]: duplicate field `n` {"n":7,"n":8}"#,
            "6 list[6]: expected struct Number null",
        ];
        let (numbers, more, told) = read(odd).unwrap();
        assert_eq!((numbers, more), (vec![2, 9], false));
        assert_eq!(told, rejected);
    }

    #[test]
    fn unreadable_envelopes_are_reported_with_their_position() {
        for (json, reason) in [
            (r#"{"list":[{"n":"x"}]}"#, "missing field `more`"),
            (r#"{"list":[{"n":"x"}],"more":1}"#, "expected a boolean at `more` false"),
            (r#"{"list":{"n":1},"more":true}"#, "expected a sequence at `list` false"),
            (r#"{"more":true}"#, "missing field `list`"),
            (r#"{"list":[{"n":1}],"list":[],"more":true}"#, "duplicate field `list`"),
            (r#"{"list":[{"n":1}],"more":true,"more":true}"#, "duplicate field `more`"),
            (r#"{"list":[{"n":1}"#, "the JSON ends too early at line 1 column 16 true"),
            ("", "the JSON ends too early at line 1 column 0 true"),
            ("[]", "expected struct Numbers"),
            ("{}x", "missing field `list`"),
            (r#"{"list":[],"more":true}}"#, "invalid JSON at line 1 column 24 false"),
            ("<html>", "invalid JSON at line 1 column 1 false"),
        ] {
            let told = read(json).unwrap_err();
            assert!(told.contains(reason), "{json}: {told}");
        }
    }
}
