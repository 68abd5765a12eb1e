//! The shape of values that the contract does not know, and nothing of the values.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::table::Kind;

/// The types that were seen at a place and below it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sketch {
    /// How many values were seen.
    pub count: u64,
    /// Their types.
    pub kinds: BTreeSet<Kind>,
    /// The fields of the objects; how often each was there is its own count.
    pub fields: BTreeMap<String, Sketch>,
    /// The items of the arrays, or the values of objects whose keys are data, no names.
    pub items: Option<Box<Sketch>>,
}

/// Whether a key looks like the name of a field, and not like data: an id, a name, a text.
pub(crate) fn is_name(key: &str) -> bool {
    let digits = key.bytes().filter(u8::is_ascii_digit).count();
    let plain =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'$' | b'.');
    (1..=64).contains(&key.len()) && digits <= 4 && key.bytes().all(plain)
}

impl Sketch {
    fn note(&mut self, kind: Kind) {
        self.count += 1;
        self.kinds.insert(kind);
    }

    fn items(&mut self) -> &mut Sketch {
        self.items.get_or_insert_default()
    }

    /// Adds what another sketch has seen.
    pub(crate) fn merge(&mut self, other: Sketch) {
        self.count += other.count;
        self.kinds.extend(other.kinds);
        for (name, field) in other.fields {
            self.fields.entry(name).or_default().merge(field);
        }
        if let Some(items) = other.items {
            self.items().merge(*items);
        }
    }
}

/// Adds a value to a sketch.
impl<'de> DeserializeSeed<'de> for &mut Sketch {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for &mut Sketch {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.note(Kind::Null);
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        self.note(Kind::Boolean);
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        self.note(Kind::Integer);
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        self.note(Kind::Integer);
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        self.note(Kind::Number);
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        self.note(Kind::String);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<(), A::Error> {
        self.note(Kind::Array);
        while access.next_element_seed(self.items())?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<(), A::Error> {
        self.note(Kind::Object);
        while let Some(key) = access.next_key::<String>()? {
            if is_name(&key) {
                access.next_value_seed(self.fields.entry(key).or_default())?;
            } else {
                access.next_value_seed(self.items())?;
            }
        }
        Ok(())
    }
}
