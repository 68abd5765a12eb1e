//! Timestamps, kept as the strings that the API sends.

use std::fmt;

use chrono::{DateTime, FixedOffset};
use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

/// A point in time, kept as the string that the API sent.
///
/// In practice the API sends RFC 3339, like `2024-01-15T10:30:00+00:00`, but the vendor promises
/// only a string (SDK types). So any string decodes and is kept unchanged, and
/// [`to_datetime`](Self::to_datetime) parses it on request.
///
/// Two timestamps are equal if their strings are equal.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Timestamp(String);

impl Timestamp {
    /// Returns the string as it was received.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Parses the timestamp; returns `None` if it isn't valid RFC 3339.
    ///
    /// A timestamp without an offset from UTC also gives `None`, because its time zone is unknown.
    pub fn to_datetime(&self) -> Option<DateTime<FixedOffset>> {
        DateTime::parse_from_rfc3339(&self.0).ok()
    }
}

impl From<&str> for Timestamp {
    fn from(value: &str) -> Self {
        Self(value.to_owned())
    }
}

impl From<String> for Timestamp {
    fn from(value: String) -> Self {
        Self(value)
    }
}

impl<Tz: chrono::TimeZone> From<DateTime<Tz>> for Timestamp {
    fn from(value: DateTime<Tz>) -> Self {
        Self(value.fixed_offset().to_rfc3339())
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Shows only strings that look like a date or a number. Any string decodes, so others may contain
/// private text.
impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_date_byte = |byte: u8| byte.is_ascii_digit() || b"-:.+TZtz ".contains(&byte);
        match self.0.bytes().all(is_date_byte) {
            true => self.0.fmt(f),
            false => f.write_str("[private]"),
        }
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::text::deserialize(deserializer, "Timestamp")
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for Timestamp {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Timestamp".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "date-time" })
    }
}

#[cfg(test)]
mod tests {
    use super::Timestamp;

    #[test]
    fn every_spelling_of_rfc_3339_is_parsed() {
        let expected = Timestamp::from("2024-01-15T10:30:00Z").to_datetime().unwrap();
        for text in [
            "2024-01-15T10:30:00+00:00",
            "2024-01-15T10:30:00.000Z",
            "2024-01-15t12:30:00+02:00",
            "2024-01-15 10:30:00Z",
        ] {
            assert_eq!(Timestamp::from(text).to_datetime(), Some(expected), "{text}");
        }
    }

    #[test]
    fn malformed_timestamps_are_kept_but_not_parsed() {
        for text in ["", "yesterday", "2024-01-15T10:30:00", "1705314600", "<string>"] {
            let json = serde_json::to_string(text).unwrap();
            let timestamp: Timestamp = serde_json::from_str(&json).unwrap();
            assert_eq!(timestamp.to_datetime(), None, "{text}");
            assert_eq!(serde_json::to_string(&timestamp).unwrap(), json);
        }
    }

    #[test]
    fn debug_hides_text() {
        let shown = |text: &str| format!("{:?}", Timestamp::from(text));
        for text in ["2024-01-15T10:30:00.5+02:00", "2024-01-15t10:30:00z", "1705314600"] {
            assert_eq!(shown(text), format!("{text:?}"));
        }
        for text in ["Anna said yes", "2024-01-15 from Anna", "<string>"] {
            assert!(!shown(text).contains("Anna") && !shown(text).contains("string"), "{text}");
        }
    }
}
