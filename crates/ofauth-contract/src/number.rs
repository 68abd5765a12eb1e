//! JSON numbers in order, whole ones exactly.

use std::cmp::Ordering;

use serde_json::Number;

/// Compares two numbers by value: `1` and `1.0` are the same.
pub(crate) fn compare(a: &Number, b: &Number) -> Ordering {
    match (whole(a), whole(b)) {
        (Some(a), Some(b)) => a.cmp(&b),
        // A JSON number is finite, and so is in order with each other.
        _ => float(a).total_cmp(&float(b)),
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
