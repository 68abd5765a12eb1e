//! Decodes the objects of generated types.
//!
//! What serde derives does the same, but with several times the code: it accepts arrays too, and
//! every error returns from a place of its own.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, Visitor};

/// Implements `Deserialize` for a struct. Unknown properties are ignored. An optional property that
/// is missing has the default of its type.
macro_rules! object {
    (
        $object:ident
        required { $($required:ident = $required_name:literal,)* }
        optional { $($optional:ident = $optional_name:literal,)* }
    ) => {
        const _: () = {
            #[allow(non_camel_case_types)]
            #[derive(Clone, Copy)]
            enum Property { $($required,)* $($optional,)* Unknown }

            fn property(name: &str) -> Property {
                match name {
                    $($required_name => Property::$required,)*
                    $($optional_name => Property::$optional,)*
                    _ => Property::Unknown,
                }
            }

            impl<'de> $crate::object::Object<'de> for $object {
                const NAME: &'static str = stringify!($object);

                fn read<A: ::serde::de::MapAccess<'de>>(
                    mut map: A,
                ) -> ::std::result::Result<Self, A::Error> {
                    use $crate::object::{Name, missing, value};
                    $(let mut $required = None;)*
                    $(let mut $optional = None;)*
                    while let Some(next) = map.next_key_seed(Name(property))? {
                        match next {
                            $(Property::$required =>
                                value(&mut map, &mut $required, $required_name)?,)*
                            $(Property::$optional =>
                                value(&mut map, &mut $optional, $optional_name)?,)*
                            Property::Unknown => {
                                map.next_value::<::serde::de::IgnoredAny>()?;
                            }
                        }
                    }
                    match ($($required,)*) {
                        ($(Some($required),)*) => Ok(Self {
                            $($required,)*
                            $($optional: $optional.unwrap_or_default(),)*
                        }),
                        #[allow(unreachable_patterns)]
                        ($($required,)*) => {
                            Err(missing(&[$(($required.is_some(), $required_name),)*]))
                        }
                    }
                }
            }

            impl<'de> ::serde::Deserialize<'de> for $object {
                fn deserialize<D: ::serde::Deserializer<'de>>(
                    deserializer: D,
                ) -> ::std::result::Result<Self, D::Error> {
                    $crate::object::deserialize(deserializer)
                }
            }
        };
    };
}

pub(crate) use object;

/// A type that is decoded from an object.
pub(crate) trait Object<'de>: Sized {
    /// The name of the Rust type.
    const NAME: &'static str;

    /// Reads the properties.
    fn read<A: MapAccess<'de>>(map: A) -> Result<Self, A::Error>;
}

pub(crate) fn deserialize<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Object<'de>,
{
    deserializer.deserialize_map(ObjectVisitor(PhantomData))
}

/// Reads a property's value.
pub(crate) fn value<'de, A: MapAccess<'de>, T: Deserialize<'de>>(
    map: &mut A,
    value: &mut Option<T>,
    name: &'static str,
) -> Result<(), A::Error> {
    if value.is_some() {
        return Err(A::Error::duplicate_field(name));
    }
    *value = Some(map.next_value()?);
    Ok(())
}

/// The error for the first property that wasn't found.
#[cold]
pub(crate) fn missing<E: Error>(found: &[(bool, &'static str)]) -> E {
    let missing = found.iter().find(|(is_found, _)| !is_found);
    E::missing_field(missing.map_or("", |(_, name)| name))
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Object<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "struct {}", T::NAME)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::read(map)
    }
}

/// Reads a property's name.
pub(crate) struct Name<P>(pub(crate) fn(&str) -> P);

impl<'de, P> DeserializeSeed<'de> for Name<P> {
    type Value = P;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<P, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl<P> Visitor<'_> for Name<P> {
    type Value = P;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a property")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<P, E> {
        Ok((self.0)(name))
    }
}
