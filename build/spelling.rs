//! Spelling suggestions for misspelt keys.

/// Returns the known word nearest to `word`, if at most a third of the longer word differs.
pub(super) fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let (distance, nearest) =
        known.map(|known| (distance(word, known), known)).min_by_key(|(distance, _)| *distance)?;
    (distance * 3 <= word.len().max(nearest.len())).then_some(nearest)
}

/// Returns the edit distance: how many bytes to insert, remove or replace to turn one word into
/// the other.
pub(crate) fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, a) in one.bytes().enumerate() {
        let mut diagonal = index;
        row[0] = index + 1;
        for (column, b) in other.bytes().enumerate() {
            let above = row[column + 1];
            let changed = diagonal + usize::from(a != b);
            row[column + 1] = changed.min(above + 1).min(row[column] + 1);
            diagonal = above;
        }
    }
    row[other.len()]
}
