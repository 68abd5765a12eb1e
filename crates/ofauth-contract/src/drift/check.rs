//! Checks a value against a row as it is parsed, without keeping the value.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Number, Value};

use super::finding::{Deviation, Observation};
use super::shape::{self, FieldKey, FieldName, MOST_NAMES, NUMBER, Shape, decimal};
use crate::table::{Kind, Rest, Row, RowId, Table, Trail, number};

/// A value about to be parsed, and the row that it should match.
pub(crate) struct ValueCheck<'a> {
    pub(crate) table: &'a Table,
    pub(crate) row: RowId,
    /// The object that has the value as a field, and the field's name.
    pub(crate) owner: Option<(RowId, &'a str)>,
    pub(crate) trail: &'a Trail<'a>,
    pub(crate) found: &'a mut Vec<Observation>,
}

impl<'de> DeserializeSeed<'de> for ValueCheck<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if self.contract().alternatives.is_empty() {
            deserializer.deserialize_any(self)
        } else {
            let value = serde::Deserialize::deserialize(deserializer)?;
            self.alternatives(&value).map_err(D::Error::custom)
        }
    }
}

impl ValueCheck<'_> {
    fn contract(&self) -> &Row {
        self.table.row(self.row)
    }

    /// Creates an observation of this value.
    fn observation(&self, kind: Deviation, expected: String, shape: Shape) -> Observation {
        let field = self.owner.map(|(row, name)| (row, name.to_owned()));
        Observation::new(self.trail.to_string(), kind, expected, shape, self.row, field)
    }

    fn report(&mut self, kind: Deviation, expected: String, seen: Kind) {
        let observation = self.observation(kind, expected, Shape::of(seen));
        self.found.push(observation);
    }

    fn wrong_type(&mut self, seen: Kind) {
        let expected = self.table.words(self.row);
        let kind = match seen {
            Kind::Null => Deviation::UnexpectedNull,
            _ => Deviation::WrongType,
        };
        self.report(kind, expected, seen);
    }

    /// Returns whether a value of this type is allowed.
    fn allows(&self, kind: Kind) -> bool {
        match self.contract().kind {
            None => true,
            Some(own) => own == kind || own == Kind::Number && kind == Kind::Integer,
        }
    }

    /// Checks a number and its bounds, including the range of an integer format.
    fn number(&mut self, kind: Kind, number: &Number) {
        let float = number.as_f64().unwrap_or_default();
        let is_whole = kind == Kind::Number && float.fract() == 0.0;
        let is_integer = is_whole && self.contract().kind == Some(Kind::Integer);
        // Parsed as a float, because it exceeds every integer type.
        if is_integer && float.abs() >= 2f64.powi(63) {
            return self.report(Deviation::OutOfBounds, "int64".to_owned(), Kind::Integer);
        }
        // `7.0` is an integer, too.
        let kind = if is_integer { Kind::Integer } else { kind };
        if !self.allows(kind) {
            return self.wrong_type(kind);
        }
        let row = self.contract();
        if row.values.as_ref().is_some_and(|values| {
            let same = |value: &Value| {
                let value = value.as_number();
                value.is_some_and(|value| number::compare(value, number) == Ordering::Equal)
            };
            !values.iter().any(same)
        }) {
            return self.unknown_value(kind, None);
        }
        let format = match row.format.as_deref() {
            Some("int32") => Some(("int32", i64::from(i32::MIN), i64::from(i32::MAX))),
            Some("int64") => Some(("int64", i64::MIN, i64::MAX)),
            _ => None,
        };
        if let Some((name, least, most)) = format {
            let order = |limit: i64| number::compare(number, &limit.into());
            if order(least) == Ordering::Less || order(most) == Ordering::Greater {
                return self.report(Deviation::OutOfBounds, name.to_owned(), kind);
            }
        }
        if let Some(step) = &row.multiple_of
            && !number::is_multiple(number, step)
        {
            let expected = format!("a multiple of {step}");
            self.report(Deviation::OutOfBounds, expected, kind);
        }
        self.bounds(kind, number, "minimum", "maximum", "");
    }

    fn bounds(&mut self, kind: Kind, number: &Number, lower: &str, upper: &str, unit: &str) {
        let row = self.contract();
        let mut broken = Vec::new();
        for (name, out, words) in [
            (lower, Ordering::Less, ["at least", "more than"]),
            (upper, Ordering::Greater, ["at most", "less than"]),
        ] {
            let Some(bound) = row.bounds.get(name) else {
                continue;
            };
            let order = number::compare(number, &bound.value);
            if order == out || bound.exclusive && order == Ordering::Equal {
                let words = words[usize::from(bound.exclusive)];
                broken.push(format!("{words} {}{unit}", bound.value));
            }
        }
        for expected in broken {
            self.report(Deviation::OutOfBounds, expected, kind);
        }
    }

    fn text(&mut self, text: &str) {
        if !self.allows(Kind::String) {
            return self.wrong_type(Kind::String);
        }
        let row = self.contract();
        if row.values.as_ref().is_some_and(|values| !values.iter().any(|value| value == text)) {
            return self.unknown_value(Kind::String, Some(text));
        }
        let date = match row.format.as_deref() {
            Some("date-time") => chrono::DateTime::parse_from_rfc3339(text).is_ok(),
            Some("date") => text.len() == 10 && text.parse::<chrono::NaiveDate>().is_ok(),
            _ => true,
        };
        if !date {
            let expected = row.format.clone().unwrap_or_default();
            return self.report(Deviation::NotADate, expected, Kind::String);
        }
        if row.bounds.is_empty() {
            return;
        }
        let length = text.chars().count().into();
        self.bounds(Kind::String, &length, "min-length", "max-length", " characters");
    }

    fn unknown_value(&mut self, kind: Kind, word: Option<&str>) {
        let words = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let values = self.contract().values.iter().flatten().map(words);
        let expected = format!("one of {}", values.collect::<Vec<_>>().join(", "));
        let mut observation = self.observation(Deviation::UnknownValue, expected, Shape::of(kind));
        match word.filter(|word| shape::is_word(word)) {
            Some(word) => observation.words.push(word.to_owned()),
            None => observation.others = 1,
        }
        self.found.push(observation);
    }

    /// Finds the alternative that matches, or reports what is wrong with the only candidate.
    fn alternatives(mut self, value: &Value) -> Result<(), serde_json::Error> {
        let row = self.contract();
        if value.is_null() && row.nullable {
            return Ok(());
        }
        let mut tried = Vec::new();
        for id in &row.alternatives {
            let mut found = Vec::new();
            let check = ValueCheck {
                table: self.table,
                row: *id,
                owner: None,
                trail: self.trail,
                found: &mut found,
            };
            check.deserialize(value)?;
            tried.push((*id, found));
        }
        let unknown = |found: &Observation| found.finding.kind == Deviation::UnknownField;
        let fits = |(_, found): &&(RowId, Vec<Observation>)| found.iter().all(unknown);
        let fitting: Vec<RowId> = tried.iter().filter(fits).map(|(id, _)| *id).collect();
        if !fitting.is_empty() {
            tried.retain(|(id, _)| fitting.contains(id));
            tried.sort_by_key(|(_, found)| found.len());
            let (_, found) = tried.swap_remove(0);
            // A field is known if any matching alternative describes it.
            self.found.extend(found.into_iter().filter(|found| {
                let name = found.field.as_ref().map(|(_, name)| name);
                let own = name.filter(|name| {
                    Trail::Property(self.trail, name).to_string() == found.finding.place
                });
                !own.is_some_and(|name| {
                    fitting.iter().any(|id| self.table.row(*id).properties.contains_key(name))
                })
            }));
            return Ok(());
        }
        let kind = Kind::of(value);
        tried.retain(|(id, _)| {
            let row = self.table.row(*id);
            row.kind.is_none_or(|own| own == kind || own == Kind::Number && kind == Kind::Integer)
        });
        if tried.len() == 1 {
            self.found.append(&mut tried.swap_remove(0).1);
            return Ok(());
        }
        if value.is_null() {
            self.wrong_type(Kind::Null);
            return Ok(());
        }
        let expected = self.table.words(self.row);
        self.report(Deviation::NoAlternative, expected, kind);
        Ok(())
    }

    /// Reports the required fields that aren't present.
    fn missing(&mut self, present: &[&str]) {
        let row = self.table.row(self.row);
        let fields = row.properties.iter().filter(|(_, field)| field.required);
        for (name, field) in fields {
            let own = self.table.row(field.row);
            if present.contains(&name.as_str()) || own.write_only {
                continue;
            }
            let expected = self.table.words(field.row);
            let place = Trail::Property(self.trail, name).to_string();
            self.found.push(Observation::new(
                place,
                Deviation::MissingRequired,
                expected,
                Shape::default(),
                field.row,
                Some((self.row, name.clone())),
            ));
        }
    }
}

