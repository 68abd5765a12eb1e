//! Decodes pages: the whole page first, and record by record if that fails.
//!
//! Valid pages are decoded in one pass, without the cost of tracking positions. If that fails, the
//! encoding is [repaired](crate::repair) first.

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;
use serde::de::{Deserialize, DeserializeOwned, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeStruct, Serializer};
use serde_json::Value;
use serde_json::error::Category;
use serde_json::value::RawValue;

use crate::json_path::path;
use crate::raw_page::{RawPage, Record};
use crate::repair::{Repaired, repair};

/// How deep values may be nested, as in `serde_json`.
#[cfg(feature = "simd")]
const DEPTH: usize = 127;

/// The property that holds a page's records.
const LIST: &str = "list";

/// A record of a page that can't be decoded. It doesn't affect the other records.
#[derive(Clone)]
pub struct Rejected {
    index: usize,
    id: Option<i64>,
    path: String,
    reason: String,
    raw: String,
}

impl Rejected {
    /// Returns the record's index in the page's list, from 0.
    pub fn index(&self) -> usize {
        self.index
    }

    /// Returns the id by which the record is known, if it can be read: for a chat, its user's id.
    pub fn id(&self) -> Option<i64> {
        self.id
    }

    /// Returns the position in the page of the value that can't be decoded, like
    /// `list[3].lastMessage.id`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns what is wrong there, like `should be an integer`. It never says what was found.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// Returns the record as JSON, as it was received. If the encoding of the page was repaired, that
    /// of the record is repaired, too.
    ///
    /// It contains private messages: keep it out of logs.
    pub fn raw(&self) -> &str {
        &self.raw
    }
}

/// Serialises the index, id, path and reason, but not the record.
impl Serialize for Rejected {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let fields = 3 + usize::from(self.id.is_some());
        let mut rejected = serializer.serialize_struct("Rejected", fields)?;
        rejected.serialize_field("index", &self.index)?;
        if let Some(id) = self.id {
            rejected.serialize_field("id", &id)?;
        }
        rejected.serialize_field("path", &self.path)?;
        rejected.serialize_field("reason", &self.reason)?;
        rejected.end()
    }
}

/// `list[3].lastMessage.id should be an integer`
impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.path, self.reason)
    }
}

/// Shows the index, id, path and reason, but not the record.
impl fmt::Debug for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rejected")
            .field("index", &self.index)
            .field("id", &self.id)
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

/// A decoded answer.
pub struct Decoded<A> {
    pub(crate) answer: A,
    /// The records that can't be decoded.
    pub(crate) rejected: Vec<Rejected>,
    /// The number of characters that were replaced by U+FFFD.
    pub(crate) replaced: usize,
}

impl<A> Decoded<A> {
    pub(crate) fn map<B>(self, answer: impl FnOnce(A) -> B) -> Decoded<B> {
        let Self { answer: decoded, rejected, replaced } = self;
        Decoded { answer: answer(decoded), rejected, replaced }
    }
}

/// Decodes a body as one value.
pub(crate) fn whole<T: DeserializeOwned>(body: &Bytes) -> Result<Decoded<T>, Unreadable> {
    decode(body, unreadable)
}

/// Decodes a page; if that fails, record by record.
pub(crate) fn page<P: RawPage>(body: &Bytes) -> Result<Decoded<P>, Unreadable> {
    decode(body, by_record)
}

/// Decodes a body strictly. If that fails, repairs its encoding, and calls `otherwise` if the
/// repaired body can't be decoded either.
fn decode<A: DeserializeOwned>(
    body: &Bytes,
    otherwise: impl FnOnce(&str) -> Result<(A, Vec<Rejected>), Unreadable>,
) -> Result<Decoded<A>, Unreadable> {
    if let Some(answer) = strictly(body) {
        return Ok(Decoded { answer, rejected: Vec::new(), replaced: 0 });
    }
    let Repaired { json, replaced } = repair(body);
    let (answer, rejected) = match serde_json::from_str(&json) {
        Ok(answer) => (answer, Vec::new()),
        Err(_) => otherwise(&json)?,
    };
    Ok(Decoded { answer, rejected, replaced })
}

fn strictly<A: DeserializeOwned>(body: &[u8]) -> Option<A> {
    #[cfg(feature = "simd")]
    if let Some(answer) = simd(body) {
        return Some(answer);
    }
    // Checking the encoding once is faster than in each string, as `from_slice` does.
    serde_json::from_str(str::from_utf8(body).ok()?).ok()
}

