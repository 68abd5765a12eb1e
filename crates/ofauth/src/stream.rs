//! The complete walk through a creator's chats, over HTTP.
//!
//! What to read next, and what of it is new, is [`walk`](crate::walk)'s to say; here it is read,
//! ahead of the consumer and several pages at once where that is wanted.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_util::FutureExt;
use futures_util::stream::StreamExt;
use tokio::task::JoinHandle;
use tracing::Instrument;

use crate::cursor::{Cursor, RequestHash};
use crate::record::Record;
use crate::walk::{Ask, Key, MAX_LIMIT, ServedPage, Walk, WalkError};
use crate::{Chat, ChatsRequest, Error, ErrorKind, Page, Result};

/// Every chat of a creator, once; made by [`ChatsRequest::stream`].
///
/// # What is guaranteed
///
/// The list is ordered by activity and read by offsets, and messages arrive while it is read:
/// chats move, arrive and leave, and the plain loop over the pages misses some and repeats others.
/// This stream yields **every chat that is in the list during the whole walk exactly once**, in
/// either order, whatever moves, arrives or leaves between the requests. A chat that arrives or
/// leaves meanwhile is yielded at most once. It ends with `None` only when that is so; with
/// [`ErrorKind::Incomplete`] where the list changes faster than it can be read, after all that was
/// found; and with [`ErrorKind::Paging`] where the server's pages lead nowhere.
///
/// With an [`offset`](ChatsRequest::offset) it covers what stays at or behind that offset: a chat
/// that moves in front of it has left.
///
/// # What is assumed
///
/// - A chat that moves gets a new last message, or its last message new times: of chats without a
///   `lastMessage` it cannot be told.
/// - Activity never goes back. A chat whose last message is unsent falls back in the list, and can
///   be missed where it falls behind what was read.
/// - A filter shows a chat at the place of its activity.
/// - A page has more than one chat, where there are more: of a server that gives one at a time,
///   pages cannot overlap, and the walk is the plain loop.
///
/// # What it costs
///
/// Pages overlap by a chat or more, so that a chat seen twice tells where the walk is. On a quiet
/// inbox that is at most 10 % and 2 requests more than the plain loop. Newest first, the front is
/// read again at the end, for what has moved there meanwhile. A walk gives up after
/// 20 + 3 × (pages of what it found + 1) requests. Memory: some 150 bytes for each chat seen.
/// Requests run in tasks of their own, on the current tokio runtime.
///
/// # Errors
///
/// An item may be an error of kind [`Rejected`](ErrorKind::Rejected), which is one chat that cannot be
/// read: the stream goes on. Any other error is the last item; [`cursor`](Self::cursor) tells where
/// the walk was, to go on from there.
#[must_use = "a stream does nothing until it is polled"]
pub struct ChatStream {
    request: ChatsRequest,
    scope: RequestHash,
    walk: Walk,
    /// What was found and is not yet taken.
    found: VecDeque<(Key, Result<Chat>)>,
    /// What is being read, in the order in which it is needed.
    reading: VecDeque<(Ask, Task)>,
    /// How many pages are read at once or ahead; 0 for one, when it is needed.
    ahead: usize,
    /// How many pages were read ahead in vain.
    wasted: usize,
    left: Option<u64>,
    /// What is to be told before the stream ends.
    failure: Option<Error>,
    ended: bool,
}

impl ChatStream {
    pub(crate) fn new(request: ChatsRequest, walk: Walk) -> Self {
        Self {
            scope: RequestHash::of(&request),
            request,
            walk,
            found: VecDeque::new(),
            reading: VecDeque::new(),
            ahead: 0,
            wasted: 0,
            left: None,
            failure: None,
            ended: false,
        }
    }

    /// A stream that only tells an error.
    pub(crate) fn with_failure(mut self, error: Error) -> Self {
        self.fail(error);
        self
    }

    /// Ends after so many chats, those that cannot be read included. What is behind them is
    /// neither read nor guaranteed.
    pub fn max_items(mut self, items: u64) -> Self {
        self.left = Some(items);
        self
    }

    /// Reads up to so many pages ahead while the consumer works on what it has. 1 is most often
    /// enough. More than 1
    /// are read at offsets that are guessed, as with [`parallel`](Self::parallel).
    pub fn prefetch(mut self, pages: usize) -> Self {
        self.ahead = self.ahead.max(pages);
        self
    }