impl<'de> Visitor<'de> for ValueCheck<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_unit<E>(mut self) -> Result<(), E> {
        if !self.contract().nullable && !self.allows(Kind::Null) {
            self.wrong_type(Kind::Null);
        }
        Ok(())
    }

    fn visit_bool<E>(mut self, value: bool) -> Result<(), E> {
        if !self.allows(Kind::Boolean) {
            self.wrong_type(Kind::Boolean);
        } else if self
            .contract()
            .values
            .as_ref()
            .is_some_and(|values| !values.contains(&value.into()))
        {
            self.unknown_value(Kind::Boolean, None);
        }
        Ok(())
    }

    fn visit_i64<E>(mut self, value: i64) -> Result<(), E> {
        self.number(Kind::Integer, &value.into());
        Ok(())
    }

    fn visit_u64<E>(mut self, value: u64) -> Result<(), E> {
        self.number(Kind::Integer, &value.into());
        Ok(())
    }

    fn visit_f64<E: Error>(mut self, value: f64) -> Result<(), E> {
        let number = Number::from_f64(value).ok_or_else(|| E::custom("a number must be finite"))?;
        self.number(Kind::Number, &number);
        Ok(())
    }

    fn visit_str<E>(mut self, value: &str) -> Result<(), E> {
        self.text(value);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut access: A) -> Result<(), A::Error> {
        if !self.allows(Kind::Array) {
            while access.next_element::<IgnoredAny>()?.is_some() {}
            self.wrong_type(Kind::Array);
            return Ok(());
        }
        let (items, unique) = (self.contract().items, self.contract().unique);
        let trail = Trail::Items(self.trail);
        let (mut count, mut twice, mut seen) = (0_u64, false, HashSet::new());
        loop {
            let check = items.map(|row| ValueCheck {
                table: self.table,
                row,
                owner: None,
                trail: &trail,
                found: self.found,
            });
            let more = match check {
                // Items are kept only if they must be compared.
                check if unique => match access.next_element::<Value>()? {
                    Some(item) => {
                        let checked = check.map(|check| check.deserialize(&item)).transpose();
                        checked.map_err(A::Error::custom)?;
                        twice |= !seen.insert(number::plain_value(&item));
                        true
                    }
                    None => false,
                },
                Some(check) => access.next_element_seed(check)?.is_some(),
                None => access.next_element::<IgnoredAny>()?.is_some(),
            };
            if !more {
                break;
            }
            count += 1;
        }
        if twice {
            let expected = "unique items".to_owned();
            self.report(Deviation::OutOfBounds, expected, Kind::Array);
        }
        self.bounds(Kind::Array, &count.into(), "min-items", "max-items", " items");
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut access: A) -> Result<(), A::Error> {
        let row = self.table.row(self.row);
        let mut first = access.next_key_seed(FieldName(row))?;
        if matches!(&first, Some(FieldKey::Unknown(key)) if key == NUMBER) {
            return self.visit_f64(decimal(access)?);
        }
        if !self.allows(Kind::Object) {
            if first.is_some() {
                access.next_value::<IgnoredAny>()?;
            }
            while access.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            self.wrong_type(Kind::Object);
            return Ok(());
        }
        let known = row.kind == Some(Kind::Object) && !row.properties.is_empty();
        let mut present = Vec::with_capacity(row.properties.len());
        let (mut count, mut unknown) = (0_u64, Vec::new());
        while let Some(key) = match first.take() {
            Some(key) => Some(key),
            None => access.next_key_seed(FieldName(row))?,
        } {
            count += 1;
            if let FieldKey::Known(name, field) = key {
                present.push(name);
                access.next_value_seed(ValueCheck {
                    table: self.table,
                    row: field.row,
                    owner: Some((self.row, name)),
                    trail: &Trail::Property(self.trail, name),
                    found: self.found,
                })?;
            } else if let Rest::Map(values) = row.rest {
                access.next_value_seed(ValueCheck {
                    table: self.table,
                    row: values,
                    owner: None,
                    trail: &Trail::Values(self.trail),
                    found: self.found,
                })?;
            } else if let FieldKey::Unknown(key) = key
                && (known || row.rest == Rest::Closed)
            {
                let mut shape = Shape::default();
                access.next_value_seed(&mut shape)?;
                shape.detect_maps();
                unknown.push((key, shape));
            } else {
                access.next_value::<IgnoredAny>()?;
            }
        }
        self.unknown_fields(&unknown);
        self.missing(&present);
        self.bounds(Kind::Object, &count.into(), "min-properties", "max-properties", " fields");
        Ok(())
    }
}

impl ValueCheck<'_> {
    /// Reports fields that the contract doesn't describe. If a key is data, the object is a map.
    fn unknown_fields(&mut self, unknown: &[(String, Shape)]) {
        // With more fields, the names are never reported anyway.
        let few = unknown.len() <= MOST_NAMES;
        for (key, shape) in unknown {
            let mut others = unknown.iter().filter(|(other, _)| other != key);
            let named =
                shape::is_name(key) && !(few && others.any(|(_, other)| shape.is_like(other)));
            let (property, values) = (Trail::Property(self.trail, key), Trail::Values(self.trail));
            let trail = if named { &property } else { &values };
            let field = named.then(|| (self.row, key.clone()));
            let mut observation = Observation::new(
                trail.to_string(),
                Deviation::UnknownField,
                "nothing".to_owned(),
                shape.clone(),
                self.row,
                field,
            );
            observation.values = named.then(|| values.to_string());
            self.found.push(observation);
        }
    }
}
