//! Repairs JSON that strict decoding refuses because of its encoding, so that no record is lost
//! to it.

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
const REPLACEMENT: &str = "\\ufffd";

/// JSON whose encoding was repaired.
pub(crate) struct Repaired {
    pub(crate) json: String,
    /// The number of characters that were replaced by U+FFFD.
    pub(crate) replaced: usize,
}

/// Skips a byte order mark, escapes bare control characters in strings, and replaces what can't be
/// a character by U+FFFD: bytes that aren't UTF-8, and lone surrogates like `\ud83d`, which are
/// left when a text is cut within an emoji.
pub(crate) fn repair(json: &[u8]) -> Repaired {
    let json = json.strip_prefix(BYTE_ORDER_MARK).unwrap_or(json);
    let mut text = String::with_capacity(json.len());
    let mut replaced = 0;
    for chunk in json.utf8_chunks() {
        text.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            text.push(char::REPLACEMENT_CHARACTER);
            replaced += 1;
        }
    }
    let mut repaired = Repaired { json: String::with_capacity(text.len()), replaced };
    let mut in_string = false;
    let mut rest = &*text;
    while let Some(special) = rest.find(|c: char| c == '"' || c == '\\' || c < ' ') {
        let (plain, from) = rest.split_at(special);
        repaired.json.push_str(plain);
        rest = match from.as_bytes().first() {
            Some(b'\\') => repaired.escape(from),
            Some(&control) if control != b'"' && in_string => {
                repaired.json.push_str(&format!("\\u{control:04x}"));
                &from[1..]
            }
            first => {
                in_string ^= first == Some(&b'"');
                repaired.take(from, 1)
            }
        };
    }
    repaired.json.push_str(rest);
    repaired
}

impl Repaired {
    /// Takes an escape sequence, or a pair of surrogates. Returns what follows it.
    fn escape<'a>(&mut self, from: &'a str) -> &'a str {
        match code_unit(from) {
            Some(0xd800..0xdc00) if matches!(code_unit(&from[6..]), Some(0xdc00..0xe000)) => {
                self.take(from, 12)
            }
            Some(0xd800..0xe000) => {
                self.json.push_str(REPLACEMENT);
                self.replaced += 1;
                &from[6..]
            }
            _ => self.take(from, 1 + from[1..].chars().next().map_or(0, char::len_utf8)),
        }
    }

    fn take<'a>(&mut self, from: &'a str, bytes: usize) -> &'a str {
        let (taken, rest) = from.split_at(bytes);
        self.json.push_str(taken);
        rest
    }
}

/// Reads an escape sequence like `\ud83d`.
fn code_unit(json: &str) -> Option<u16> {
    let digits = json.strip_prefix("\\u")?.get(..4)?;
    let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hex.then(|| u16::from_str_radix(digits, 16).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::repair;

    #[test]
    fn what_is_not_a_character_is_replaced() {
        for (json, text, replaced) in [
            (&b"\"caf\xe9 noir\""[..], "caf\u{fffd} noir", 1),
            (b"\"\xe2\x82\"", "\u{fffd}", 1),
            (b"\"a\xff\xfeb\"", "a\u{fffd}\u{fffd}b", 2),
            (br#""cut \ud83d""#, "cut \u{fffd}", 1),
            (br#""\uDE00\ud83d\ude00""#, "\u{fffd}\u{1f600}", 1),
            (br#""\ud83d\ud83d\ude00\ud83dx""#, "\u{fffd}\u{1f600}\u{fffd}x", 2),
            (br#""\ud83d\n\ud83d\u0041""#, "\u{fffd}\n\u{fffd}A", 2),
            // A backslash that is escaped itself begins no escape sequence.
            (br#""\\ud83d \\\ud83d""#, "\\ud83d \\\u{fffd}", 1),
            (b"\xef\xbb\xbf\"a\"", "a", 0),
            (b"\"a\tb\nc\x01\"", "a\tb\nc\u{1}", 0),
            (b"\n\t\"a\\\"\tb\"\n", "a\"\tb", 0),
        ] {
            let repaired = repair(json);
            assert_eq!(serde_json::from_str::<Value>(&repaired.json).unwrap(), text);
            assert_eq!(repaired.replaced, replaced, "{text}");
        }
    }

    #[test]
    fn valid_json_is_unchanged_and_anything_is_survived() {
        let mut rng = fastrand::Rng::with_seed(3);
        let parts =
            ["\"", "\\", "\\u", "d83d", "\\ud83d", "\\ude00", "é", "\u{1f600}", "\n", "{", "a"];
        for _ in 0..20_000 {
            let text: String =
                (0..rng.usize(..12)).map(|_| parts[rng.usize(..parts.len())]).collect();
            let json = serde_json::to_string(&text).unwrap();
            assert_eq!(repair(json.as_bytes()).json, json);
            let cut = rng.usize(..=text.len());
            let repaired = repair(&text.as_bytes()[cut..]);
            if let Ok(Value::String(valid)) = serde_json::from_slice(&text.as_bytes()[cut..]) {
                assert_eq!(serde_json::from_str::<String>(&repaired.json).unwrap(), valid);
            }
        }
    }
}