    /// Reads up to so many pages at once, at the offsets where they will be if nothing changes.
    /// The order and the guarantee stay the same. At most so many requests are wasted in all:
    /// where the server's offsets turn out to be others, or the list is short, pages are read one
    /// after another from then on.
    ///
    /// All of them pay to the connection's limit.
    pub fn parallel(self, pages: usize) -> Self {
        self.prefetch(pages)
    }

    /// Where the walk is: for [`ChatsRequest::resume`], in another process too.
    ///
    /// What was yielded counts as done; what was read and not yet yielded will be read again.
    pub fn cursor(&self) -> Cursor {
        let pending: Vec<Key> = self.found.iter().map(|(key, _)| *key).collect();
        Cursor::new(self.walk.token(&pending), self.scope, self.left)
    }

    /// The next chat; `None` after the last.
    pub async fn next(&mut self) -> Option<Result<Chat>> {
        StreamExt::next(self).await
    }

    pub(crate) fn left(mut self, left: Option<u64>) -> Self {
        self.left = left;
        self
    }

    pub(crate) fn walk(&self) -> &Walk {
        &self.walk
    }

    /// Has the next pages read. What was read ahead and is not needed is dropped.
    fn read_on(&mut self) {
        let ask = match self.walk.ask() {
            Ok(Some(ask)) => ask,
            Ok(None) => return self.end(),
            Err(error) => return self.fail(incomplete(&self.request, error)),
        };
        let needed = |(other, _): &(Ask, Task)| other.same_page(&ask);
        if !self.reading.front().is_some_and(needed) {
            self.wasted += self.reading.len();
            self.reading.clear();
            self.start(ask);
        }
        // What may still be wasted can be risked.
        let most = self
            .ahead
            .saturating_sub(self.wasted)
            .min(self.pages_left());
        while self.reading.len() < most
            && let Some(ask) = self.walk.predict(self.reading.len())
        {
            self.start(ask);
        }
    }

    /// How many pages it takes at least for what is still to be yielded.
    fn pages_left(&self) -> usize {
        let left = self
            .left
            .map_or(usize::MAX, |left| left.try_into().unwrap_or(usize::MAX));
        left.saturating_sub(self.found.len())
            .div_ceil(MAX_LIMIT as usize)
    }

    fn start(&mut self, ask: Ask) {
        let request = self.request.clone().offset(ask.offset).limit(ask.limit);
        // In a task of its own: who stops to poll this stream, for a while or for good, keeps
        // nobody from the connection's limit, and lets no request run into its deadline.
        let reading = Task(tokio::spawn(request.send().in_current_span()));
        self.reading.push_back((ask, reading));
    }

    /// Takes a page that was read.
    fn receive(&mut self, ask: Ask, page: Page) {
        let (has_more, next_offset) = (page.has_more(), page.given_offset().map(|next| next.get()));
        let records = page.into_records().into_iter().enumerate();
        let mut records: Vec<Option<Record>> = records
            .map(|(place, record)| Some(Record::new(record, place)))
            .collect();
        let items: Vec<_> = records.iter().flatten().map(|record| record.item).collect();
        let page = ServedPage {
            items: &items,
            has_more,
            next_offset,
        };
        for index in self.walk.read(ask, page) {
            if let Some(record) = records.get_mut(index).and_then(Option::take) {
                self.found
                    .push_back((record.item.key, record.into_result(ask.offset)));
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
            let Some((_, reading)) = self.reading.front_mut() else {
                continue;
            };
            let result = ready!(reading.poll_unpin(cx));
            let Some((ask, _)) = self.reading.pop_front() else {
                continue;
            };
            match result {
                Ok(page) => {
                    self.receive(ask, page);
                    // Before the consumer works on what was found.
                    if self.ahead > 0 && self.pages_left() > 0 {
                        self.read_on();
                    }
                }
                Err(error) => self.fail(error),
            }
        }
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
    let host = request.connection().host();
    let (kind, advice) = match error {
        WalkError::Stuck { .. } | WalkError::NoProgress { .. } => (
            ErrorKind::Paging,
            "try again later, and report it if it stays",
        ),
        WalkError::GaveUp { .. } => (ErrorKind::Incomplete, "try again when the inbox is quieter"),
    };
    let what = format!("the list of {host} cannot be read to its end: {error}");
    Error::new(kind, what, advice)
}

/// A page that is read in a task of its own, which ends with this.
struct Task(JoinHandle<Result<Page>>);

impl Future for Task {
    type Output = Result<Page>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Ready(ready!(self.0.poll_unpin(cx)).unwrap_or_else(|stopped| {
            let what = "the task that reads a page was stopped".to_owned();
            Err(Error::new(ErrorKind::Connect, what, "try again").with_source(stopped))
        }))
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}
