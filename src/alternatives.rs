//! Reads one of several alternatives, as generated types do, without a buffer.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// A JSON value of a type that can be told at once; everything else is [`Other`](Self::Other).
#[derive(Debug, Default)]
pub(crate) enum Scalar {
    Flag(bool),
    Integer(i64),
    Text(String),
    /// Null, a number that isn't an `i64`, an array or an object. A missing property, too.
    #[default]
    Other,
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        choose(deserializer, "", Some)
    }
}

/// Reads a scalar, and makes a `T` of it if it is one of the alternatives of the type `name`.
pub(crate) fn choose<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    name: &'static str,
    choice: fn(Scalar) -> Option<T>,
) -> Result<T, D::Error> {
    deserializer.deserialize_any(ScalarVisitor { name, choice })
}

/// Reads an object with the properties of all alternatives of the type `name`, and makes a `T` of
/// them if they are those of one alternative.
pub(crate) fn choose_object<'de, D: Deserializer<'de>, P: Deserialize<'de>, T>(
    deserializer: D,
    name: &'static str,
    choice: fn(P) -> Option<T>,
) -> Result<T, D::Error> {
    deserializer.deserialize_map(ObjectVisitor { name, choice })
}

fn no_match<E: Error>(name: &str) -> E {
    E::custom(format_args!("data did not match any variant of untagged enum {name}"))
}

struct ScalarVisitor<T> {
    name: &'static str,
    choice: fn(Scalar) -> Option<T>,
}

impl<T> ScalarVisitor<T> {
    fn choose<E: Error>(self, scalar: Scalar) -> Result<T, E> {
        (self.choice)(scalar).ok_or_else(|| no_match(self.name))
    }
}

impl<'de, T> Visitor<'de> for ScalarVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<T, E> {
        self.choose(Scalar::Flag(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<T, E> {
        self.choose(Scalar::Integer(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<T, E> {
        self.choose(value.try_into().map_or(Scalar::Other, Scalar::Integer))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<T, E> {
        self.choose(Scalar::Other)
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<T, E> {
        self.choose(Scalar::Text(value.to_owned()))
    }

    fn visit_string<E: Error>(self, value: String) -> Result<T, E> {
        self.choose(Scalar::Text(value))
    }

    fn visit_unit<E: Error>(self) -> Result<T, E> {
        self.choose(Scalar::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<T, A::Error> {
        IgnoredAny.visit_seq(seq)?;
        self.choose(Scalar::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        IgnoredAny.visit_map(map)?;
        self.choose(Scalar::Other)
    }
}

struct ObjectVisitor<P, T> {
    name: &'static str,
    choice: fn(P) -> Option<T>,
}

impl<'de, P: Deserialize<'de>, T> Visitor<'de> for ObjectVisitor<P, T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "struct {}", self.name)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        let properties = P::deserialize(MapAccessDeserializer::new(map))?;
        (self.choice)(properties).ok_or_else(|| no_match(self.name))
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use crate::types::{CanNotSendReason, MessageSender};

    /// What serde derives for the same alternatives.
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Derived {
        Name {
            id: i64,
            name: String,
        },
        View {
            id: i64,
            #[serde(rename = "_view")]
            view: String,
        },
    }

    #[test]
    fn senders_decode_as_serde_would_decode_them() {
        let numbers =
            ["7", "-7", "9223372036854775808", "7.0", "1e2", "\"7\"", "null", "[7]", "{\"a\":7}"];
        let texts = [
            "",
            "\"D\\u00e9\\ud83d\\ude00\"",
            "\"s\"",
            "null",
            "1",
            "[\"s\"]",
            "{\"a\":\"s\"}",
            "true",
        ];
        let mut decoded = 0;
        for id in numbers {
            for name in texts {
                for view in texts {
                    let field = |key: &str, value: &str| match value {
                        "" => String::new(),
                        _ => format!(",\"{key}\":{value}"),
                    };
                    let json = format!(
                        "{{\"id\":{id}{}{},\"new\":[1]}}",
                        field("name", name),
                        field("_view", view)
                    );
                    let expected = match serde_json::from_str(&json) {
                        Ok(Derived::Name { id, name }) => Some((id, Some(name), None)),
                        Ok(Derived::View { id, view }) => Some((id, None, Some(view))),
                        Err(_) => None,
                    };
                    let found = match serde_json::from_str(&json) {
                        Ok(MessageSender::Name(one)) => Some((one.id, Some(one.name), None)),
                        Ok(MessageSender::View(one)) => Some((one.id, None, Some(one.view))),
                        Err(_) => None,
                    };
                    assert_eq!(found, expected, "{json}");
                    decoded += u32::from(found.is_some());
                }
            }
        }
        assert!(decoded > 20, "{decoded}");
        // serde ignores a duplicate of a property that belongs to another alternative.
        let duplicates =
            [r#"{"id":1,"id":2,"name":""}"#, r#"{"id":1,"name":"a","_view":"x","_view":"y"}"#];
        for json in ["null", "7", "\"s\"", "[7,\"s\"]", "{}"].iter().chain(&duplicates) {
            assert!(serde_json::from_str::<MessageSender>(json).is_err(), "{json}");
        }
    }

    #[test]
    fn reasons_are_flags_or_texts() {
        let read = |json: &str| serde_json::from_str::<CanNotSendReason>(json).ok();
        assert_eq!(read("false"), Some(CanNotSendReason::Flag(false)));
        assert_eq!(read("\"bl\\nocked\""), Some(CanNotSendReason::Reason("bl\nocked".to_owned())));
        for json in ["1", "1.5", "null", "[true]", "{\"a\":true}", "18446744073709551615"] {
            assert_eq!(read(json), None, "{json}");
        }
    }
}
