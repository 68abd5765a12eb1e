//! A row: what a contract says of one value.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Number, Value};

use super::number;

/// Names a row of a [`Table`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowId(pub(crate) usize);

/// What the contract says of a value.
///
/// `allOf` is merged, a list of types and `anyOf` are alternatives like `oneOf`, those of an
/// alternative stand beside the others, enums of one type are one, and what concerns
/// another type (a `maxLength` of an integer) is left out.
#[derive(Debug, Clone, Default)]
pub struct Row {
    /// The type; `None` for any value, and where the alternatives say it.
    pub kind: Option<Kind>,
    /// Whether null may stand here too.
    pub nullable: bool,
    /// The format, like `date-time`.
    pub format: Option<String>,
    /// The values of an enum or a `const`.
    pub values: Option<Vec<Value>>,
    /// Whether other values than these may come: by `x-extensible-enum`, or by an alternative
    /// that is any string.
    pub open: bool,
    /// What an absent value means.
    pub default: Option<Value>,
    /// Least and greatest values, lengths and numbers of items and properties, by name.
    pub bounds: BTreeMap<&'static str, Bound>,
    /// What a number is a multiple of.
    pub multiple_of: Option<Number>,
    /// The regular expression that a string fits.
    pub pattern: Option<String>,
    /// Whether no item occurs twice.
    pub unique: bool,
    /// Whether it is only received.
    pub read_only: bool,
    /// Whether it is only sent.
    pub write_only: bool,
    /// Whether it is deprecated.
    pub deprecated: bool,
    /// The properties of an object.
    pub properties: BTreeMap<String, Field>,
    /// What an object may hold beside its properties.
    pub rest: Rest,
    /// The items of an array.
    pub items: Option<RowId>,
    /// The shapes of which the value has one; they have none themselves, but where a
    /// discriminator tells theirs apart.
    pub alternatives: Vec<RowId>,
    /// What tells the alternatives apart.
    pub discriminator: Option<Discriminator>,
    /// Keywords that are compared and not understood, like `not`.
    pub other: BTreeMap<String, Value>,
    /// The schemas below such keywords, each with its name or number.
    pub inner: BTreeMap<&'static str, Vec<(String, RowId)>>,
    /// The name of the schema under `components`, where it has one.
    pub name: Option<String>,
    /// The title of the schema, where it has no name of its own: of an alternative, the name of
    /// the variant in Rust.
    pub title: Option<String>,
    /// Where the document says it: the JSON pointers of the schema as it is used,
    /// and of those that it is made of. None where several enums became one, and where a
    /// property is only named as required.
    pub pointers: Vec<String>,
}

/// The property that tells which of the alternatives a value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discriminator {
    /// The name of the property.
    pub property: String,
    /// Its values, each with the name of the schema that it means.
    pub mapping: BTreeMap<String, String>,
}

/// A property of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// What the contract says of its value.
    pub row: RowId,
    /// Whether it is always there.
    pub required: bool,
}

/// What an object may hold beside its properties.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Rest {
    /// Anything: the contract does not forbid it.
    #[default]
    Open,
    /// Nothing.
    Closed,
    /// Values of one shape, by any key.
    Map(RowId),
}

/// A limit of a value, a length or a number.
#[derive(Debug, Clone, PartialEq)]
pub struct Bound {
    /// The limit.
    pub value: Number,
    /// Whether the limit itself is out of bounds.
    pub exclusive: bool,
}

impl Bound {
    /// Which of two limits is less, of those from above or from below.
    pub(crate) fn order(&self, other: &Self, upper: bool) -> Ordering {
        let order = self.exclusive.cmp(&other.exclusive);
        // Greater than 1 is more than at least 1; less than 1 is less than at most 1.
        let order = if upper { order.reverse() } else { order };
        number::compare(&self.value, &other.value).then(order)
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
    /// No value fits: the schemas contradict each other.
    Never,
}

impl Kind {
    /// The word that OpenAPI has for the type.
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

    /// The type of a value. A number without a fraction is an integer.
    pub fn of(value: &Value) -> Self {
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
    /// Whether any value fits, by a name or without one.
    pub(crate) fn is_any(&self) -> bool {
        self.kind.is_none() && self.alternatives.is_empty()
    }

    /// Whether its values have no parts.
    pub(crate) fn is_scalar(&self) -> bool {
        matches!(self.kind, Some(Kind::Boolean | Kind::Integer | Kind::Number | Kind::String))
    }

    /// The same values, written as text.
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

    /// The values that an object has by any key.
    pub(crate) fn map(&self) -> Option<RowId> {
        match self.rest {
            Rest::Map(values) => Some(values),
            _ => None,
        }
    }

    /// Whether it is only named, as required: nothing describes it.
    pub(crate) fn is_undescribed(&self) -> bool {
        self.pointers.is_empty() && self.is_any()
    }

    /// The rows right below it.
    pub(crate) fn below(&self) -> impl Iterator<Item = RowId> {
        let properties = self.properties.values().map(|field| field.row);
        let alternatives = self.alternatives.iter().copied();
        properties.chain(self.items).chain(self.map()).chain(alternatives)
    }

    /// Whether it says no more than the type.
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

    /// The row's own name or type.
    pub(crate) fn words(&self) -> &str {
        match (&self.name, self.kind) {
            (Some(name), _) => name,
            (None, Some(kind)) => kind.as_str(),
            (None, None) => "any value",
        }
    }
}
