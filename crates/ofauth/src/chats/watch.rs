//! The stream of new activity as it happens: repeated polls from checkpoint to checkpoint.

use std::collections::HashMap;
use std::fmt;
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_core::stream::{FusedStream, Stream};
use futures_util::FutureExt;
use futures_util::stream::StreamExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Sleep, sleep};

use super::record::{key, version};
use crate::digest::digest;
use crate::random;
use crate::rate_headers::MAX_WAIT;
use crate::{ChangeStream, Chat, ChatsRequest, Checkpoint, Error, ErrorKind, Result};

/// What a [`WatchStream`] yields.
#[derive(Clone, Debug, PartialEq)]
pub enum WatchEvent {
    /// A chat has new activity.
    Chat(Box<Chat>),
    /// A poll is complete: every change before this checkpoint was yielded. Store it, to resume
    /// from it in another process. It equals the one before if nothing happened.
    Checkpoint(Checkpoint),
}

/// The chats with activity after a checkpoint, as it happens; created by
/// [`ChatsRequest::watch`](crate::Request::watch).
///
/// Polls repeatedly, and yields a [`WatchEvent::Checkpoint`] after each poll. The pause between
/// polls varies at random by up to 10 % of the interval, so that many watchers don't poll at the
/// same moment. A transient error is yielded, and the next poll catches up. It comes after the
/// interval, or later if the server asks for a longer wait, but within a day. Any other error ends
/// the stream, for example when the creator's session has expired.
///
/// Each change is yielded at least once: a stream yields it once, and a stream that resumes from a
/// checkpoint yields again what was yielded after that checkpoint.
///
/// A record that can't be decoded is yielded as an error of kind [`Rejected`](ErrorKind::Rejected).
/// If its id can't be read either, the error is yielded only once while the record stays at the
/// front of the list.
#[must_use = "a stream does nothing until it is polled"]
pub struct WatchStream {
    request: ChatsRequest,
    checkpoint: Checkpoint,
    interval: Duration,
    /// The versions, by key, of the chats yielded since the checkpoint before last, and since the
    /// last one. A checkpoint remembers only a limited number of chats.
    yielded: [HashMap<u64, u64>; 2],
    /// The rejected records of the last complete poll, and of this one.
    rejected: [Rejections; 2],
    /// How many watches may poll at a time, if this one is part of a fleet.
    polls: Option<Arc<Semaphore>>,
    state: State,
}

/// How often each rejected record, by its bytes, was seen.
type Rejections = HashMap<u64, u32>;

enum State {
    /// Waits for its turn among the watches of a fleet.
    Queued(Pin<Box<dyn Future<Output = Option<OwnedSemaphorePermit>> + Send>>),
    Reading {
        changes: Box<ChangeStream>,
        /// Held while it reads.
        _turn: Option<OwnedSemaphorePermit>,
    },
    Pausing(Pin<Box<Sleep>>),
    Failed(Option<Error>),
}

impl ChatsRequest {
    /// Streams the chats with activity after a checkpoint, as it happens: polls
    /// [`changes`](Self::changes) about every `interval`.
    ///
    /// After each poll, the stream yields the checkpoint to store:
    ///
    /// ```no_run
    /// use std::time::Duration;
    ///
    /// use ofauth::{Checkpoint, WatchEvent};
    ///
    /// # fn store(_: &ofauth::Chat) {}
    /// # fn save(_: &Checkpoint) {}
    /// # async fn run(creator: ofauth::Connection, last: Checkpoint) -> ofauth::Result<()> {
    /// let mut watch = creator.chats().watch(last, Duration::from_secs(30));
    /// while let Some(change) = watch.next().await {
    ///     match change {
    ///         Ok(WatchEvent::Chat(chat)) => store(&chat),
    ///         Ok(WatchEvent::Checkpoint(checkpoint)) => save(&checkpoint),
    ///         Err(error) => eprintln!("{error}"), // the next poll makes up for it
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn watch(self, since: Checkpoint, interval: Duration) -> WatchStream {
        WatchStream::new(self, since, interval)
    }
}

impl State {
    fn reading(
        request: &ChatsRequest,
        checkpoint: &Checkpoint,
        turn: Option<OwnedSemaphorePermit>,
    ) -> Self {
        Self::Reading { changes: Box::new(request.clone().changes(checkpoint)), _turn: turn }
    }
}