/// It rejects numbers that `serde_json` accepts where they are ignored.
#[cfg(feature = "simd")]
fn simd<A: DeserializeOwned>(body: &[u8]) -> Option<A> {
    use std::cell::RefCell;

    use simd_json::Buffers;
    use simd_json::serde::from_slice_with_buffers;

    /// The longest body whose buffers are kept for the next one, in bytes.
    const MAX_KEPT: usize = 1 << 20;

    thread_local! {
        static BUFFERS: RefCell<(Vec<u8>, Buffers)> =
            RefCell::new((Vec::new(), Buffers::with_max_depth(0, DEPTH)));
    }

    BUFFERS.with_borrow_mut(|(copy, buffers)| {
        // The parser unescapes strings in place, and the caller may ask for the body.
        copy.clear();
        copy.extend_from_slice(body);
        let answer = from_slice_with_buffers(copy, buffers).ok();
        if copy.capacity() > MAX_KEPT {
            (*copy, *buffers) = (Vec::new(), Buffers::with_max_depth(0, DEPTH));
        }
        answer
    })
}

fn by_record<P: RawPage>(body: &str) -> Result<(P, Vec<Rejected>), Unreadable> {
    // If the body isn't an object with exactly one list, the strict decoder's error explains why.
    let whole = || unreadable::<P>(body);
    let Ok(Properties(properties)) = serde_json::from_str(body) else {
        return whole();
    };
    let mut lists = properties.iter().filter(|(name, _)| name == LIST);
    let (Some((_, list)), None) = (lists.next(), lists.next()) else {
        return whole();
    };
    let Ok(records) = serde_json::from_str::<Vec<&RawValue>>(list.get()) else {
        return whole();
    };
    let (mut page, _) = unreadable::<P>(&envelope(&properties))?;
    let mut rejected = Vec::new();
    for (index, record) in records.into_iter().enumerate() {
        match track(record.get()) {
            Ok(record) => page.list().push(record),
            Err(misfit) => rejected.push(Rejected {
                index,
                id: id::<P::Record>(record.get()),
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
        format!("{}:{value}", Value::from(&**name))
    });
    format!("{{{}}}", properties.collect::<Vec<_>>().join(","))
}

/// Returns the id of a record that can't be decoded, if it can be read.
fn id<R: Record>(record: &str) -> Option<i64> {
    let record: Value = serde_json::from_str(record).ok()?;
    record.pointer(R::ID)?.as_i64()
}

/// Decodes a body that is known not to match; the error explains why.
fn unreadable<A: DeserializeOwned>(json: &str) -> Result<(A, Vec<Rejected>), Unreadable> {
    match track(json) {
        Ok(answer) => Ok((answer, Vec::new())),
        Err(Misfit { path, reason, cut_short }) => {
            let place = path.map_or_else(|| "the body".to_owned(), |path| format!("`{path}`"));
            Err(Unreadable { reason: format!("{place} {reason}"), cut_short })
        }
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
    /// The position, if it consists of described fields.
    path: Option<String>,
    reason: String,
    /// Whether the JSON ended too early.
    cut_short: bool,
}

/// Decodes a value; on failure, finds the position.
fn track<T: DeserializeOwned>(json: &str) -> Result<T, Misfit> {
    let error = match serde_json::from_str(json) {
        Ok(value) => return Ok(value),
        Err(error) => error,
    };
    let category = error.classify();
    // The path to a value of the wrong type consists of described fields: the API has no maps. The
    // path to broken JSON may contain the server's keys, which may be private.
    let path = (category == Category::Data).then(|| path(json, &error)).flatten();
    let mut reason = reason(&error);
    if category != Category::Data {
        reason = format!("{reason} at line {} column {}", error.line(), error.column());
    }
    Err(Misfit { path, reason, cut_short: category == Category::Eof })
}

/// Says what is wrong in the terms of JSON, without serde's names of Rust types, and without the
/// value that it quotes, which may be a private message.
fn reason(error: &serde_json::Error) -> String {
    match error.classify() {
        Category::Data => {}
        Category::Eof => return "ends too early".to_owned(),
        _ => return "is not valid JSON".to_owned(),
    }
    let text = error.to_string();
    let text = text.rsplit_once(" at line ").map_or(&*text, |(text, _)| text);
    let field = |prefix| text.strip_prefix(prefix);
    if let Some((_, expected)) = text.rsplit_once(", expected ") {
        format!("should be {}", in_json_terms(expected))
    } else if let Some(field) = field("missing field ") {
        format!("has no {field}")
    } else if let Some(field) = field("duplicate field ") {
        format!("has {field} twice")
    } else {
        "has a value that the API's description does not allow".to_owned()
    }
}

/// Returns the JSON type that serde expected.
fn in_json_terms(expected: &str) -> &str {
    match expected {
        "a map" => "an object",
        "a sequence" => "an array",
        "f32" | "f64" => "a number",
        "unit" => "null",
        "i8" | "i16" | "i32" | "i64" | "i128" | "isize" => "an integer",
        "u8" | "u16" | "u32" | "u64" | "u128" | "usize" => "an integer, 0 or more",
        _ if expected.starts_with("struct ") => "an object",
        _ if expected.starts_with("a nonzero ") => "an integer, 1 or more",
        _ if expected.starts_with("a tuple") || expected.starts_with("tuple") => "an array",
        _ if expected.contains("variant") || expected.starts_with("enum ") => "a known value",
        // "a string", "a boolean", and what this project's own types expect.
        _ => expected,
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use serde::Deserialize;

    use super::{Decoded, Unreadable, page};
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

        fn decode(body: &Bytes) -> Result<Decoded<Self>, Unreadable> {
            page(body)
        }

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
        const ID: &'static str = "/n";

        fn key(&self) -> u64 {
            self.n.into()
        }
    }

    #[cfg(feature = "simd")]
    #[test]
    fn both_parsers_give_the_same() {
        use ofauth_api::types::ChatPage;

        let mut rng = fastrand::Rng::with_seed(2);
        for _ in 0..3_000 {
            let json = crate::json_path::tests::damaged_page(&mut rng);
            let expected = serde_json::from_str::<ChatPage>(&json).ok();
            assert_eq!(super::simd(json.as_bytes()), expected, "{json}");
        }
        let deep = format!(r#"{{"list":[],"hasMore":false,"x":{}"#, "[".repeat(1_000_000));
        assert_eq!(super::strictly::<ChatPage>(deep.as_bytes()), None);
    }

    fn read(json: &str) -> Result<(Vec<u8>, bool, Vec<String>), String> {
        let body = Bytes::copy_from_slice(json.as_bytes());
        match page::<Numbers>(&body) {
            Ok(Decoded { answer: page, rejected, .. }) => {
                let numbers = page.list.iter().map(|number| number.n).collect();
                let rejected = rejected
                    .iter()
                    .map(|one| {
                        assert!(
                            one.to_string().starts_with(one.path()) && one.path().contains('[')
                        );
                        format!("{} {:?} {one} {}", one.index(), one.id(), one.raw())
                    })
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
            r#"0 None list[0].n should be an integer, 0 or more {"n":"x"}"#,
            "2 None list[2] should be an object 3",
            "3 None list[3] has no `n` {}",
            r#"4 Some(300) list[4].n should be an integer, 0 or more {"n":300}"#,
            r#"5 Some(8) list[5] has `n` twice {"n":7,"n":8}"#,
            "6 None list[6] should be an object null",
        ];
        let (numbers, more, told) = read(odd).unwrap();
        assert_eq!((numbers, more), (vec![2, 9], false));
        assert_eq!(told, rejected);
    }

    #[test]
    fn unreadable_envelopes_are_reported_with_their_position() {
        for (json, reason) in [
            (r#"{"list":[{"n":"x"}]}"#, "the body has no `more`"),
            (r#"{"list":[{"n":"x"}],"more":1}"#, "`more` should be a boolean false"),
            (r#"{"list":{"n":1},"more":true}"#, "`list` should be an array false"),
            (r#"{"more":true}"#, "the body has no `list`"),
            (r#"{"list":[{"n":1}],"list":[],"more":true}"#, "the body has `list` twice"),
            (r#"{"list":[{"n":1}],"more":true,"more":true}"#, "the body has `more` twice"),
            (r#"{"list":[{"n":1}"#, "the body ends too early at line 1 column 16 true"),
            ("", "the body ends too early at line 1 column 0 true"),
            ("[]", "the body should be an object"),
            ("{}x", "the body has no `list`"),
            (r#"{"list":[],"more":true}}"#, "the body is not valid JSON at line 1 column 24 false"),
            ("<html>", "the body is not valid JSON at line 1 column 1 false"),
        ] {
            let told = read(json).unwrap_err();
            assert!(told.contains(reason), "{json}: {told}");
        }
    }
}
