//! The rules for parameters, which [`operations`](crate::operations) states for each parameter.

use std::ops::RangeInclusive;
use std::str::FromStr;

/// The rule for a whole number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Integer {
    /// The API's name for the parameter.
    pub name: &'static str,
    /// The minimum.
    pub min: i64,
    /// The maximum.
    pub max: i64,
    /// The value that applies if the parameter is left out.
    pub default: Option<i64>,
}

impl Integer {
    /// Creates a rule.
    pub const fn new(name: &'static str, min: i64, max: i64, default: Option<i64>) -> Self {
        Self { name, min, max, default }
    }

    /// Returns the allowed values.
    pub const fn range(&self) -> RangeInclusive<i64> {
        self.min..=self.max
    }

    /// Checks a value. The error says what the parameter must be.
    pub fn check(&self, value: impl Into<i128>) -> Result<(), String> {
        let Self { name, min, max, .. } = *self;
        match value.into() {
            value if (min.into()..=max.into()).contains(&value) => Ok(()),
            value => Err(format!("{name} must be {min} to {max}, but is {value}")),
        }
    }

    /// Parses a value as servers do: digits, with a sign if negative values are allowed.
    pub fn parse(&self, text: &str) -> Result<i64, String> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        let number = text.parse().ok().filter(|number| digits && self.range().contains(number));
        let Self { name, min, max, .. } = self;
        number.ok_or_else(|| format!("{name} must be an integer from {min} to {max}"))
    }
}

/// The rule for a number.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Number {
    /// The API's name for the parameter.
    pub name: &'static str,
    /// The minimum; may be infinite.
    pub min: f64,
    /// The maximum; may be infinite.
    pub max: f64,
}

impl Number {
    /// Creates a rule.
    pub const fn new(name: &'static str, min: f64, max: f64) -> Self {
        Self { name, min, max }
    }

    /// Checks a value. The error says what the parameter must be.
    pub fn check(&self, value: f64) -> Result<(), String> {
        let Self { name, min, max } = *self;
        match value.is_finite() && (min..=max).contains(&value) {
            true => Ok(()),
            false => Err(format!("{name} must be a number from {min} to {max}, but is {value}")),
        }
    }
}

/// The rule for a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Text {
    /// The API's name for the parameter.
    pub name: &'static str,
    /// The minimum length, in characters.
    pub min_length: usize,
    /// The maximum length, in characters; `usize::MAX` if there is none.
    pub max_length: usize,
    /// Whether the text is a segment of the path.
    pub in_path: bool,
}

impl Text {
    /// Creates a rule.
    pub const fn new(
        name: &'static str,
        min_length: usize,
        max_length: usize,
        in_path: bool,
    ) -> Self {
        Self { name, min_length, max_length, in_path }
    }

    /// Checks a value. The error says what the parameter must be, and doesn't contain the value.
    pub fn check(&self, value: &str) -> Result<(), String> {
        let Self { name, min_length, max_length, .. } = *self;
        let length = value.chars().count();
        if length > max_length {
            return Err(format!(
                "{name} must be at most {max_length} characters, but has {length}"
            ));
        }
        if length < min_length {
            return Err(format!(
                "{name} must be at least {min_length} characters, but has {length}"
            ));
        }
        match value {
            "" if self.in_path => Err(format!("{name} must not be empty: it is part of the path")),
            "." | ".." if self.in_path => Err(format!(
                "{name} must not be `.` or `..`: it is part of the path, and would change the path"
            )),
            _ => Ok(()),
        }
    }
}

/// The rule for a text that is one of a few words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Words {
    /// The API's name for the parameter.
    pub name: &'static str,
    /// The words, in the order of the API's description.
    pub words: &'static [&'static str],
}

impl Words {
    /// Creates a rule.
    pub const fn new(name: &'static str, words: &'static [&'static str]) -> Self {
        Self { name, words }
    }

    /// Parses a value. The error lists the allowed words.
    pub fn parse<T: FromStr>(&self, text: &str) -> Result<T, String> {
        text.parse().map_err(|_| format!("{} must be one of {}", self.name, self.words.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::{Integer, Number, Text, Words};

    #[test]
    fn a_value_outside_of_its_bounds_is_rejected_with_the_rule() {
        let limit = Integer::new("limit", 1, 20, Some(10));
        assert_eq!((limit.check(1), limit.check(20_u64)), (Ok(()), Ok(())));
        assert_eq!(limit.check(21).unwrap_err(), "limit must be 1 to 20, but is 21");
        assert_eq!(limit.check(-1).unwrap_err(), "limit must be 1 to 20, but is -1");
        assert_eq!((limit.parse("7"), limit.parse("20")), (Ok(7), Ok(20)));
        for text in ["", "0", "21", "+5", "5.0", " 5", "-", "99999999999999999999"] {
            let error = limit.parse(text).unwrap_err();
            assert_eq!(error, "limit must be an integer from 1 to 20", "{text}");
        }
        assert_eq!(Integer::new("by", -5, 5, None).parse("-3"), Ok(-3));

        let price = Number::new("price", 0.0, f64::INFINITY);
        assert_eq!(price.check(0.5), Ok(()));
        for value in [-0.5, f64::NAN, f64::INFINITY] {
            assert!(price.check(value).unwrap_err().starts_with("price must be a number from 0"));
        }

        let query = Text::new("query", 2, 3, false);
        assert_eq!((query.check("яя"), query.check("...")), (Ok(()), Ok(())));
        let error = query.check("яяяя").unwrap_err();
        assert_eq!(error, "query must be at most 3 characters, but has 4");
        assert!(query.check("я").is_err());

        let answer = Words::new("answer", &["true", "false"]);
        assert_eq!(answer.parse("true"), Ok(true));
        let error = answer.parse::<bool>("maybe").unwrap_err();
        assert_eq!(error, "answer must be one of true, false");
    }
}
