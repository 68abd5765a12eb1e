//! Streams of new activity: one poll from a checkpoint, or repeated polls.

use std::collections::HashSet;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_core::Stream;
use futures_util::FutureExt;
use futures_util::stream::StreamExt;
use tokio::time::{Sleep, sleep};

use crate::cursor::{Checkpoint, RequestHash};
use crate::digest::digest;
use crate::record::{key, version};
use crate::{Chat, ChatStream, ChatsRequest, Error, ErrorKind, Result};

/// The chats with activity after a checkpoint, newest first; created by [`ChatsRequest::changes`].
///
/// Reads from the front of the list until it meets a chat that hasn't changed, so it takes one
/// request if nothing happened. A chat that changes again while the stream reads is yielded again.
#[must_use = "a stream does nothing until it is polled"]
pub struct ChangeStream {
    scope: RequestHash,
    chats: ChatStream,
}

impl ChangeStream {
    pub(crate) fn new(chats: ChatStream, scope: RequestHash) -> Self {
        Self { scope, chats }
    }

    /// Returns the checkpoint for the next poll; `None` unless the stream has completed.
    pub fn checkpoint(&self) -> Option<Checkpoint> {
        let front = self.chats.walk().checkpoint()?;
        Some(Checkpoint::new(front, self.scope))
    }

    /// Returns the next chat; `None` after the last.
    pub async fn next(&mut self) -> Option<Result<Chat>> {
        self.chats.next().await
    }
}

impl Stream for ChangeStream {
    type Item = Result<Chat>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.chats.poll_next_unpin(cx)
    }
}

impl fmt::Debug for ChangeStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.chats.fmt(f)
    }
}

/// The chats with activity after a checkpoint, as it happens; created by [`ChatsRequest::watch`].
///
/// Polls repeatedly. The pause between polls varies at random by up to 10 % of the interval, so
/// that many watchers don't poll at the same moment. A transient error is yielded, and the next
/// poll makes up for it without repeating chats. Any other error ends the stream, for example when
/// the creator's session has expired.
#[must_use = "a stream does nothing until it is polled"]
pub struct WatchStream {
    request: ChatsRequest,
    checkpoint: Checkpoint,
    interval: Duration,
    /// The keys and versions of the records yielded since the checkpoint.
    yielded: HashSet<(u64, u64)>,
    state: State,
}

enum State {
    Reading(Box<ChangeStream>),
    Pausing(Pin<Box<Sleep>>),
    Failed(Option<Error>),
}

impl WatchStream {
    pub(crate) fn new(request: ChatsRequest, checkpoint: Checkpoint, interval: Duration) -> Self {
        let state = match interval.is_zero() {
            true => State::Failed(Some(Error::invalid_request(
                "the interval must be greater than 0, but is 0".to_owned(),
            ))),
            false => State::Reading(Box::new(request.clone().changes(&checkpoint))),
        };
        Self { request, checkpoint, interval, yielded: HashSet::new(), state }
    }

    /// Returns the checkpoint of the last poll that completed, to resume from in another process.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// Waits for the next chat, however long it takes; `None` after a permanent error.
    pub async fn next(&mut self) -> Option<Result<Chat>> {
        StreamExt::next(self).await
    }

    fn pause(&mut self, least: Option<Duration>) {
        let jitter = 0.9 + 0.2 * fastrand::f64();
        let pause = Duration::try_from_secs_f64(self.interval.as_secs_f64() * jitter);
        let pause = pause.unwrap_or(self.interval).max(least.unwrap_or_default());
        self.state = State::Pausing(Box::pin(sleep(pause)));
    }
}

impl Stream for WatchStream {
    type Item = Result<Chat>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            match &mut this.state {
                State::Reading(changes) => match ready!(changes.poll_next_unpin(cx)) {
                    Some(Ok(chat)) => {
                        if this.yielded.insert((key(&chat), version(&chat))) {
                            return Poll::Ready(Some(Ok(chat)));
                        }
                    }
                    Some(Err(error)) if error.kind() == ErrorKind::Rejected => {
                        let raw = error.rejected().map_or("", |rejected| rejected.raw());
                        if this.yielded.insert((digest([raw.as_bytes()]), 0)) {
                            return Poll::Ready(Some(Err(error)));
                        }
                    }
                    Some(Err(error)) if is_transient(&error) => {
                        this.pause(error.retry_after());
                        return Poll::Ready(Some(Err(error)));
                    }
                    Some(Err(error)) => this.state = State::Failed(Some(error)),
                    None => {
                        if let Some(checkpoint) = changes.checkpoint() {
                            this.checkpoint = checkpoint;
                            this.yielded.clear();
                        }
                        this.pause(None);
                    }
                },
                State::Pausing(pause) => {
                    ready!(pause.poll_unpin(cx));
                    let changes = this.request.clone().changes(&this.checkpoint);
                    this.state = State::Reading(Box::new(changes));
                }
                State::Failed(error) => return Poll::Ready(error.take().map(Err)),
            }
        }
    }
}

impl fmt::Debug for WatchStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WatchStream")
            .field("request", &self.request)
            .field("interval", &self.interval)
            .finish_non_exhaustive()
    }
}

/// Whether the next poll may succeed.
fn is_transient(error: &Error) -> bool {
    let odd = [ErrorKind::Decode, ErrorKind::Limiter];
    error.is_retryable() || odd.contains(&error.kind())
}
