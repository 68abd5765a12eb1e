//! The shape of values that the contract doesn't describe: their types, but not the values.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use crate::table::{Field, Kind, Row};

/// The types seen at a place and below it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shape {
    /// The number of values seen.
    pub count: u64,
    /// Whether one of them was an object with several fields.
    pub(crate) together: bool,
    /// Their types.
    pub kinds: BTreeSet<Kind>,
    /// The fields of the objects; each has its own count.
    pub fields: BTreeMap<String, Shape>,
    /// The items of arrays, or the values of objects whose keys are data rather than names.
    pub items: Option<Box<Shape>>,
}

/// Returns whether a key looks like the name of a field rather than data, like an id, a token, a
/// host, a person's name or a text.
pub(crate) fn is_name(key: &str) -> bool {
    let digits = key.bytes().filter(u8::is_ascii_digit).count();
    let runs = key.split(|c: char| !c.is_ascii_digit());
    let runs = runs.filter(|run| !run.is_empty()).count();
    let letters = key.bytes().any(|byte| byte.is_ascii_alphabetic());
    // A name has at most one number, like `address2` or `s3Url`; `a1B2c3` is a token.
    let token = letters && digits > 0 && (runs > 1 || digits > 3 || key.len() > 20);
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'$');
    (1..=40).contains(&key.len())
        && digits <= 4
        && !token
        && key.bytes().all(plain)
        && !TOKENS.iter().any(|prefix| key.starts_with(prefix))
}

/// Returns whether a value looks like a word of a vocabulary rather than a name or a text.
pub(crate) fn is_word(value: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-');
    value.len() <= 32 && is_name(value) && value.chars().all(plain)
}

/// The maximum number of unknown field names. An object with more is a map, and its keys are data,
/// like people's names. The limit also applies to words outside an enum.
pub(crate) const MOST_NAMES: usize = 16;

/// The maximum number of fields, more than an object with field names has.
const MOST_FIELDS: usize = 256;

/// Prefixes of API keys, ids and tokens.
const TOKENS: [&str; 4] = ["sk_", "conn_", "req_", "tok_"];

impl Shape {
    /// Creates the shape of one value of a type.
    pub(crate) fn of(kind: Kind) -> Self {
        Self { count: 1, kinds: [kind].into(), ..Self::default() }
    }

    fn note(&mut self, kind: Kind) {
        self.count += 1;
        self.kinds.insert(kind);
    }

    /// Returns the shape of a field, or of the map values if the key is data.
    fn field(&mut self, key: String) -> &mut Shape {
        let known = self.fields.len() < MOST_FIELDS || self.fields.contains_key(&key);
        match known && is_name(&key) {
            true => self.fields.entry(key).or_default(),
            false => self.items(),
        }
    }

    fn items(&mut self) -> &mut Shape {
        self.items.get_or_insert_default()
    }

    /// Returns whether both are objects of the same shape: one has all the fields of the other. Two
    /// of them next to each other are the values of a map, whose keys may be people's names.
    pub(crate) fn is_like(&self, other: &Shape) -> bool {
        let within = |one: &Shape, other: &Shape| {
            let mut names = one.fields.keys();
            names.all(|name| other.fields.contains_key(name))
        };
        self.is_object() && other.is_object() && (within(self, other) || within(other, self))
    }

    fn is_object(&self) -> bool {
        self.kinds.len() == 1 && self.kinds.contains(&Kind::Object)
    }

    /// Detects maps, once all values have been seen.
    pub(crate) fn detect_maps(&mut self) {
        self.fields.values_mut().for_each(Shape::detect_maps);
        if let Some(items) = &mut self.items {
            items.detect_maps();
        }
        self.fold();
    }

    /// Turns fields into map values if they are like another field or like the map values. Turns
    /// all fields into map values if many have the same type, or if no object has more than one.
    fn fold(&mut self) {
        let kinds = |field: &Shape| {
            let kinds = field.kinds.iter().filter(|kind| **kind != Kind::Null);
            kinds.copied().collect::<BTreeSet<Kind>>()
        };
        let all: BTreeSet<Kind> = self.fields.values().flat_map(kinds).collect();
        let count = self.fields.len();
        let is_object = self.kinds.contains(&Kind::Object);
        let apart = is_object && !self.together && (count > 1 || self.items.is_some());
        let many = count > MOST_NAMES && all.len() <= 1 || count >= MOST_FIELDS || apart;
        let objects = self.fields.iter().filter(|(_, field)| field.is_object());
        let objects: Vec<(&String, &Shape)> = objects.collect();
        let like = |(name, field): &(&String, &Shape)| {
            let others = objects.iter().filter(|(other, _)| other != name);
            let is_value = match objects.len() > MOST_NAMES {
                true => field.is_object(),
                false => others.into_iter().any(|(_, other)| field.is_like(other)),
            };
            let values = |values: &Shape| {
                let scalar = !values.kinds.contains(&Kind::Object);
                field.is_like(values) || scalar && kinds(field).is_subset(&values.kinds)
            };
            many || is_value || self.items.as_deref().is_some_and(values)
        };
        let fields = self.fields.iter().filter(like);
        let names: Vec<String> = fields.map(|(name, _)| name.clone()).collect();
        for name in names {
            if let Some(field) = self.fields.remove(&name) {
                self.items().merge(field);
            }
        }
    }

    /// Adds the values seen by another shape.
    pub fn merge(&mut self, other: Shape) {
        self.count += other.count;
        self.together |= other.together;
        self.kinds.extend(other.kinds);
        for (name, field) in other.fields {
            self.field(name).merge(field);
        }
        if let Some(items) = other.items {
            self.items().merge(*items);
        }
        self.fold();
    }
}

/// Adds the deserialised value to a shape.
impl<'de> DeserializeSeed<'de> for &mut Shape {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for &mut Shape {
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
        let mut first = access.next_key::<String>()?;
        if first.as_deref() == Some(NUMBER) {
            return self.visit_f64(decimal(access)?);
        }
        self.note(Kind::Object);
        let mut count = 0_u64;
        while let Some(key) = match first.take() {
            Some(key) => Some(key),
            None => access.next_key()?,
        } {
            access.next_value_seed(self.field(key))?;
            count += 1;
        }
        self.together |= count > 1;
        Ok(())
    }
}

/// With the feature `arbitrary_precision`, which another crate may have enabled, `serde_json`
/// represents a fraction as a map with only this key.
pub(crate) const NUMBER: &str = "$serde_json::private::Number";

/// Reads the value of [`NUMBER`].
pub(crate) fn decimal<'de, A: MapAccess<'de>>(mut access: A) -> Result<f64, A::Error> {
    access.next_value::<String>()?.parse().map_err(A::Error::custom)
}

/// The key of a field, looked up as it is parsed, and kept only if it is unknown.
pub(crate) enum FieldKey<'a> {
    Known(&'a str, Field),
    Unknown(String),
}

pub(crate) struct FieldName<'a>(pub(crate) &'a Row);

impl<'de, 'a> DeserializeSeed<'de> for FieldName<'a> {
    type Value = FieldKey<'a>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<FieldKey<'a>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'a> Visitor<'_> for FieldName<'a> {
    type Value = FieldKey<'a>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<FieldKey<'a>, E> {
        Ok(match self.0.properties.get_key_value(key) {
            Some((name, field)) => FieldKey::Known(name, *field),
            None => FieldKey::Unknown(key.to_owned()),
        })
    }
}
