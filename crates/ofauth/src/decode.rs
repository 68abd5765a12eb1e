//! Pages from bytes: strictly first, and where that fails record by record.
//!
//! The good path pays nothing for what can go wrong.

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;
use ofauth_contract::Finding;
use serde::de::{Deserialize, DeserializeOwned, Deserializer, MapAccess, Visitor};
use serde_json::error::Category;
use serde_json::value::RawValue;
use serde_path_to_error::Track;

use crate::drift::DriftWatch;

/// The property that holds the records of a page.
const LIST: &str = "list";

/// A page as the API sends it: what an endpoint needs to be read record by record.
pub(crate) trait RawPage: DeserializeOwned {
    /// A record.
    type Item: DeserializeOwned;

    /// The records of the property `list`.
    fn list(&mut self) -> &mut Vec<Self::Item>;

    /// What a page says that the API's description does not, where that is watched for.
    fn drift(_: &DriftWatch, _: &[u8]) -> Vec<Finding> {
        Vec::new()
    }
}

/// A record of a page that cannot be read; the others can.
#[derive(Clone)]
pub struct Rejected {
    index: usize,
    path: String,
    reason: String,
    raw: String,
}

impl Rejected {
    /// The record's place in the page's list, from 0.
    pub fn index(&self) -> usize {
        self.index
    }

    /// The place within the page that cannot be read, like `list[3].lastMessage.id`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What was expected there. It says nothing of what was found.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// The record as it was received, as JSON.
    ///
    /// It holds private messages: keep it out of logs.
    pub fn raw(&self) -> &str {
        &self.raw
    }
}

/// `list[3].lastMessage.id: expected i64`
impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.reason)
    }
}

/// Shows place and reason.
impl fmt::Debug for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rejected")
            .field("index", &self.index)
            .field("path", &self.path)
            .field("reason", &self.reason)
            .finish_non_exhaustive()
    }
}

/// Why a page cannot be read at all.
pub(crate) struct Unreadable {
    /// Where and why, without a word of what it holds.
    pub(crate) reason: String,
    /// Whether the bytes are the beginning of a page.
    pub(crate) cut_short: bool,
}

/// Decodes a page; the records that cannot be read are told beside it.
pub(crate) fn page<P: RawPage>(body: &Bytes) -> Result<(P, Vec<Rejected>), Unreadable> {
    match serde_json::from_slice(body) {
        Ok(page) => Ok((page, Vec::new())),
        Err(_) => by_record(body),
    }
}

fn by_record<P: RawPage>(body: &Bytes) -> Result<(P, Vec<Rejected>), Unreadable> {
    // Of what is no JSON object, or has no list, the strict decoder tells why.
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
                // A copy: it shall not keep the whole page in memory.
                raw: record.get().to_owned(),
            }),
        }
    }
    Ok((page, rejected))
}

/// The properties of a page, with an empty list.
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
            reason: "it decodes at the second try".to_owned(),
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

/// The properties of a JSON object as they stand there, in their order, repeated ones too.
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

/// Where and why bytes don't decode, without a word of what they hold.
struct Misfit {
    /// The place, where it is one of the type's own.
    path: Option<String>,
    reason: String,
    /// Whether there would have to be more.
    cut_short: bool,
}

/// Decodes, and finds the place where that fails.
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
    // A type's own fields alone lead to a value of the wrong type; to broken JSON, the
    // server's keys may lead, which may be private.
    let path =
        (category == Category::Data && path.iter().next().is_some()).then(|| path.to_string());
    let mut reason = reason(&error);
    if category != Category::Data {
        reason = format!(
            "{reason} at line {} column {}",
            error.line(),
            error.column()
        );
    }
    Err(Misfit {
        path,
        reason,
        cut_short: category == Category::Eof,
    })
}

/// serde's reason without the value that it quotes, which may be a private message.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = text
        .rsplit_once(" at line ")
        .map_or(&*text, |(text, _)| text);
    match error.classify() {
        Category::Data => {
            let expected = text
                .rsplit_once(", expected ")
                .map(|(_, expected)| expected);
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
        _ => "no valid JSON".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use serde::Deserialize;

    use super::{RawPage, page};

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
        type Item = Number;

        fn list(&mut self) -> &mut Vec<Number> {
            &mut self.list
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
    fn what_can_be_read_is_read_and_the_rest_is_told() {
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
    fn an_envelope_that_cannot_be_read_is_told_by_its_place() {
        for (json, reason) in [
            (r#"{"list":[{"n":"x"}]}"#, "missing field `more`"),
            (
                r#"{"list":[{"n":"x"}],"more":1}"#,
                "expected a boolean at `more` false",
            ),
            (
                r#"{"list":{"n":1},"more":true}"#,
                "expected a sequence at `list` false",
            ),
            (r#"{"more":true}"#, "missing field `list`"),
            (
                r#"{"list":[{"n":1}],"list":[],"more":true}"#,
                "duplicate field `list`",
            ),
            (
                r#"{"list":[{"n":1}],"more":true,"more":true}"#,
                "duplicate field `more`",
            ),
            (
                r#"{"list":[{"n":1}"#,
                "the JSON ends too early at line 1 column 16 true",
            ),
            ("", "the JSON ends too early at line 1 column 0 true"),
            ("[]", "expected struct Numbers"),
            ("{}x", "missing field `list`"),
            (
                r#"{"list":[],"more":true}}"#,
                "no valid JSON at line 1 column 24 false",
            ),
            ("<html>", "no valid JSON at line 1 column 1 false"),
        ] {
            let told = read(json).unwrap_err();
            assert!(told.contains(reason), "{json}: {told}");
        }
    }
}
