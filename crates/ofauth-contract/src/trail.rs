//! Where a value stands, while it is parsed.

use std::fmt;

use crate::place::write_name;

/// The way to a value, on the stack.
pub(crate) enum Trail<'a> {
    Root,
    Property(&'a Trail<'a>, &'a str),
    Items(&'a Trail<'a>),
    Values(&'a Trail<'a>),
}

impl fmt::Display for Trail<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let above = |above: &Trail<'_>, f: &mut fmt::Formatter<'_>| match above {
            Trail::Root => Ok(""),
            above => above.fmt(f).map(|()| "."),
        };
        match self {
            Trail::Root => f.write_str("$"),
            Trail::Property(trail, name) => {
                let separator = above(trail, f)?;
                write_name(f, separator, name)
            }
            Trail::Items(trail) => above(trail, f).and_then(|_| f.write_str("[]")),
            Trail::Values(trail) => above(trail, f).and_then(|_| f.write_str("{}")),
        }
    }
}
