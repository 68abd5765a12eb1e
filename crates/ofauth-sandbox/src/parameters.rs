//! Parsing and validation of the query parameters.

use std::str::FromStr;

use ofauth_api::types::{ChatFilter, ChatOrder};

use crate::inbox::Wanted;

/// The query parameters, with their defaults.
#[derive(Debug)]
pub(crate) struct Parameters {
    pub(crate) limit: usize,
    pub(crate) offset: u64,
    pub(crate) order: ChatOrder,
    pub(crate) wanted: Wanted,
}

impl Parameters {
    /// Parses the parameters. The error says what the first invalid parameter must be.
    pub(crate) fn read(pairs: &[(String, String)]) -> Result<Self, String> {
        let mut parameters =
            Self { limit: 10, offset: 0, order: ChatOrder::Recent, wanted: Wanted::default() };
        let mut seen: Vec<&str> = Vec::new();
        for (name, value) in pairs {
            let wanted = &mut parameters.wanted;
            match name.as_str() {
                // At most 20, so the cast is lossless.
                "limit" => parameters.limit = number(name, value, 1, 20)? as usize,
                "offset" if value == "null" => {}
                "offset" => parameters.offset = number(name, value, 0, i64::MAX as u64)?,
                "order" => parameters.order = word(name, value, "recent, old")?,
                "filter" => {
                    let filter: ChatFilter = word(name, value, "priority, who_tipped, unread")?;
                    wanted.filter = Some(filter);
                }
                "query" if value.chars().count() > 100 => {
                    return Err("query must be at most 100 characters".to_owned());
                }
                "query" => wanted.text = Some(value.to_lowercase()),
                "userListId" => {
                    wanted.user_list = Some(number(name, value, 1, i64::MAX as u64)?);
                }
                _ => continue,
            }
            if seen.contains(&name.as_str()) {
                return Err(format!("{name} must be given once"));
            }
            seen.push(name);
        }
        Ok(parameters)
    }
}

fn number(name: &str, value: &str, min: u64, max: u64) -> Result<u64, String> {
    let digits = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    value
        .parse()
        .ok()
        .filter(|number| digits && (min..=max).contains(number))
        .ok_or_else(|| format!("{name} must be an integer from {min} to {max}"))
}

fn word<T: FromStr>(name: &str, value: &str, known: &str) -> Result<T, String> {
    value.parse().map_err(|_| format!("{name} must be one of {known}"))
}
