//! Places in a value, written like `list[].lastMessage.media[].type`.

use std::fmt;
use std::rc::Rc;

/// A place: `.name` for a property, `[]` for the items of an array, `{}` for the
/// values of a map; `$` is the whole value. A name with special characters, like a dot, a
/// bracket or a space, is written like `["a.b"]`.
///
/// Cheap to clone and extend; formatted only when it is reported.
#[derive(Debug, Clone, Default)]
pub(crate) struct Place(Option<Rc<Segment>>);

#[derive(Debug)]
struct Segment {
    above: Place,
    key: SegmentKind,
}

#[derive(Debug)]
enum SegmentKind {
    /// The part of a request or response, like `query limit`.
    Part(String),
    Property(String),
    Items,
    Values,
}

impl Place {
    /// Creates the place of a parameter, a header or a body.
    pub(crate) fn part(name: impl Into<String>) -> Self {
        Self::default().segment(SegmentKind::Part(name.into()))
    }

    pub(crate) fn property(&self, name: &str) -> Self {
        self.segment(SegmentKind::Property(name.to_owned()))
    }

    pub(crate) fn items(&self) -> Self {
        self.segment(SegmentKind::Items)
    }

    pub(crate) fn values(&self) -> Self {
        self.segment(SegmentKind::Values)
    }

    fn segment(&self, key: SegmentKind) -> Self {
        let above = self.clone();
        Self(Some(Rc::new(Segment { above, key })))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut segments = Vec::new();
        let mut place = self;
        while let Some(segment) = &place.0 {
            segments.push(&segment.key);
            place = &segment.above;
        }
        if segments.is_empty() {
            return f.write_str("$");
        }
        let mut separator = "";
        for key in segments.into_iter().rev() {
            match key {
                SegmentKind::Part(name) => {
                    f.write_str(name)?;
                    separator = " ";
                }
                SegmentKind::Property(name) => {
                    write_name(f, separator, name)?;
                    separator = ".";
                }
                SegmentKind::Items => {
                    f.write_str("[]")?;
                    separator = ".";
                }
                SegmentKind::Values => {
                    f.write_str("{}")?;
                    separator = ".";
                }
            }
        }
        Ok(())
    }
}

/// Drops a chain in a loop: the default, recursive drop of a long chain would overflow the stack.
impl Drop for Place {
    fn drop(&mut self) {
        let mut next = self.0.take();
        while let Some(segment) = next {
            next = Rc::into_inner(segment).and_then(|mut segment| segment.above.0.take());
        }
    }
}

/// The path to a value, kept on the stack.
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

/// Writes a property's name, in brackets if it has special characters.
fn write_name(f: &mut impl fmt::Write, separator: &str, name: &str) -> fmt::Result {
    let odd = |c: char| c.is_whitespace() || c.is_control() || ".[]{}\"$".contains(c);
    if name.is_empty() || name.contains(odd) {
        write!(f, "[{name:?}]")
    } else {
        write!(f, "{separator}{name}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_written_as_paths() {
        let root = Place::default();
        let media = root.property("list").items().property("media").items();
        for (place, text) in [
            (root.clone(), "$"),
            (root.items(), "[]"),
            (media.property("type"), "list[].media[].type"),
            (root.property("by").values().property("id"), "by{}.id"),
            (media.property("a.b").property("c"), "list[].media[][\"a.b\"].c"),
            (Place::part("query limit"), "query limit"),
            (Place::part("body").property("a").items(), "body a[]"),
            (Place::part("body").items().property("a"), "body[].a"),
        ] {
            assert_eq!(place.to_string(), text);
        }
    }

    #[test]
    fn a_place_may_be_very_deep() {
        let mut place = Place::default();
        for _ in 0..1_000_000 {
            place = place.items();
        }
        assert_eq!(place.to_string().len(), 2_000_000);
    }
}
