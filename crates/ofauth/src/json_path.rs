//! Finds where a JSON text doesn't match a type, from the place where decoding stopped.

/// What a container of the text had come to when decoding stopped.
enum Open<'a> {
    /// An object, with its last key in quotes, unless the next key is still to come.
    Object(Option<&'a str>),
    /// An array, with the index of its last element.
    Array(usize),
}

/// Returns the path of the value where decoding stopped with `error`, like
/// `list[3].lastMessage.id`, and `None` if it is the whole text. `json` is valid up to there, unless
/// an application's own type reports an error of another text.
pub(crate) fn path(json: &str, error: &serde_json::Error) -> Option<String> {
    let mut lines = json.split_inclusive('\n');
    let before: usize = lines.by_ref().take(error.line().saturating_sub(1)).map(str::len).sum();
    let mut open = open_at(json.get(..before.checked_add(error.column())?)?);
    // This is an error of the object whose second such key was just read.
    if error.to_string().starts_with("duplicate field ") {
        open.pop();
    }
    let mut path = String::new();
    for container in open {
        match container {
            Open::Object(Some(key)) => {
                if !path.is_empty() {
                    path.push('.');
                }
                path += &serde_json::from_str::<String>(key).ok()?;
            }
            Open::Object(None) => {}
            Open::Array(index) => path += &format!("[{index}]"),
        }
    }
    (!path.is_empty()).then_some(path)
}

/// Returns the containers that are open at the end of `json`, from the outside in.
fn open_at(json: &str) -> Vec<Open<'_>> {
    let mut open: Vec<Open<'_>> = Vec::new();
    let mut rest = json;
    while let Some(first) = rest.chars().next() {
        let length = if first == '"' { quoted(rest) } else { first.len_utf8() };
        let (token, after) = rest.split_at(length);
        match (first, open.last_mut()) {
            ('{', _) => open.push(Open::Object(None)),
            ('[', _) => open.push(Open::Array(0)),
            ('}' | ']', _) => drop(open.pop()),
            ('"', Some(Open::Object(key @ None))) => *key = Some(token),
            (',', Some(Open::Object(key))) => *key = None,
            (',', Some(Open::Array(index))) => *index += 1,
            _ => {}
        }
        rest = after;
    }
    open
}

/// Returns the length of the string at the start of `json`, with its quotes.
fn quoted(json: &str) -> usize {
    let mut escaped = false;
    let end = json.bytes().skip(1).position(|byte| {
        let is_end = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        is_end
    });
    end.map_or(json.len(), |end| end + 2)
}

#[cfg(test)]
pub(crate) mod tests {
    use fastrand::Rng;
    use ofauth_api::types::ChatPage;
    use serde_json::Value;

    use super::path;

    /// Replaces, adds or removes a value somewhere in a document.
    fn damage(value: &mut Value, rng: &mut Rng) {
        let odd = [
            Value::Null,
            true.into(),
            (-3).into(),
            1.5.into(),
            u64::MAX.into(),
            "x\"\\,]}".into(),
            Value::Array(vec![]),
            serde_json::json!([1, {"id": 2}]),
            serde_json::json!({"id": [], "a\n\"b": {}}),
        ];
        match value {
            Value::Object(fields) if !fields.is_empty() && rng.u8(..10) > 0 => {
                let index = rng.usize(..fields.len());
                let key = fields.keys().nth(index).unwrap().clone();
                match rng.u8(..10) {
                    0 => drop(fields.remove(&key)),
                    _ => damage(&mut fields[&key], rng),
                }
            }
            Value::Array(list) if !list.is_empty() && rng.u8(..10) > 0 => {
                let index = rng.usize(..list.len());
                damage(&mut list[index], rng);
            }
            _ => *value = rng.choice(odd).unwrap(),
        }
    }

    pub(crate) fn damaged_page(rng: &mut Rng) -> String {
        let page = include_str!("../../../openapi/examples/page.json");
        let mut page: Value = serde_json::from_str(page).unwrap();
        damage(&mut page, rng);
        match rng.bool() {
            true => page.to_string(),
            false => serde_json::to_string_pretty(&page).unwrap(),
        }
    }

    #[test]
    fn errors_of_other_texts_do_no_harm() {
        let json = "{\"list\":[1,é\u{1f600},\"é\\\"";
        let positions = (0..30).map(|column| (1, column)).chain([(2, usize::MAX)]);
        for position in positions {
            let message = format!("a custom error at line {} column {}", position.0, position.1);
            let error = <serde_json::Error as serde::de::Error>::custom(message);
            path(json, &error);
            assert_eq!((error.line(), error.column()), position);
        }
    }

    /// `serde_path_to_error` keeps track of each step instead, at the cost of a second copy of the
    /// code that decodes each type.
    #[test]
    fn paths_are_those_of_a_tracking_decoder() {
        let mut rng = Rng::with_seed(1);
        let mut failed = 0;
        for _ in 0..3_000 {
            let json = damaged_page(&mut rng);
            let Err(error) = serde_json::from_str::<ChatPage>(&json) else { continue };
            let mut decoder = serde_json::Deserializer::from_str(&json);
            let tracked = serde_path_to_error::deserialize::<_, ChatPage>(&mut decoder);
            let tracked = tracked.unwrap_err().path().to_string();
            let found = path(&json, &error).unwrap_or_else(|| ".".to_owned());
            assert_eq!(found, tracked, "{error}");
            failed += 1;
        }
        assert!(failed > 750, "{failed}");
    }
}
