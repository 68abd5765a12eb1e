//! The admin port: the methods of the sandbox as JSON over HTTP, for other languages.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};

use crate::change::{Change, ChangeError};
use crate::fault::FaultRule;
use crate::record::Recorded;
use crate::server::Shared;

/// Returns the routes of the admin port. The crate's documentation describes them.
pub(crate) fn router(shared: Shared) -> Router {
    Router::new()
        .route("/connections/{id}/changes", post(change))
        .route("/connections/{id}/chats", get(chats))
        .route("/requests", get(requests).delete(forget_requests))
        .route("/faults", get(faults).post(add_fault).delete(clear_faults))
        .with_state(shared)
}

async fn change(
    State(shared): State<Shared>,
    Path(id): Path<String>,
    Json(change): Json<Change>,
) -> Response {
    match shared.lock().apply(&id, change) {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => unknown(error),
    }
}

async fn chats(State(shared): State<Shared>, Path(id): Path<String>) -> Response {
    match shared.lock().chats(&id) {
        Some(chats) => Json(chats).into_response(),
        None => unknown(ChangeError::UnknownConnection),
    }
}

fn unknown(error: ChangeError) -> Response {
    (StatusCode::NOT_FOUND, format!("{error}\n")).into_response()
}

async fn requests(State(shared): State<Shared>) -> Json<Vec<Recorded>> {
    Json(shared.lock().requests().0)
}

async fn forget_requests(State(shared): State<Shared>) -> StatusCode {
    shared.lock().forget_requests();
    StatusCode::NO_CONTENT
}

async fn faults(State(shared): State<Shared>) -> Json<Vec<FaultRule>> {
    Json(shared.lock().faults.rules().to_vec())
}

async fn add_fault(State(shared): State<Shared>, Json(rule): Json<FaultRule>) -> Response {
    if let Err(rule) = rule.check() {
        return (StatusCode::UNPROCESSABLE_ENTITY, format!("{rule}\n")).into_response();
    }
    shared.lock().faults.add([rule]);
    StatusCode::NO_CONTENT.into_response()
}

async fn clear_faults(State(shared): State<Shared>) -> StatusCode {
    shared.lock().faults.clear();
    StatusCode::NO_CONTENT
}
