//! Removes or escapes characters that affect a terminal: control characters, including those that
//! begin escape sequences, and characters that change the text direction.

use std::borrow::Cow;

fn acts_on_terminal(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Returns a text as one line, without characters that act on a terminal.
pub(crate) fn printable(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || acts_on_terminal(c))
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Escapes the characters that act on a terminal like JSON does, so that JSON keeps its meaning.
/// Line breaks remain.
pub(crate) fn escaped(text: &[u8]) -> Cow<'_, [u8]> {
    let acts = |c: char| acts_on_terminal(c) && c != '\n';
    let text = match String::from_utf8_lossy(text) {
        Cow::Borrowed(valid) if !valid.contains(acts) => return Cow::Borrowed(text),
        text => text,
    };
    let mut escaped = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match acts(c) {
            true => escaped.push_str(&format!("\\u{:04x}", u32::from(c))),
            false => escaped.push(c),
        }
    }
    Cow::Owned(escaped.into_bytes())
}

#[cfg(test)]
mod tests {
    use super::{escaped, printable};

    #[test]
    fn nothing_acts_on_a_terminal() {
        let text = "a\u{1b}[31m\u{9b}2J\u{7f}\u{202e}b\r\u{8}\nc";
        let safe = String::from_utf8(escaped(text.as_bytes()).into_owned()).unwrap();
        assert_eq!(safe, "a\\u001b[31m\\u009b2J\\u007f\\u202eb\\u000d\\u0008\nc");
        assert_eq!(printable(text), "a [31m 2J b c");
        let json = serde_json::to_string(text).unwrap();
        let shown = escaped(json.as_bytes());
        assert_eq!(serde_json::from_slice::<String>(&shown).unwrap(), text);
    }
}
