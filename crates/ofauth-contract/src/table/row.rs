//! A row: what a contract says about one value.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde_json::{Number, Value};

use super::number;

/// Identifies a row of a [`Table`](super::Table).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowId(pub(crate) usize);

/// What the contract says about a value.
///
/// `allOf` is merged; `oneOf`, `anyOf` and lists of types become alternatives; nested alternatives
/// are flattened; enums of the same type are merged; and keywords that don't apply to the type (a
/// `maxLength` of an integer) are left out.
#[derive(Debug, Clone, Default)]
pub struct Row {
    /// The type; `None` for any value, and for a row with alternatives.
    pub kind: Option<Kind>,
    /// Whether null is allowed, too.
    pub nullable: bool,
    /// The format, like `date-time`.
    pub format: Option<String>,
    /// The values of an enum or a `const`.
    pub values: Option<Vec<Value>>,
    /// Whether other values are possible, because of `x-extensible-enum` or because an alternative
    /// allows any value of the type.
    pub open: bool,
    /// The default: what an absent value means.
    pub default: Option<Value>,
    /// Bounds of values, of lengths, and of numbers of items and properties, by name.
    pub bounds: BTreeMap<&'static str, Bound>,
    /// The number that a value must be a multiple of.
    pub multiple_of: Option<Number>,
    /// The regular expression that a string must match.
    pub pattern: Option<String>,
    /// Whether the items of an array must be unique.
    pub unique: bool,
    /// Whether it is only received, never sent.
    pub read_only: bool,
    /// Whether it is only sent, never received.
    pub write_only: bool,
    /// Whether it is deprecated.
    pub deprecated: bool,
    /// The properties of an object.
    pub properties: BTreeMap<String, Field>,
    /// What an object may hold besides its properties.
    pub rest: Rest,
    /// The items of an array.
    pub items: Option<RowId>,
    /// The alternatives, one of which the value must match. They have no alternatives themselves,
    /// unless a discriminator distinguishes those.
    pub alternatives: Vec<RowId>,
    /// Whether a value that matches several alternatives is invalid, as for `oneOf`. Only if there
    /// may be such a value.
    pub exclusive: bool,
    /// What distinguishes the alternatives.
    pub discriminator: Option<Arc<Discriminator>>,
    /// Keywords that are compared but not interpreted, like `not`.
    pub other: BTreeMap<String, Value>,
    /// The schemas below those keywords, each with its name or index.
    pub inner: BTreeMap<&'static str, Vec<(String, RowId)>>,
    /// Why the schema is not read: it has a mistake, or is too large.
    pub unread: Option<String>,
    /// The name of the schema under `components`, if it has one.
    pub name: Option<String>,
    /// The title of the schema, if the schema itself has no name. The title of an alternative is
    /// the name of its variant in Rust.
    pub title: Option<String>,
    /// The JSON pointers of the schema as it is used, and of the schemas that it is made of. Empty
    /// for merged enums, and for a property that is only listed as required.
    pub pointers: Vec<String>,
}

/// The property that says which alternative a value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discriminator {
    /// The name of the property.
    pub property: String,
    /// Its values, each with the name of the schema that it selects.
    pub mapping: BTreeMap<String, String>,
}

/// A property of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// The row of its value.
    pub row: RowId,
    /// Whether it is always present.
    pub required: bool,
}

/// What an object may hold besides its properties.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Rest {
    /// Anything: the contract doesn't forbid it.
    #[default]
    Open,
    /// Nothing.
    Closed,
    /// Values that match a row, under any key.
    Map(RowId),
}

/// A bound of a value, a length or a count.
#[derive(Debug, Clone, PartialEq)]
pub struct Bound {
    /// The limit, or the nearest number that [`Number`] can represent.
    pub value: Number,
    /// The limit in digits, if it is an integer that [`Number`] can't represent.
    pub digits: Option<String>,
    /// Whether the limit itself is excluded.
    pub exclusive: bool,
}

