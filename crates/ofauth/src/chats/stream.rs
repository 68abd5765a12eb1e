//! The stream of all of a creator's chats: a complete walk over HTTP.
//!
//! [`walk`](super::walk) decides what to read next and which records are new. This module sends
//! the requests, ahead of the consumer or several at once if asked to.

use std::collections::VecDeque;
use std::fmt;
use std::panic::resume_unwind;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::stream::{FusedStream, Stream};
use futures_util::FutureExt;
use futures_util::stream::StreamExt;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tracing::Instrument;

use super::cursor::Scope;
use super::record::{item, rejection};
use super::walk::{Ask, Key, MAX_LIMIT, Order, ServedPage, Walk, WalkError};
use crate::call::outside_of_runtime;
use crate::raw_page::Next;
use crate::{Chat, ChatOrder, ChatsRequest, Cursor, Error, ErrorKind, Page, Result};

/// Every chat of a creator, exactly once; created by [`ChatsRequest::stream`].
///
/// # Guarantee
///
/// The list is ordered by activity and read by offset, and messages arrive while it is read: chats
/// move, arrive and leave, so a plain loop over the pages misses some and repeats others. This
/// stream yields **every chat that is in the list during the whole walk exactly once**, in either
/// order, whatever moves, arrives or leaves between the requests. A chat that arrives or leaves
/// during the walk is yielded at most once.
///
/// This was checked exhaustively for inboxes of up to 6 chats, in pages of 2 and 3: with every
/// sequence of up to 4 moves, arrivals and departures, anywhere between the requests, one page at a
/// time and two at once, with and without a resume. Larger inboxes are tested with random sequences.
///
/// The stream ends without an error only if this guarantee was met. If the list changes faster than it
/// can be read, or the server reorders chats with equal times on every request and those chats don't
/// fit on one page, the stream yields all that it found and ends with [`ErrorKind::Incomplete`]. If
/// the server's paging makes no progress, or returns nothing beyond some offset, it ends with
/// [`ErrorKind::Paging`].
///
/// If a page claims to be the last but is full or gives a next offset, one more request verifies
/// the claim.
///
/// With an [`offset`](ChatsRequest::offset), the walk covers the chats that stay at or past that
/// offset. A chat that moves in front of it counts as having left.
///
/// # Assumptions
///
/// - A chat that moves gets a new last message, or its last message gets new times. Moves of chats
///   without a `lastMessage` can't be detected.
/// - A chat's activity never becomes older. If its last message is unsent, the chat falls back in
///   the list, and may be missed if it falls into the part that was already read.
/// - A filtered list shows each chat at its position by activity.
/// - A page has more than one chat if the list has more. If the server returns one chat at a time,
///   pages can't overlap, so the stream is only a plain loop.
///
/// # Cost
///
/// Pages overlap by at least one chat: a chat that is seen twice shows that they are connected. On
/// a quiet inbox, this takes at most 10 % plus 2 requests more than the plain loop; if the server
/// returns only n chats per page, 1 in n − 1 instead of 10 %. Chats with equal times where a page
/// ends cost a longer overlap, or one more page. If the order is newest first, the front is read
/// again at the end, to find the chats that moved there during the walk. A walk gives up after 20 +
/// 3 × (pages of what it found + 1) requests. It needs about 64 bytes of memory per chat seen.
/// Requests run in separate tasks on the current tokio runtime.
///
/// # Errors
///
/// An item may be an error of kind [`Rejected`](ErrorKind::Rejected), which stands for one record
/// that could not be decoded; the stream continues. Any other error is the last item. To resume
/// after it, use [`cursor`](Self::cursor).
#[must_use = "a stream does nothing until it is polled"]
pub struct ChatStream {
    request: ChatsRequest,
    scope: Scope,
    walk: Walk,
    /// Items found and not yet yielded, with the number of the read that found them.
    found: VecDeque<((u32, Key), Result<Chat>)>,
    /// The pages being read, in the order in which they are needed.
    reading: VecDeque<Reading>,
    /// How many pages are read ahead or at once; 0 reads one page at a time, when it is needed.
    ahead: usize,
    /// How many pages were read ahead, but not needed.
    wasted: usize,
    left: Option<u64>,
    /// The error to yield before the stream ends.
    failure: Option<Error>,
    ended: bool,
}

