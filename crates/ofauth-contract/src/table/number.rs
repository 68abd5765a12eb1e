//! Comparison of JSON numbers by value, exact for integers.

use std::cmp::Ordering;

use serde_json::{Number, Value};

/// Compares two numbers by value: `1` equals `1.0`.
pub(crate) fn compare(a: &Number, b: &Number) -> Ordering {
    match (whole(a), whole(b)) {
        (Some(a), Some(b)) => a.cmp(&b),
        // JSON numbers are finite, so their order is total.
        _ => float(a).total_cmp(&float(b)),
    }
}

/// Compares two integers of any length, written in decimal digits.
pub(crate) fn compare_digits(a: &str, b: &str) -> Ordering {
    let magnitude = |text: &str| text.trim_start_matches(['-', '0']).to_owned();
    let (long, short) = (magnitude(a), magnitude(b));
    let order = long.len().cmp(&short.len()).then_with(|| long.cmp(&short));
    match (a.starts_with('-'), b.starts_with('-')) {
        (false, false) => order,
        (true, true) => order.reverse(),
        (a, b) => b.cmp(&a),
    }
}

/// Returns the digits of a number, rounded to an integer.
pub(crate) fn digits(number: &Number) -> String {
    whole(number).map_or_else(|| format!("{:.0}", float(number)), |whole| whole.to_string())
}

/// Returns a number in its simplest form: `1.0` becomes `1`.
pub(crate) fn plain(number: &Number) -> Number {
    /// A double represents every integer up to here.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match number.as_f64() {
        Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() <= EXACT => {
            // Formatted without a fraction, it is parsed as an integer.
            format!("{:.0}", float + 0.0).parse().unwrap_or_else(|_| number.clone())
        }
        _ => number.clone(),
    }
}

/// Returns a value with its numbers in their simplest form.
pub(crate) fn plain_value(value: &Value) -> Value {
    match value {
        Value::Number(number) => plain(number).into(),
        Value::Array(items) => items.iter().map(plain_value).collect(),
        Value::Object(entries) => {
            entries.iter().map(|(key, value)| (key.clone(), plain_value(value))).collect()
        }
        _ => value.clone(),
    }
}

/// Returns whether a number is a multiple of another, computed from decimal digits: 0.3 is a
/// multiple of 0.1, but the doubles that represent them are not.
pub(crate) fn is_multiple(number: &Number, of: &Number) -> bool {
    let (Some((mut digits, mut exponent)), Some((step, scale))) = (decimal(number), decimal(of))
    else {
        return false;
    };
    if step == 0 {
        return false;
    }
    // A multiple has no digits beyond the last decimal place of the step.
    while exponent < scale {
        if digits % 10 != 0 {
            return false;
        }
        digits /= 10;
        if digits == 0 {
            return true;
        }
        exponent += 1;
    }
    // The step has at most 20 digits, so ten times a remainder doesn't overflow.
    let mut remainder = digits % step;
    for _ in scale..exponent {
        remainder = remainder * 10 % step;
    }
    remainder == 0
}

/// Returns a number's digits as an integer, and the power of ten to multiply them by.
fn decimal(number: &Number) -> Option<(i128, i32)> {
    let text = number.to_string();
    let (digits, exponent) = text.split_once(['e', 'E']).unwrap_or((&text, "0"));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let digits = format!("{whole}{fraction}").parse().ok()?;
    let exponent: i32 = exponent.parse().ok()?;
    Some((digits, exponent - i32::try_from(fraction.len()).ok()?))
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
    fn multiples_are_computed_from_decimal_digits() {
        for (number, of, expected) in [
            ("0", "0.01", true),
            ("0.3", "0.1", true),
            ("19.99", "0.01", true),
            ("1.1", "0.01", true),
            ("-0.07", "0.01", true),
            ("0.015", "0.01", false),
            ("4.35", "0.1", false),
            ("1.0", "1", true),
            ("1.5", "1", false),
            ("7", "2", false),
            ("1e300", "0.01", true),
            ("1e300", "7", false),
            ("1e-300", "1", false),
            ("3e-7", "1e-7", true),
            ("0.75", "0.25", true),
            ("9007199254740993", "2", false),
            ("18446744073709551615", "5", true),
            ("1.8446744073709552e39", "18446744073709552", true),
            ("1", "0", false),
        ] {
            let (number, of): (Number, Number) = (number.parse().unwrap(), of.parse().unwrap());
            assert_eq!(is_multiple(&number, &of), expected, "{number} {of}");
        }
    }

    #[test]
    fn numbers_are_ordered_by_value() {
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
