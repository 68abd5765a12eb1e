//! The steps of a walk along two tables.

use crate::place::Place;
use crate::table::RowId;

/// A pair of rows that stands at a place.
pub(crate) struct Step {
    pub(crate) place: Place,
    pub(crate) old: RowId,
    pub(crate) new: RowId,
    pub(crate) required: bool,
    /// Whether only the content is compared: null was compared above.
    pub(crate) content: bool,
    /// The step that led here, and how many did.
    pub(crate) above: Option<usize>,
    pub(crate) depth: usize,
}

impl Step {
    /// A step by itself, to say something of it.
    pub(crate) fn at(place: &Place, (old, new): (RowId, RowId)) -> Self {
        Self {
            place: place.clone(),
            old,
            new,
            required: false,
            content: false,
            above: None,
            depth: 0,
        }
    }
}

/// The pairs below a step.
pub(crate) struct Pairs {
    pub(crate) index: usize,
    pub(crate) depth: usize,
    pub(crate) steps: Vec<Step>,
}

impl Pairs {
    pub(crate) fn push(
        &mut self,
        place: Place,
        (old, new): (RowId, RowId),
        required: bool,
        content: bool,
    ) {
        self.steps.push(Step {
            place,
            old,
            new,
            required,
            content,
            above: Some(self.index),
            depth: self.depth,
        });
    }
}
