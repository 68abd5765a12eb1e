//! JSON numbers in order, whole ones exactly.

use std::cmp::Ordering;

use serde_json::{Number, Value};

/// Compares two numbers by value: `1` and `1.0` are the same.
pub(crate) fn compare(a: &Number, b: &Number) -> Ordering {
    match (whole(a), whole(b)) {
        (Some(a), Some(b)) => a.cmp(&b),
        // A JSON number is finite, and so is in order with each other.
        _ => float(a).total_cmp(&float(b)),
    }
}

/// A number in its plainest form: `1.0` is `1`.
pub(crate) fn plain(number: &Number) -> Number {
    /// Up to here a double holds each whole number.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match number.as_f64() {
        Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() <= EXACT => {
            // Written out without a fraction, it is read as a whole number.
            format!("{:.0}", float + 0.0)
                .parse()
                .unwrap_or_else(|_| number.clone())
        }
        _ => number.clone(),
    }
}

/// A value with its numbers in their plainest form.
pub(crate) fn plain_value(value: &Value) -> Value {
    match value {
        Value::Number(number) => plain(number).into(),
        Value::Array(items) => items.iter().map(plain_value).collect(),
        Value::Object(entries) => entries
            .iter()
            .map(|(key, value)| (key.clone(), plain_value(value)))
            .collect(),
        _ => value.clone(),
    }
}

/// Whether a number is a multiple of another, as far as doubles can tell.
pub(crate) fn is_multiple(number: &Number, of: &Number) -> bool {
    match (whole(number), whole(of)) {
        (Some(number), Some(of)) => of != 0 && number % of == 0,
        _ => float(number) % float(of) == 0.0,
    }
}

fn whole(number: &Number) -> Option<i128> {
    let unsigned = number.as_u64().map(i128::from);
    unsigned.or_else(|| number.as_i64().map(i128::from))
}

fn float(number: &Number) -> f64 {
    // `-0.0` is 0.
    number.as_f64().unwrap_or_default() + 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_in_order() {
        let ordered = [
            "-1e300",
            "-9223372036854775808",
            "-1.5",
            "0",
            "0.5",
            "9007199254740992",
            "9007199254740993",
            "18446744073709551615",
            "1e300",
        ];
        for (i, a) in ordered.iter().enumerate() {
            for (j, b) in ordered.iter().enumerate() {
                let (x, y): (Number, Number) = (a.parse().unwrap(), b.parse().unwrap());
                assert_eq!(compare(&x, &y), i.cmp(&j), "{a} {b}");
            }
        }
        let same: (Number, Number) = ("1".parse().unwrap(), "1.0".parse().unwrap());
        assert_eq!(compare(&same.0, &same.1), Ordering::Equal);
        let zero: (Number, Number) = ("-0.0".parse().unwrap(), "0".parse().unwrap());
        assert_eq!(compare(&zero.0, &zero.1), Ordering::Equal);
    }
}
