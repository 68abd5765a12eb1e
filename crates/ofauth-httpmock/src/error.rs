//! Every documented error (OFAuth reference, errors).
//!
//! ```
//! use ofauth_httpmock::httpmock::MockServer;
//! use ofauth_httpmock::{MockServerExt, error};
//!
//! let server = MockServer::start();
//! server.list_chats(|_, then| {
//!     then.error(&error::rate_limit_exceeded()).retry_after(2);
//! });
//! ```

use ofauth_api::types::{ErrorBody, ErrorType};

use crate::sample::built;

/// A documented error: its status and its body.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Documented {
    /// The status.
    pub status: u16,
    /// The body.
    pub body: ErrorBody,
}

fn documented(status: u16, kind: impl Into<Option<ErrorType>>, words: &str) -> Documented {
    let body = ErrorBody::builder()
        .error(words.to_owned())
        .type_(kind.into())
        .request_id("req_abc123".to_owned());
    Documented { status, body: built(body) }
}

/// Returns 400 `BAD_REQUEST`: a parameter is invalid.
pub fn bad_request() -> Documented {
    documented(400, ErrorType::BadRequest, "Invalid parameters")
}

/// Returns 401 `UNAUTHORIZED`: the API key is missing or invalid.
pub fn unauthorized() -> Documented {
    documented(401, ErrorType::Unauthorized, "Invalid API key")
}

/// Returns 401 `SESSION_NOT_PROVIDED`: the connection is unknown, or has no session data.
pub fn session_not_provided() -> Documented {
    documented(401, ErrorType::SessionNotProvided, "Session not provided")
}

/// Returns 401 `SESSION_EXPIRED`: the creator's session has expired.
pub fn session_expired() -> Documented {
    let mut expired = documented(401, ErrorType::SessionExpired, "Session has expired");
    expired.body.action_required = Some("refresh_session".to_owned());
    expired
}

/// Returns 401 `RULES_OUTDATED`: the vendor is updating its signing rules.
pub fn rules_outdated() -> Documented {
    documented(401, ErrorType::RulesOutdated, "Signing rules are being updated")
}

/// Returns 403 `FORBIDDEN`: the key lacks a permission.
pub fn forbidden() -> Documented {
    documented(403, ErrorType::Forbidden, "Insufficient permissions")
}

/// Returns 404 `RESOURCE_NOT_FOUND`: the requested resource doesn't exist.
pub fn resource_not_found() -> Documented {
    documented(404, ErrorType::ResourceNotFound, "Resource not found")
}

/// Returns 404 `ROUTE_NOT_FOUND`: the API has no such path.
pub fn route_not_found() -> Documented {
    documented(404, ErrorType::RouteNotFound, "Route not found")
}

/// Returns 429 `RATE_LIMIT_EXCEEDED`: the connection's bucket is empty.
pub fn rate_limit_exceeded() -> Documented {
    documented(429, ErrorType::RateLimitExceeded, "Rate limit exceeded")
}

/// Returns 500, without a documented type.
pub fn internal_server_error() -> Documented {
    documented(500, None, "Internal server error")
}

/// Returns 502, without a documented type.
pub fn bad_gateway() -> Documented {
    documented(502, None, "Bad gateway")
}

/// Returns 503, without a documented type.
pub fn service_unavailable() -> Documented {
    documented(503, None, "Service unavailable")
}

/// Returns 504, without a documented type.
pub fn gateway_timeout() -> Documented {
    documented(504, None, "Gateway timeout")
}

/// Returns every documented error.
pub fn all() -> Vec<Documented> {
    vec![
        bad_request(),
        unauthorized(),
        session_not_provided(),
        session_expired(),
        rules_outdated(),
        forbidden(),
        resource_not_found(),
        route_not_found(),
        rate_limit_exceeded(),
        internal_server_error(),
        bad_gateway(),
        service_unavailable(),
        gateway_timeout(),
    ]
}
