//! A web service in front of the API: `/inbox/{connection}` is a page of a creator's inbox as JSON
//! for programs, or as HTML for browsers.

use std::fmt::Write;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::header::{
    ACCEPT, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, RETRY_AFTER, VARY,
};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use ofauth::{Client, Error, ErrorKind, Page};

/// Returns the service. It belongs behind the application's own authentication, which should also
/// map the names of accounts to connection ids: ids are secrets, and URLs end up in logs.
pub fn service(client: Client) -> Router {
    Router::new().route("/inbox/{connection}", get(inbox)).with_state(client)
}

async fn inbox(
    State(client): State<Client>,
    Path(connection): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let offset = query.iter().find(|(name, _)| name == "offset");
    let offset = offset.map_or(Ok(0), |(_, offset)| offset.parse());
    let offset = offset.map_err(|_| Failure(StatusCode::BAD_REQUEST, "offset: a number", None))?;
    let unknown = |_| Failure(StatusCode::NOT_FOUND, "there is no such inbox", None);
    let creator = client.connection(connection).map_err(unknown)?;
    let page = creator.chats().limit(20).offset(offset).send().await?;
    let accept = headers.get(ACCEPT).and_then(|accept| accept.to_str().ok());
    let body = match accept.is_some_and(|accept| accept.contains("text/html")) {
        true => html(&page).into_response(),
        // As the API sent it, which includes fields that this version doesn't know.
        false => ([(CONTENT_TYPE, "application/json")], page.body().to_vec()).into_response(),
    };
    // Messages are private, and don't belong in caches.
    Ok(([(CACHE_CONTROL, "no-store"), (VARY, "accept")], body).into_response())
}

/// A page without scripts. What the API sends is only ever text in it.
fn html(page: &Page) -> impl IntoResponse {
    let mut rows = String::new();
    for chat in page {
        let text = chat.last_message.as_ref().map_or_else(String::new, |last| last.plain_text());
        let (fan, unread, text) = (chat.with_user.id, chat.unread(), escape(&text));
        // Writing to a `String` never fails.
        let _ = write!(rows, "<tr><td>{fan}<td>{unread}<td>{text}");
    }
    let next = page.next_offset().filter(|_| page.has_more());
    let next = next.map_or(String::new(), |next| format!("<a href=\"?offset={next}\">More</a>"));
    let body = format!(
        "<!doctype html><html lang=en><meta charset=utf-8><title>Inbox</title><h1>Inbox</h1>\
         <table><tr><th>Fan<th>Unread<th>Last message{rows}</table>{next}"
    );
    let policy = "default-src 'none'";
    ([(CONTENT_TYPE, "text/html; charset=utf-8"), (CONTENT_SECURITY_POLICY, policy)], body)
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// What the service answers instead of a page: a status, a reason, and the seconds to wait.
struct Failure(StatusCode, &'static str, Option<u64>);

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        // The error names no key, connection or message. It is for our log: a client of the service
        // learns only what it can act on.
        tracing::warn!(%error, request_id = error.request_id(), "the inbox cannot be read");
        let (status, reason) = match error.kind() {
            ErrorKind::InvalidRequest => (StatusCode::BAD_REQUEST, "check the parameters"),
            ErrorKind::Session => (StatusCode::CONFLICT, "the creator must link the account again"),
            ErrorKind::NotFound => (StatusCode::NOT_FOUND, "there is no such inbox"),
            ErrorKind::RateLimited => (StatusCode::TOO_MANY_REQUESTS, "try again later"),
            ErrorKind::Timeout => (StatusCode::GATEWAY_TIMEOUT, "try again later"),
            _ if error.is_retryable() => (StatusCode::SERVICE_UNAVAILABLE, "try again later"),
            // Our settings, or a change of the API.
            _ => (StatusCode::INTERNAL_SERVER_ERROR, "the service must be repaired"),
        };
        Self(status, reason, error.retry_after().map(|wait| wait.as_secs() + 1))
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let Self(status, reason, wait) = self;
        let body = serde_json::json!({ "error": reason }).to_string();
        let mut response = (status, [(CONTENT_TYPE, "application/json")], body).into_response();
        if let Some(wait) = wait {
            response.headers_mut().insert(RETRY_AFTER, wait.into());
        }
        response
    }
}