impl WatchStream {
    pub(super) fn new(request: ChatsRequest, checkpoint: Checkpoint, interval: Duration) -> Self {
        let state = match interval.is_zero() {
            true => State::Failed(Some(Error::invalid_request(
                "the interval must be greater than 0, but is 0".to_owned(),
            ))),
            false => State::reading(&request, &checkpoint, None),
        };
        let (yielded, rejected) = Default::default();
        Self { request, checkpoint, interval, yielded, rejected, polls: None, state }
    }

    /// Polls only while it holds one of these permits. Must be called before the first poll.
    pub(crate) fn sharing(mut self, polls: Arc<Semaphore>) -> Self {
        self.polls = Some(polls);
        if matches!(self.state, State::Reading { .. }) {
            self.poll_next_time();
        }
        self
    }

    /// Returns the checkpoint of the last poll that completed, to resume from in another process.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// Waits for the next change, however long it takes; `None` after a permanent error.
    pub async fn next(&mut self) -> Option<Result<WatchEvent>> {
        StreamExt::next(self).await
    }

    fn poll_next_time(&mut self) {
        self.state = match &self.polls {
            Some(polls) => {
                let turn = Arc::clone(polls).acquire_owned();
                State::Queued(Box::pin(turn.map(|permit| permit.ok())))
            }
            None => State::reading(&self.request, &self.checkpoint, None),
        };
    }

    fn pause(&mut self, least: Option<Duration>) {
        let jitter = 0.9 + 0.2 * random::fraction();
        let pause = Duration::try_from_secs_f64(self.interval.as_secs_f64() * jitter);
        let least = least.unwrap_or_default().min(MAX_WAIT);
        let pause = pause.unwrap_or(self.interval).max(least);
        // After a failed poll, the next poll counts rejected records from zero.
        self.rejected[1].clear();
        self.state = State::Pausing(Box::pin(sleep(pause)));
    }

    /// Whether a rejected record is new: neither yielded since the checkpoint, nor seen as often by
    /// the last complete poll.
    fn is_new(&mut self, raw: &str) -> bool {
        let record = digest([raw.as_bytes()]);
        let [before, now] = &mut self.rejected;
        let now = now.entry(record).or_default();
        *now += 1;
        let before = before.entry(record).or_default();
        let new = *now > *before;
        *before = (*before).max(*now);
        new
    }
}

impl Stream for WatchStream {
    type Item = Result<WatchEvent>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            match &mut this.state {
                State::Queued(turn) => {
                    let turn = ready!(turn.poll_unpin(cx));
                    this.state = State::reading(&this.request, &this.checkpoint, turn);
                }
                State::Reading { changes, .. } => match ready!(changes.poll_next_unpin(cx)) {
                    Some(Ok(chat)) => {
                        let version = version(&chat);
                        let key = key(&chat);
                        let [before, now] = &mut this.yielded;
                        let is_known = before.get(&key) == Some(&version);
                        if now.insert(key, version) != Some(version) && !is_known {
                            return Poll::Ready(Some(Ok(WatchEvent::Chat(Box::new(chat)))));
                        }
                    }
                    Some(Err(error)) if error.kind() == ErrorKind::Rejected => {
                        let raw = error.rejected().map_or("", |rejected| rejected.raw());
                        if this.is_new(raw) {
                            return Poll::Ready(Some(Err(error)));
                        }
                    }
                    Some(Err(error)) if is_transient(&error) => {
                        this.pause(error.retry_after());
                        return Poll::Ready(Some(Err(error)));
                    }
                    Some(Err(error)) => this.state = State::Failed(Some(error)),
                    None => {
                        let checkpoint = changes.checkpoint();
                        this.rejected[0] = mem::take(&mut this.rejected[1]);
                        this.pause(None);
                        if let Some(checkpoint) = checkpoint {
                            this.checkpoint.clone_from(&checkpoint);
                            this.yielded[0] = mem::take(&mut this.yielded[1]);
                            return Poll::Ready(Some(Ok(WatchEvent::Checkpoint(checkpoint))));
                        }
                    }
                },
                State::Pausing(pause) => {
                    ready!(pause.poll_unpin(cx));
                    this.poll_next_time();
                }
                State::Failed(error) => return Poll::Ready(error.take().map(Err)),
            }
        }
    }
}

impl FusedStream for WatchStream {
    fn is_terminated(&self) -> bool {
        matches!(self.state, State::Failed(None))
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
