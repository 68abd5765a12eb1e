//! A connect timeout for each call; reqwest has only one for the whole client.

use std::cell::Cell;
use std::error::Error as StdError;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::timeout;
use tower_layer::Layer;
use tower_service::Service;

type BoxError = Box<dyn StdError + Send + Sync>;

tokio::task_local! {
    /// The current attempt's way to the connector, which the HTTP library calls within the
    /// attempt's future.
    static OPENING: Opening;
}

struct Opening {
    bound: Duration,
    /// Whether a connection was opened, instead of using an open one.
    opened: Cell<bool>,
}

/// Runs an attempt in which opening an HTTP connection may take at most `bound`.
pub(crate) fn within<T>(
    bound: Duration,
    attempt: impl Future<Output = T>,
) -> impl Future<Output = T> {
    OPENING.scope(Opening { bound, opened: Cell::new(false) }, attempt)
}

/// Returns whether the current attempt opened a connection, instead of using an open one.
pub(crate) fn has_opened() -> bool {
    OPENING.try_with(|opening| opening.opened.get()).unwrap_or(true)
}

/// Opening an HTTP connection took too long.
#[derive(Debug)]
pub(crate) struct ConnectTimeout;

impl ConnectTimeout {
    /// Whether `error` is a connect timeout, or was caused by one.
    pub(crate) fn is_behind(error: &(dyn StdError + 'static)) -> bool {
        error.is::<Self>() || error.source().is_some_and(Self::is_behind)
    }
}

impl fmt::Display for ConnectTimeout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("connecting took too long")
    }
}

impl StdError for ConnectTimeout {}

/// Applies the connect timeout of the current call to a connector.
#[derive(Clone, Copy)]
pub(crate) struct ConnectLayer;

impl<S> Layer<S> for ConnectLayer {
    type Service = BoundedConnector<S>;

    fn layer(&self, connector: S) -> Self::Service {
        BoundedConnector(connector)
    }
}

#[derive(Clone)]
pub(crate) struct BoundedConnector<S>(S);

impl<S, R> Service<R> for BoundedConnector<S>
where
    S: Service<R, Error = BoxError>,
    S::Future: Send + 'static,
    S::Response: 'static,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, target: R) -> Self::Future {
        let connect = self.0.call(target);
        // Nothing connects outside a call.
        let bound = OPENING.try_with(|opening| {
            opening.opened.set(true);
            opening.bound
        });
        let bound = bound.unwrap_or(Duration::MAX);
        Box::pin(async move {
            match timeout(bound, connect).await {
                Ok(connected) => connected,
                Err(_) => Err(ConnectTimeout.into()),
            }
        })
    }
}
