//! Parsing and validation of the query parameters.

use ofauth_api::operations::list_chats::{FILTER, LIMIT, OFFSET, ORDER, QUERY, USER_LIST_ID};
use ofauth_api::types::ChatOrder;

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
        let limit = LIMIT.default.map_or(usize::MAX, size);
        let mut parameters =
            Self { limit, offset: 0, order: ChatOrder::default(), wanted: Wanted::default() };
        let mut seen: Vec<&str> = Vec::new();
        for (name, value) in pairs {
            let wanted = &mut parameters.wanted;
            match name.as_str() {
                "limit" => parameters.limit = size(LIMIT.parse(value)?),
                "offset" if value == "null" => {}
                "offset" => parameters.offset = OFFSET.parse(value)?.unsigned_abs(),
                "order" => parameters.order = ORDER.parse(value)?,
                "filter" => wanted.filter = Some(FILTER.parse(value)?),
                "query" => {
                    QUERY.check(value)?;
                    wanted.text = Some(value.to_lowercase());
                }
                "userListId" => {
                    wanted.user_list = Some(USER_LIST_ID.parse(value)?.unsigned_abs());
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

fn size(limit: i64) -> usize {
    limit.try_into().unwrap_or(usize::MAX)
}
