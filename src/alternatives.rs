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
