//! Finds recursive schemas.

use std::collections::HashSet;

use super::fingerprint::Fingerprints;
use crate::table::{RowId, Table};

/// Returns whether each row of the old table is on a cycle or on a path between cycles, or is
/// equivalent to a row that is.
pub(crate) fn cyclic(table: &Table, fingerprints: &Fingerprints) -> Vec<bool> {
    let count = table.rows.len();
    let (mut below, mut above) = (vec![Vec::new(); count], vec![Vec::new(); count]);
    for (index, row) in table.rows.iter().enumerate() {
        for id in row.below() {
            below[index].push(id.0);
            above[id.0].push(index);
        }
    }
    let mut left = vec![true; count];
    // A row that leads to no other row isn't on a cycle, nor is a row that no other row leads to.
    for (forth, back) in [(&below, &above), (&above, &below)] {
        let alive =
            |rows: &Vec<usize>, left: &[bool]| rows.iter().filter(|row| left[**row]).count();
        let mut degrees: Vec<usize> = forth.iter().map(|rows| alive(rows, &left)).collect();
        let mut ends: Vec<usize> =
            (0..count).filter(|row| left[*row] && degrees[*row] == 0).collect();
        while let Some(row) = ends.pop() {
            left[row] = false;
            for other in &back[row] {
                degrees[*other] -= 1;
                if degrees[*other] == 0 && left[*other] {
                    ends.push(*other);
                }
            }
        }
    }
    let rows = || (0..count).map(RowId);
    let on_cycle: HashSet<u64> =
        rows().filter(|id| left[id.0]).map(|id| fingerprints.of_old(id)).collect();
    rows().map(|id| on_cycle.contains(&fingerprints.of_old(id))).collect()
}