impl ChatsRequest {
    /// Streams every chat from the offset on, exactly once, even if the list changes meanwhile.
    ///
    /// [`ChatStream`] documents the guarantee and the cost. Pages are as large as the API allows
    /// unless [`limit`](Self::limit) is set, and overlap by at least one chat.
    ///
    /// ```no_run
    /// # async fn run(creator: ofauth::Connection) -> ofauth::Result<()> {
    /// let mut chats = creator.chats().stream().prefetch(1);
    /// while let Some(chat) = chats.next().await {
    ///     println!("{}", chat?.with_user.id);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn stream(self) -> ChatStream {
        let order = match self.order_or_default() {
            ChatOrder::Old => Order::Old,
            _ => Order::Recent,
        };
        let limit = self.operation.limit.unwrap_or(MAX_LIMIT);
        let walk = Walk::new(order, self.start(), limit);
        ChatStream::new(self, Ok(walk))
    }

    /// Resumes a walk from a cursor, without losing or repeating chats. This works in another
    /// process too, and with another API key.
    ///
    /// ```no_run
    /// # async fn run(creator: ofauth::Connection) -> ofauth::Result<()> {
    /// let mut chats = creator.chats().stream();
    /// let first = chats.next().await;
    /// let stored = chats.cursor().to_string();
    /// // Later, or in another process:
    /// let mut rest = creator.chats().resume(stored.parse()?);
    /// while let Some(chat) = rest.next().await {
    ///     println!("{}", chat?.with_user.id);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// The connection and the parameters must be those of the original walk. If they differ, the
    /// stream's only item is an error of kind
    /// [`InvalidRequest`](crate::ErrorKind::InvalidRequest), which names what differs.
    pub fn resume(self, cursor: Cursor) -> ChatStream {
        match cursor.open(&self) {
            Ok((walk, left)) => ChatStream::new(self, Ok(walk)).left(left),
            Err(error) => ChatStream::new(self, Err(error)),
        }
    }
}

impl ChatStream {
    /// If the walk is an error, or the request is invalid, the stream yields only that error.
    pub(super) fn new(request: ChatsRequest, walk: Result<Walk>) -> Self {
        let checked = request.check();
        let (walk, failure) = match checked.and(walk) {
            Ok(walk) => (walk, None),
            Err(error) => (Walk::new(Order::Recent, 0, MAX_LIMIT), Some(error)),
        };
        Self {
            scope: Scope::of(&request),
            request,
            walk,
            found: VecDeque::new(),
            reading: VecDeque::new(),
            ahead: 0,
            wasted: 0,
            left: None,
            ended: failure.is_some(),
            failure,
        }
    }

    /// Ends the stream after this many chats, including rejected records. The guarantee doesn't
    /// cover the chats after them, which aren't read.
    pub fn max_items(mut self, items: u64) -> Self {
        self.left = Some(items);
        self
    }

    /// Reads up to this many pages ahead while the consumer processes earlier chats.
    ///
    /// 1 is usually enough. More than 1 are read at guessed offsets, as with
    /// [`parallel`](Self::parallel).
    pub fn prefetch(mut self, pages: usize) -> Self {
        self.ahead = self.ahead.max(pages);
        self
    }

    /// Reads up to this many pages at once, at the offsets where they will be if nothing changes.
    ///
    /// The order and the guarantee stay the same. At most this many requests are wasted in total,
    /// because a guessed offset was wrong or the list was shorter; after that, pages are read one
    /// at a time.
    ///
    /// Every request counts towards the connection's rate limit.
    pub fn parallel(self, pages: usize) -> Self {
        self.prefetch(pages)
    }

    /// Returns the current position, for [`ChatsRequest::resume`], in another process too.
    ///
    /// Chats that were yielded count as done. Chats that were read but not yet yielded will be read
    /// again.
    pub fn cursor(&self) -> Cursor {
        let pending: Vec<_> = self.found.iter().map(|(key, _)| *key).collect();
        Cursor::new(self.walk.token(&pending), self.scope, self.left)
    }

    /// Returns the next chat; `None` after the last.
    pub async fn next(&mut self) -> Option<Result<Chat>> {
        StreamExt::next(self).await
    }

    pub(super) fn left(mut self, left: Option<u64>) -> Self {
        self.left = left;
        self
    }

    pub(super) fn walk(&self) -> &Walk {
        &self.walk
    }

    /// Starts reading the next pages. Pages that were read ahead and aren't needed are dropped.
    fn read_on(&mut self) {
        let ask = match self.walk.ask() {
            Ok(Some(ask)) => ask,
            Ok(None) => return self.end(),
            Err(error) => return self.fail(incomplete(&self.request, error)),
        };
        if !self.reading.front().is_some_and(|reading| self.walk.accepts(&reading.ask)) {
            self.wasted += self.reading.len();
            self.reading.clear();
            let task = self.start(ask);
            self.reading.push_back(Reading { ask, task, guessed: false });
        }
        // Each page read ahead may be wasted, so read no more than may still be wasted in total.
        let most = self.ahead.saturating_sub(self.wasted).min(self.pages_left());
        while self.reading.len() < most
            && let Some(next) = self.reading.front().map(|reading| reading.ask)
            && let Some(ask) = self.walk.predict(next, self.reading.len())
        {
            let task = self.start(ask);
            self.reading.push_back(Reading { ask, task, guessed: true });
        }
    }

    /// The fewest pages that can hold the chats that may still be yielded.
    fn pages_left(&self) -> usize {
        let left = self.left.map_or(usize::MAX, |left| left.try_into().unwrap_or(usize::MAX));
        left.saturating_sub(self.found.len()).div_ceil(MAX_LIMIT as usize)
    }

