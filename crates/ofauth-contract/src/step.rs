//! The steps of a walk along two tables.

use crate::table::{Place, RowId};

/// A pair of rows that stands at a place.
pub(crate) struct Step {
    pub(crate) place: Place,
    pub(crate) old: RowId,
    pub(crate) new: RowId,
    pub(crate) required: bool,
    /// Whether only the content is compared: null was compared above.
    pub(crate) content: bool,
    /// Whether they are alternatives: whether null is one was compared for all of them.
    pub(crate) alternative: bool,
    /// How many steps led here.
    pub(crate) depth: usize,
    /// The step at which the way came to a cycle of schemas, where it is on one.
    pub(crate) entry: Option<usize>,
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
            alternative: false,
            depth: 0,
            entry: None,
        }
    }
}

/// The pairs below a step.
pub(crate) struct Pairs {
    pub(crate) entry: Option<usize>,
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
            alternative: false,
            depth: self.depth,
            entry: self.entry,
        });
    }

    /// Pushes a pair of alternatives.
    pub(crate) fn alternative(&mut self, step: &Step, (old, new): (RowId, RowId)) {
        let content = old == step.old || new == step.new;
        self.push(step.place.clone(), (old, new), step.required, content);
        if let Some(step) = self.steps.last_mut() {
            step.alternative = true;
        }
    }
}
