//! The HTTP routes of the sandbox.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::extract::{ConnectInfo, Query, Request, State};
use axum::http::{HeaderMap, StatusCode, Uri, Version};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::get;
use ofauth_api::types::ErrorType;
use tokio::time::sleep;

use crate::answer;
use crate::fault::Fault;
use crate::limit::Allowance;
use crate::record::Recorded;
use crate::wire::Wire;
use crate::world::{Refusal, Window, World};

const KEY_PREFIX: &str = "sk_sandbox_";
/// The header with which a request asks for a fault, as JSON.
const FAULT: &str = "x-sandbox-fault";

/// The state of the sandbox, shared by all requests.
#[derive(Clone, Debug)]
pub(crate) struct Shared(Arc<Mutex<World>>);

impl Shared {
    pub(crate) fn new(world: World) -> Self {
        Self(Arc::new(Mutex::new(world)))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, World> {
        // A panic while the lock is held is a bug in this crate. It shouldn't break later requests.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn error(&self, status: u16, kind: Option<ErrorType>, words: &str) -> Response {
        let number = self.lock().error_number();
        answer::error(status, kind, words, number)
    }
}

pub(crate) fn router(shared: Shared) -> Router {
    Router::new()
        .route("/v2/access/chats", get(chats))
        .method_not_allowed_fallback(method_not_allowed)
        .fallback(not_found)
        .layer(middleware::from_fn_with_state(shared.clone(), record))
        .with_state(shared)
}

async fn chats(
    State(shared): State<Shared>,
    ConnectInfo(wire): ConnectInfo<Wire>,
    version: Version,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    // With HTTP/1, the previous response is complete, so a leftover trick can be cleared.
    let http_1 = version != Version::HTTP_2;
    if http_1 {
        wire.clear();
    }
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let connection = header("x-connection-id");
    let asked = header(FAULT).map(|json| {
        let fault: Fault = serde_json::from_str(json).map_err(|error| error.to_string())?;
        fault.check().map(|()| fault)
    });
    let asked = match asked.transpose() {
        Ok(asked) => asked,
        Err(error) => {
            let words = format!("{FAULT} isn't a valid fault: {error}");
            return shared.error(400, Some(ErrorType::BadRequest), &words);
        }
    };
    let wrong = shared.lock().wrong(connection, asked);
    if !wrong.latency.is_zero() {
        sleep(wrong.latency).await;
    }
    let fault = wrong.fault.as_ref();
    if let Some(fault) = fault {
        let number = shared.lock().error_number();
        if let Some(mut response) = answer::replacement(fault, number) {
            if response.status() == StatusCode::TOO_MANY_REQUESTS {
                answer::add_empty_rate_headers(response.headers_mut());
            }
            return response;
        }
    }
    let (allowance, page) = page(&shared, connection, &uri, &headers, fault);
    if page.is_err() {
        shared.lock().faults.undo(&wrong);
    }
    let mut response = match (page, fault) {
        (Ok(page), None) => answer::page(page),
        (Ok(page), Some(fault)) => answer::faulty_page(fault, page, &wire, http_1),
        (Err(refusal), _) => shared.error(refusal.status, Some(refusal.kind), &refusal.words),
    };
    if let Some(allowance) = allowance {
        answer::add_rate_headers(response.headers_mut(), &allowance);
    }
    response
}

/// Returns the page, if the key, connection, rate limit and parameters allow it.
fn page(
    shared: &Shared,
    connection: Option<&str>,
    uri: &Uri,
    headers: &HeaderMap,
    fault: Option<&Fault>,
) -> (Option<Allowance>, Result<Window, Refusal>) {
    let key = headers.get("apikey").and_then(|key| key.to_str().ok());
    if !key.is_some_and(|key| key.starts_with(KEY_PREFIX)) {
        return (None, Err(Refusal::new(401, ErrorType::Unauthorized, "Invalid API key")));
    }
    let Ok(Query(query)) = Query::<Vec<(String, String)>>::try_from_uri(uri) else {
        let words = "the query string is not valid";
        return (None, Err(Refusal::new(400, ErrorType::BadRequest, words)));
    };
    shared.lock().page(connection, &query, fault)
}

async fn not_found(State(shared): State<Shared>) -> Response {
    shared.error(404, Some(ErrorType::RouteNotFound), "Route not found")
}

async fn method_not_allowed(State(shared): State<Shared>) -> Response {
    shared.error(405, None, "Method not allowed")
}

/// Records each request and the status of its response.
async fn record(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    let query = Query::try_from_uri(request.uri()).map(|Query(query)| query);
    let headers = request.headers().clone();
    let connection = headers.get("x-connection-id").and_then(|id| id.to_str().ok());
    let recorded = Recorded {
        method: request.method().to_string(),
        path: request.uri().path().to_owned(),
        query: query.unwrap_or_default(),
        connection: connection.map(str::to_owned),
        status: 0,
        http: match request.version() {
            Version::HTTP_10 => "HTTP/1.0",
            Version::HTTP_2 => "HTTP/2",
            _ => "HTTP/1.1",
        },
        headers,
    };
    let number = shared.lock().record(recorded);
    let response = next.run(request).await;
    shared.lock().answered(number, response.status().as_u16());
    response
}
