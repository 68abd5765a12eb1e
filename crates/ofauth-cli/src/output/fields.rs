//! Fields of a chat, as the cells of a CSV or table.

use ofauth::Chat;
use serde_json::Value;

/// Returns fields of a chat as text. `safe` keeps spreadsheets from evaluating it as a formula.
pub(super) fn cells(chat: &Chat, fields: &[&str], safe: bool) -> serde_json::Result<Vec<String>> {
    let chat = serde_json::to_value(chat)?;
    let cell = |field: &&str| match field.split('.').try_fold(&chat, |value, key| value.get(key)) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) if safe && is_formula(text) => format!("'{text}"),
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
    };
    Ok(fields.iter().map(cell).collect())
}

/// Whether a spreadsheet takes a text as a formula (OWASP, CSV injection).
fn is_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r'])
}
