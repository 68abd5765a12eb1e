//! The offset of the next page, decoded from a number or a string.

use std::fmt;

use serde::de::{
    Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Unexpected, Visitor,
};
use serde::ser::{Serialize, Serializer};

/// The `offset` of the next page: a number of chats to skip.
///
/// The API documents a number, and its official iterator also accepts a numeric string (OFAuth
/// documentation, chats list; SDK types). So `20`, `20.0` and `"20"` all decode to the same offset.
/// A value that isn't a whole number is an error. No range is enforced: the offset may even be
/// negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NextOffset(i64);

impl NextOffset {
    /// Returns the number of chats to skip.
    pub fn get(self) -> i64 {
        self.0
    }
}

impl From<i64> for NextOffset {
    fn from(offset: i64) -> Self {
        Self(offset)
    }
}

impl fmt::Display for NextOffset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for NextOffset {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.0)
    }
}

impl<'de> Deserialize<'de> for NextOffset {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OffsetVisitor;

        impl<'de> Visitor<'de> for OffsetVisitor {
            type Value = NextOffset;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number, as a number or a string")
            }

            fn visit_i64<E: Error>(self, value: i64) -> Result<NextOffset, E> {
                Ok(NextOffset(value))
            }

            fn visit_u64<E: Error>(self, value: u64) -> Result<NextOffset, E> {
                i64::try_from(value)
                    .map(NextOffset)
                    .map_err(|_| E::invalid_value(Unexpected::Unsigned(value), &self))
            }

            fn visit_f64<E: Error>(self, value: f64) -> Result<NextOffset, E> {
                // Above 2^53, a double can't represent every whole number.
                const EXACT: f64 = 9_007_199_254_740_992.0;
                if value.fract() == 0.0 && value.abs() <= EXACT {
                    Ok(NextOffset(value as i64))
                } else {
                    Err(E::invalid_value(Unexpected::Float(value), &self))
                }
            }

            fn visit_str<E: Error>(self, value: &str) -> Result<NextOffset, E> {
                let value = value.trim();
                if let Ok(offset) = value.parse() {
                    return Ok(NextOffset(offset));
                }
                match value.parse::<f64>() {
                    Ok(number) => self.visit_f64(number),
                    Err(_) => Err(E::invalid_value(Unexpected::Other("other text"), &self)),
                }
            }

            // Reads to the end, so that the error has this value's position.
            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<NextOffset, A::Error> {
                IgnoredAny.visit_seq(seq)?;
                Err(A::Error::invalid_type(Unexpected::Seq, &self))
            }

            // A fraction, if another crate of the application has enabled serde_json's feature
            // `arbitrary_precision`.
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<NextOffset, A::Error> {
                match map.next_key::<String>()?.as_deref() {
                    Some("$serde_json::private::Number") => {
                        self.visit_str(&map.next_value::<String>()?)
                    }
                    Some(_) => {
                        map.next_value::<IgnoredAny>()?;
                        IgnoredAny.visit_map(map)?;
                        Err(A::Error::invalid_type(Unexpected::Map, &self))
                    }
                    None => Err(A::Error::invalid_type(Unexpected::Map, &self)),
                }
            }
        }

        deserializer.deserialize_any(OffsetVisitor)
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for NextOffset {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "NextOffset".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "number" })
    }
}

#[cfg(test)]
mod tests {
    use super::NextOffset;

    fn decode(json: &str) -> Option<i64> {
        serde_json::from_str::<NextOffset>(json).ok().map(NextOffset::get)
    }

    #[test]
    fn every_form_of_a_whole_number_decodes() {
        for json in ["20", "20.0", "2e1", "\"20\"", "\"20.0\"", "\" 20 \""] {
            assert_eq!(decode(json), Some(20), "{json}");
        }
        assert_eq!(decode("-1"), Some(-1));
        assert_eq!(decode("9223372036854775807"), Some(i64::MAX));
    }

    #[test]
    fn anything_but_a_whole_number_is_an_error() {
        for json in [
            "20.5",
            "\"twenty\"",
            "\"\"",
            "\"NaN\"",
            "\"inf\"",
            "1e300",
            "9223372036854775808",
            "true",
            "[20]",
            "{}",
        ] {
            assert_eq!(decode(json), None, "{json}");
        }
    }

    #[test]
    fn an_offset_serialises_as_an_integer() {
        assert_eq!(serde_json::to_string(&NextOffset::from(20)).unwrap(), "20");
    }
}