impl Bound {
    /// Orders two bounds, which must both be upper or both be lower bounds.
    pub(crate) fn order(&self, other: &Self, upper: bool) -> Ordering {
        let order = self.exclusive.cmp(&other.exclusive);
        // `> 1` is a greater bound than `>= 1`, and `< 1` is a lesser bound than `<= 1`.
        let order = if upper { order.reverse() } else { order };
        let digits =
            |bound: &Self| bound.digits.clone().unwrap_or_else(|| number::digits(&bound.value));
        match (&self.digits, &other.digits) {
            (None, None) => number::compare(&self.value, &other.value),
            _ => number::compare_digits(&digits(self), &digits(other)),
        }
        .then(order)
    }

    /// Returns the limit as it is written.
    pub(crate) fn written(&self) -> Value {
        self.digits.clone().map_or_else(|| self.value.clone().into(), Value::from)
    }
}

/// The type of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// `null`, and nothing else.
    Null,
    /// `true` or `false`.
    Boolean,
    /// A number without a fraction.
    Integer,
    /// A number.
    Number,
    /// A string.
    String,
    /// A list.
    Array,
    /// A mapping.
    Object,
    /// No value matches: the schemas contradict each other.
    Never,
}

impl Kind {
    /// Returns the name of the type in OpenAPI, or `never`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean => "boolean",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::String => "string",
            Self::Array => "array",
            Self::Object => "object",
            Self::Never => "never",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "null" => Self::Null,
            "boolean" => Self::Boolean,
            "integer" => Self::Integer,
            "number" => Self::Number,
            "string" => Self::String,
            "array" => Self::Array,
            "object" => Self::Object,
            _ => return None,
        })
    }

    /// Returns the type of a value. A number without a fraction or an exponent is an integer.
    pub(crate) fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(_) => Self::Boolean,
            Value::Number(number) if number.is_f64() => Self::Number,
            Value::Number(_) => Self::Integer,
            Value::String(_) => Self::String,
            Value::Array(_) => Self::Array,
            Value::Object(_) => Self::Object,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Row {
    /// Returns whether any value matches, whether or not the row has a name.
    pub(crate) fn is_any(&self) -> bool {
        self.kind.is_none() && self.alternatives.is_empty()
    }

    /// Returns whether its values are booleans, numbers or strings.
    pub(crate) fn is_scalar(&self) -> bool {
        matches!(self.kind, Some(Kind::Boolean | Kind::Integer | Kind::Number | Kind::String))
    }

    /// Returns the row of the same values written as text.
    pub(crate) fn as_text(&self) -> Self {
        if self.kind == Some(Kind::String) {
            return self.clone();
        }
        let values = match (&self.values, self.kind) {
            (None, Some(Kind::Boolean)) => Some(vec!["false".into(), "true".into()]),
            (values, _) => values.as_ref().map(|values| {
                let texts = values.iter().map(|value| value.to_string().into());
                texts.collect()
            }),
        };
        Self { kind: Some(Kind::String), values, open: self.open, ..Self::default() }
    }

    /// Returns the row of a map's values.
    pub(crate) fn map(&self) -> Option<RowId> {
        match self.rest {
            Rest::Map(values) => Some(values),
            _ => None,
        }
    }

    /// Returns whether it is a property that is only listed as required, and not described.
    pub(crate) fn is_undescribed(&self) -> bool {
        self.pointers.is_empty() && self.is_any()
    }

    /// Returns the rows directly below it.
    pub(crate) fn below(&self) -> impl Iterator<Item = RowId> {
        let properties = self.properties.values().map(|field| field.row);
        let alternatives = self.alternatives.iter().copied();
        properties.chain(self.items).chain(self.map()).chain(alternatives)
    }

    /// Returns whether it says nothing beyond the type.
    pub(crate) fn is_plain(&self) -> bool {
        self.alternatives.is_empty()
            && self.values.is_none()
            && self.bounds.is_empty()
            && self.format.is_none()
            && self.multiple_of.is_none()
            && self.pattern.is_none()
            && !self.unique
            && self.properties.is_empty()
            && self.rest == Rest::Open
            && self.items.is_none()
            && self.other.is_empty()
    }

    /// Returns what identifies its schema in the document: the name, or else the pointer.
    pub(crate) fn source(&self) -> Option<&String> {
        self.name.as_ref().or(self.pointers.first())
    }

    /// Returns the row's own name or type.
    pub(crate) fn name_or_type(&self) -> &str {
        match (&self.name, self.kind) {
            (Some(name), _) => name,
            (None, Some(kind)) => kind.as_str(),
            (None, None) => "any value",
        }
    }
}
