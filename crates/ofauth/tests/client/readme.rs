//! The repository's README has the same examples as this crate's README, which are compiled with
//! the tests.

#[test]
fn the_examples_of_both_readmes_are_the_same() {
    let examples = |text: &'static str| -> Vec<&str> {
        let blocks = text.split("```").skip(1).step_by(2);
        blocks.filter(|block| block.starts_with("rust")).collect()
    };
    let ours = examples(include_str!("../../README.md"));
    assert_eq!(ours.len(), 2);
    assert_eq!(ours, examples(include_str!("../../../../README.md")));
}
