//! The endpoint over HTTP.

use std::fmt::Display;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use ofauth_api::types::{ChatFilter, ChatOrder, ChatPage, ErrorBody, ErrorType};

use crate::inbox::{Inbox, Wanted, built};

/// What the ids of all connections begin with; a number from 1 follows.
pub(crate) const CONNECTION_PREFIX: &str = "conn_sandbox_";
const KEY_PREFIX: &str = "sk_sandbox_";

/// What is served.
pub(crate) struct Served {
    seed: u64,
    connections: u32,
    chats: u32,
    requests: AtomicU64,
}

impl Served {
    pub(crate) fn new(seed: u64, connections: u32, chats: u32) -> Self {
        Self {
            seed,
            connections,
            chats,
            requests: AtomicU64::new(0),
        }
    }

    fn inbox(&self, connection: &str) -> Option<Inbox> {
        let digits = connection.strip_prefix(CONNECTION_PREFIX)?;
        let number: u32 = digits.parse().ok()?;
        // "+1" and "01" would parse too, and are other ids.
        let known = (1..=self.connections).contains(&number) && number.to_string() == digits;
        known.then(|| Inbox::new(self.seed, number, self.chats))
    }

    fn error(&self, status: StatusCode, kind: Option<ErrorType>, words: impl Display) -> Response {
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        let body = ErrorBody::builder()
            .error(words.to_string())
            .type_(kind)
            .request_id(format!("req_sandbox_{number:06x}"));
        (status, Json(built::<ErrorBody, _>(body))).into_response()
    }
}

pub(crate) fn router(served: Served) -> Router {
    Router::new()
        .route("/v2/access/chats", get(chats))
        .method_not_allowed_fallback(method_not_allowed)
        .fallback(not_found)
        .with_state(Arc::new(served))
}

async fn chats(
    State(served): State<Arc<Served>>,
    headers: HeaderMap,
    query: Result<Query<Vec<(String, String)>>, axum::extract::rejection::QueryRejection>,
) -> Response {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if !header("apikey").is_some_and(|key| key.starts_with(KEY_PREFIX)) {
        let words = "Invalid API key";
        return served.error(
            StatusCode::UNAUTHORIZED,
            Some(ErrorType::Unauthorized),
            words,
        );
    }
    let Some(inbox) = header("x-connection-id").and_then(|id| served.inbox(id)) else {
        let words = "Connection not found, or without session data";
        return served.error(
            StatusCode::UNAUTHORIZED,
            Some(ErrorType::SessionNotProvided),
            words,
        );
    };
    let parameters = match query {
        Ok(Query(pairs)) => Parameters::read(pairs),
        Err(_) => Err("the query string is not valid".to_owned()),
    };
    match parameters {
        Ok(parameters) => Json(parameters.page(&inbox)).into_response(),
        Err(words) => served.error(StatusCode::BAD_REQUEST, Some(ErrorType::BadRequest), words),
    }
}

async fn not_found(State(served): State<Arc<Served>>) -> Response {
    served.error(
        StatusCode::NOT_FOUND,
        Some(ErrorType::RouteNotFound),
        "Route not found",
    )
}

async fn method_not_allowed(State(served): State<Arc<Served>>) -> Response {
    served.error(StatusCode::METHOD_NOT_ALLOWED, None, "Method not allowed")
}

/// The query parameters, with their defaults.
struct Parameters {
    limit: u64,
    offset: u64,
    order: ChatOrder,
    wanted: Wanted,
}

impl Parameters {
    fn read(pairs: Vec<(String, String)>) -> Result<Self, String> {
        let mut parameters = Self {
            limit: 10,
            offset: 0,
            order: ChatOrder::Recent,
            wanted: Wanted::default(),
        };
        let mut seen = Vec::new();
        for (name, value) in pairs {
            match name.as_str() {
                "limit" => parameters.limit = number(&name, &value, 1, 20)?,
                "offset" if value.is_empty() || value == "null" => {}
                "offset" => parameters.offset = number(&name, &value, 0, i64::MAX as u64)?,
                "order" => parameters.order = word(&name, &value, "recent, old")?,
                "filter" => {
                    let filter: ChatFilter = word(&name, &value, "priority, who_tipped, unread")?;
                    parameters.wanted.filter = Some(filter);
                }
                "query" if value.chars().count() > 100 => {
                    return Err("query must be at most 100 characters".to_owned());
                }
                "query" => parameters.wanted.text = Some(value.to_lowercase()),
                "userListId" => {
                    let id = number(&name, &value, 1, i64::MAX as u64)?;
                    parameters.wanted.user_list = Some(id);
                }
                _ => continue,
            }
            if seen.contains(&name) {
                return Err(format!("{name} must be given once"));
            }
            seen.push(name);
        }
        Ok(parameters)
    }

    fn page(&self, inbox: &Inbox) -> ChatPage {
        // Both fit: `limit` is at most 20, and an inbox has at most 2^32 chats.
        let limit = self.limit as usize;
        let offset = usize::try_from(self.offset).unwrap_or(usize::MAX);
        let newest_first = self.order == ChatOrder::Recent;
        let mut chats: Vec<_> = inbox
            .indices(newest_first)
            .filter(|index| inbox.matches(*index, &self.wanted))
            .skip(offset)
            .take(limit + 1)
            .map(|index| inbox.chat(index))
            .collect();
        let has_more = chats.len() > limit;
        chats.truncate(limit);
        let mut page = ChatPage::builder().list(chats).has_more(has_more);
        if has_more {
            let next = self.offset.saturating_add(self.limit);
            page = page.next_offset(i64::try_from(next).ok().map(Into::into));
        }
        built(page)
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
    value
        .parse()
        .map_err(|_| format!("{name} must be one of {known}"))
}
