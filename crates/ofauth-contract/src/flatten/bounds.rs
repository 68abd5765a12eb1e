//! Bounds of values, of lengths, and of numbers of items and properties.

use std::collections::BTreeMap;

use serde_json::{Number, Value};

use super::reference::Part;
use crate::mistake::Mistake;
use crate::table::{Bound, Kind, number};

/// Each keyword that sets a bound, with the name of the bound, whether it is an upper bound, and
/// the types that it applies to.
pub(crate) const BOUNDS: &[(&str, &str, bool, &[Kind])] = &[
    ("minimum", "minimum", false, &[Kind::Integer, Kind::Number]),
    ("exclusiveMinimum", "minimum", false, &[Kind::Integer, Kind::Number]),
    ("maximum", "maximum", true, &[Kind::Integer, Kind::Number]),
    ("exclusiveMaximum", "maximum", true, &[Kind::Integer, Kind::Number]),
    ("minLength", "min-length", false, &[Kind::String]),
    ("maxLength", "max-length", true, &[Kind::String]),
    ("minItems", "min-items", false, &[Kind::Array]),
    ("maxItems", "max-items", true, &[Kind::Array]),
    ("minProperties", "min-properties", false, &[Kind::Object]),
    ("maxProperties", "max-properties", true, &[Kind::Object]),
];

/// Returns the bound that a keyword of a schema sets.
pub(crate) fn bound(part: &Part<'_>, keyword: &str) -> Result<Option<Bound>, Mistake> {
    let Some(found) = part.get(keyword) else {
        return Ok(None);
    };
    let exclusive = match (keyword, found.value) {
        // In 3.0 it is a flag next to the limit; since 3.1 it is the limit.
        ("exclusiveMinimum" | "exclusiveMaximum", Value::Bool(_)) => return Ok(None),
        ("exclusiveMinimum" | "exclusiveMaximum", _) => true,
        ("minimum", _) => part.value["exclusiveMinimum"] == true,
        ("maximum", _) => part.value["exclusiveMaximum"] == true,
        _ => false,
    };
    match found.value {
        // A minimum length of 0 allows every length.
        Value::Number(value)
            if number::plain(value).as_u64() == Some(0) && is_least_count(keyword) =>
        {
            Ok(None)
        }
        Value::Number(value) => {
            Ok(Some(Bound { value: number::plain(value), digits: None, exclusive }))
        }
        Value::String(digits) => match nearest(digits) {
            Some(value) => Ok(Some(Bound { value, digits: Some(digits.clone()), exclusive })),
            None => Err(found.mistake("must be a number")),
        },
        _ => Err(found.mistake("must be a number")),
    }
}

/// Returns the number nearest to an integer with more digits than a JSON number can represent. Such
/// a bound is read as a string.
fn nearest(digits: &str) -> Option<Number> {
    let unsigned = digits.strip_prefix('-').unwrap_or(digits);
    let is_long = unsigned.len() >= 19 && unsigned.bytes().all(|byte| byte.is_ascii_digit());
    let value = is_long.then(|| digits.parse::<f64>().ok()).flatten()?;
    Number::from_f64(value.clamp(f64::MIN, f64::MAX))
}

fn is_least_count(keyword: &str) -> bool {
    matches!(keyword, "minLength" | "minItems" | "minProperties")
}

/// Normalises the bounds of an integer: greater than 0, and at least 0.5, mean at least 1.
pub(crate) fn whole(bounds: &mut BTreeMap<&'static str, Bound>) {
    for (name, step) in [("minimum", 1), ("maximum", -1)] {
        let Some(bound) = bounds.get_mut(name) else {
            continue;
        };
        let value = match (bound.value.as_i64(), bound.value.as_f64()) {
            (Some(value), _) if bound.exclusive => value.checked_add(step),
            (None, Some(value)) if value.fract() != 0.0 => {
                let value = if step > 0 { value.ceil() } else { value.floor() };
                number::plain(&Number::from_f64(value).unwrap_or(bound.value.clone())).as_i64()
            }
            _ => None,
        };
        if let Some(value) = value {
            *bound = Bound { value: Number::from(value), digits: None, exclusive: false };
        }
    }
}