    fn start(&self, ask: Ask) -> Task {
        let request = self.request.clone().offset(ask.offset).limit(ask.limit);
        let Ok(runtime) = Handle::try_current() else {
            return Task::Failed(Some(outside_of_runtime()));
        };
        let page = async {
            let mut page = request.send().await?;
            page.forget_body();
            Ok(page)
        };
        // In a separate task: a consumer that stops polling this stream must not hold up the
        // connection's limit for others, nor let a request run into its deadline.
        Task::Running(runtime.spawn(page.in_current_span()))
    }

    /// Passes a page to the walk, and queues the records that are new.
    fn receive(&mut self, ask: Ask, page: Page) {
        let next_offset = match page.next_page() {
            Some(Next::Offset(offset)) => Some(*offset),
            _ => None,
        };
        let has_more = page.has_more();
        let records = page.into_results();
        let items: Vec<_> =
            records.iter().enumerate().map(|(place, record)| item(record, place)).collect();
        let news = self.walk.read(ask, ServedPage { items: &items, has_more, next_offset });
        self.found.reserve_exact(news.len());
        let mut news = news.into_iter().peekable();
        for ((index, record), item) in records.into_iter().enumerate().zip(&items) {
            if news.next_if_eq(&index).is_some() {
                let result = record.map_err(|rejected| rejection(rejected, ask.offset));
                self.found.push_back(((self.walk.requests(), item.key), result));
            }
        }
    }

    fn end(&mut self) {
        self.ended = true;
        self.reading.clear();
    }

    fn fail(&mut self, error: Error) {
        self.failure = Some(error);
        self.end();
    }
}

impl Stream for ChatStream {
    type Item = Result<Chat>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if self.left == Some(0) {
                self.failure = None;
                self.end();
                return Poll::Ready(None);
            }
            if let Some((_, item)) = self.found.pop_front() {
                if self.found.is_empty() {
                    // A fleet waits for many pages at a time, which then need no memory here.
                    self.found = VecDeque::new();
                }
                if let Some(left) = &mut self.left {
                    *left -= 1;
                }
                return Poll::Ready(Some(item));
            }
            if self.ended {
                return Poll::Ready(self.failure.take().map(Err));
            }
            if self.reading.is_empty() {
                self.read_on();
                continue;
            }
            let Some(reading) = self.reading.front_mut() else {
                continue;
            };
            let result = ready!(reading.task.poll_unpin(cx));
            let Some(Reading { ask, guessed, .. }) = self.reading.pop_front() else {
                continue;
            };
            match result {
                Ok(page) => {
                    self.receive(ask, page);
                    // Now, so that the next pages are read while the consumer processes this one.
                    if self.ahead > 0 && self.pages_left() > 0 {
                        self.read_on();
                    }
                }
                // More pages are read at once than the rate limit allows within their deadline.
                Err(error) if guessed && error.attempts() == 0 && error.is_rate_limited() => {
                    self.reading.clear();
                    self.ahead /= 2;
                }
                Err(error) => self.fail(error),
            }
        }
    }
}

impl FusedStream for ChatStream {
    fn is_terminated(&self) -> bool {
        self.left == Some(0) || self.ended && self.found.is_empty() && self.failure.is_none()
    }
}

impl fmt::Debug for ChatStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChatStream")
            .field("request", &self.request)
            .field("requests", &self.walk.requests())
            .field("seen", &self.walk.seen())
            .finish_non_exhaustive()
    }
}

fn incomplete(request: &ChatsRequest, error: WalkError) -> Error {
    let host = request.connection.host();
    let (kind, advice) = match error {
        WalkError::Stuck { .. }
        | WalkError::NoProgress { .. }
        | WalkError::NothingBeyond { .. } => {
            (ErrorKind::Paging, "try again later, and report it if it persists")
        }
        WalkError::Disorder => (ErrorKind::Incomplete, "report it to the vendor"),
        WalkError::GaveUp { .. } => (ErrorKind::Incomplete, "try again when the inbox is quieter"),
    };
    let what = format!("the list of {host} cannot be read to its end: {error}");
    Error::new(kind, what, advice)
}

/// A page being read.
struct Reading {
    ask: Ask,
    task: Task,
    /// Whether it was read before it was needed.
    guessed: bool,
}

/// The separate task that reads a page. It is aborted on drop.
enum Task {
    Running(JoinHandle<Result<Page>>),
    Failed(Option<Error>),
}

impl Future for Task {
    type Output = Result<Page>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let joined = match &mut *self {
            Self::Running(task) => ready!(task.poll_unpin(cx)),
            Self::Failed(error) => Ok(Err(error.take().unwrap_or_else(outside_of_runtime))),
        };
        Poll::Ready(joined.unwrap_or_else(|stopped| {
            let stopped = match stopped.try_into_panic() {
                // The application's own code panicked: its callback, or its rate limiter.
                Ok(panic) => resume_unwind(panic),
                Err(stopped) => stopped,
            };
            let what = "the Tokio runtime that was reading a page has shut down".to_owned();
            Err(Error::new(ErrorKind::Transport, what, "try again").with_source(stopped))
        }))
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        if let Self::Running(task) = self {
            task.abort();
        }
    }
}
