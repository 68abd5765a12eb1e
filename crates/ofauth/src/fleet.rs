//! The chats of many creators, read concurrently.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_core::stream::{FusedStream, Stream};
use futures_util::stream::{SelectAll, StreamExt};
use tokio::sync::Semaphore;

use crate::{
    ChatStream, ChatsRequest, Client, Connection, ConnectionId, Error, ErrorKind, Result,
    WatchStream,
};

/// The default number of connections that are read at a time.
const CONCURRENCY: usize = 64;

/// Many connections of one client; created by [`Client::fleet`](crate::Client::fleet).
#[must_use = "a fleet does nothing until its chats are asked for"]
pub struct Fleet<I> {
    client: Client,
    ids: I,
    concurrency: usize,
}

impl Client {
    /// Returns the linked creator accounts with these connection ids, to be read concurrently.
    ///
    /// The ids are taken from the iterator one by one, as they are needed.
    pub fn fleet<I>(&self, ids: I) -> Fleet<I::IntoIter>
    where
        I: IntoIterator,
        I::IntoIter: Send + 'static,
        I::Item: Into<ConnectionId>,
    {
        Fleet { client: self.clone(), ids: ids.into_iter(), concurrency: CONCURRENCY }
    }
}

impl<I> Fleet<I>
where
    I: Iterator + Send + 'static,
    I::Item: Into<ConnectionId>,
{
    /// Sets how many connections are read at a time: 64 by default; 0 counts as 1.
    pub fn concurrency(mut self, connections: usize) -> Self {
        self.concurrency = connections.max(1);
        self
    }

    /// Streams every chat of every connection. `refine` sets the parameters of each request.
    ///
    /// ```no_run
    /// use ofauth::{ChatFilter, FleetEvent};
    ///
    /// # async fn run(client: ofauth::Client, ids: Vec<String>) {
    /// let mut chats = client.fleet(ids).chats(|chats| chats.filter(ChatFilter::Unread));
    /// while let Some((member, event)) = chats.next().await {
    ///     let creator = member.index();
    ///     match event {
    ///         FleetEvent::Item(chat) => println!("{creator}: {}", chat.with_user.id),
    ///         FleetEvent::Error(error) => eprintln!("{creator}: {error}"),
    ///         FleetEvent::End { result: Ok(()), .. } => println!("{creator}: complete"),
    ///         FleetEvent::End { result: Err(error), .. } => eprintln!("{creator}: {error}"),
    ///     }
    /// }
    /// # }
    /// ```
    pub fn chats(
        self,
        refine: impl Fn(ChatsRequest) -> ChatsRequest + Send + 'static,
    ) -> FleetStream<ChatStream> {
        self.streams(move |_, connection| refine(connection.chats()).stream())
    }

    /// Watches every connection: polls it from its own checkpoint on, as
    /// [`ChatsRequest::watch`](crate::Request::watch) does.
    ///
    /// All connections are watched. [`concurrency`](Self::concurrency) limits how many are polled
    /// at a time.
    ///
    /// ```no_run
    /// use std::time::Duration;
    ///
    /// use ofauth::{Checkpoint, ConnectionId, FleetEvent, WatchEvent};
    ///
    /// # fn load(_: &ConnectionId) -> Checkpoint { Checkpoint::default() }
    /// # fn save(_: &ConnectionId, _: &Checkpoint) {}
    /// # fn store(_: &ConnectionId, _: &ofauth::Chat) {}
    /// # async fn run(client: ofauth::Client, ids: Vec<String>) {
    /// let every = Duration::from_secs(30);
    /// let mut changes =
    ///     client.fleet(ids).watch(move |member, chats| chats.watch(load(member.id()), every));
    /// while let Some((member, event)) = changes.next().await {
    ///     match event {
    ///         FleetEvent::Item(WatchEvent::Chat(chat)) => store(member.id(), &chat),
    ///         FleetEvent::Item(WatchEvent::Checkpoint(checkpoint)) => save(member.id(), &checkpoint),
    ///         FleetEvent::Error(error) => eprintln!("{}: {error}", member.index()), // goes on
    ///         FleetEvent::End { result, .. } => eprintln!("{}: {result:?}", member.index()),
    ///     }
    /// }
    /// # }
    /// ```
    pub fn watch(
        mut self,
        watch: impl Fn(&Member, ChatsRequest) -> WatchStream + Send + 'static,
    ) -> FleetStream<WatchStream> {
        let polls = Arc::new(Semaphore::new(self.concurrency.min(Semaphore::MAX_PERMITS)));
        self.concurrency = usize::MAX;
        self.streams(move |member, connection| {
            watch(member, connection.chats()).sharing(Arc::clone(&polls))
        })
    }

    /// Reads a stream of each connection, which `stream` creates: for example a
    /// [`ChatStream`] with [`max_items`](ChatStream::max_items) or resumed from a cursor, a
    /// [`ChangeStream`](crate::ChangeStream), or a [`PageStream`](crate::PageStream).
    pub fn streams<S, T>(
        self,
        stream: impl Fn(&Member, Connection) -> S + Send + 'static,
    ) -> FleetStream<S>
    where
        S: FusedStream<Item = Result<T>> + Unpin + Send + 'static,
    {
        let Self { client, ids, concurrency } = self;
        let members = ids.enumerate().map(move |(index, id)| {
            let member = Member { index, id: id.into() };
            let created = client.connection(member.id()).map(|creator| stream(&member, creator));
            Reading { member, stream: Some(created) }
        });
        FleetStream {
            waiting: Box::new(members),
            reading: SelectAll::new(),
            concurrency,
            ended: 0,
            key: Key::Unknown,
        }
    }
}

impl<I> fmt::Debug for Fleet<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fleet").field("concurrency", &self.concurrency).finish_non_exhaustive()
    }
}

/// A connection of a fleet.
#[derive(Clone)]
pub struct Member {
    index: usize,
    id: ConnectionId,
}

impl Member {
    /// Returns the index of the connection's id among the given ids, from 0.
    pub fn index(&self) -> usize {
        self.index
    }

    /// Returns the connection id.
    pub fn id(&self) -> &ConnectionId {
        &self.id
    }
}

/// Shows only the index, because the id is secret.
impl fmt::Debug for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Member").field("index", &self.index).finish_non_exhaustive()
    }
}

/// What a [`FleetStream`] yields of a member.
#[derive(Debug)]
pub enum FleetEvent<T, S> {
    /// The next item of the member's stream.
    Item(T),
    /// An error after which the member's stream goes on: a record that can't be decoded
    /// ([`Rejected`](ErrorKind::Rejected)), or a poll that failed and will be repeated.
    Error(Error),
    /// The member's stream has ended; the others go on.
    #[non_exhaustive]
    End {
        /// Whether the stream is complete; otherwise, why not.
        result: Result<()>,
        /// The stream, to ask for its position: [`ChatStream::cursor`],
        /// [`ChangeStream::checkpoint`](crate::ChangeStream::checkpoint),
        /// [`WatchStream::checkpoint`]. `None` if the connection id is invalid.
        stream: Option<S>,
    },
}

/// The stream of one member; taken when it has ended.
struct Reading<S> {
    member: Member,
    stream: Option<Result<S>>,
}

impl<S, T> Stream for Reading<S>
where
    S: FusedStream<Item = Result<T>> + Unpin,
{
    type Item = (Member, FleetEvent<T, S>);

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let item = match &mut self.stream {
            None => return Poll::Ready(None),
            Some(Ok(stream)) => {
                let item = ready!(stream.poll_next_unpin(cx));
                match item {
                    Some(Err(error)) if stream.is_terminated() => Some(Err(error)),
                    Some(Err(error)) => {
                        return Poll::Ready(Some((self.member.clone(), FleetEvent::Error(error))));
                    }
                    Some(Ok(item)) => Some(Ok(item)),
                    None => None,
                }
            }
            Some(Err(_)) => None,
        };
        let event = match (item, self.stream.take()) {
            (Some(Ok(item)), stream) => {
                self.stream = stream;
                FleetEvent::Item(item)
            }
            // A walk is complete even if its last record can't be decoded.
            (Some(Err(error)), Some(Ok(stream))) if error.kind() == ErrorKind::Rejected => {
                self.stream = Some(Ok(stream));
                FleetEvent::Error(error)
            }
            (Some(Err(error)), stream) => {
                FleetEvent::End { result: Err(error), stream: stream.and_then(Result::ok) }
            }
            (None, Some(Err(error))) => FleetEvent::End { result: Err(error), stream: None },
            (None, stream) => {
                FleetEvent::End { result: Ok(()), stream: stream.and_then(Result::ok) }
            }
        };
        Poll::Ready(Some((self.member.clone(), event)))
    }
}

/// What many connections yield, in order of arrival; created by [`Fleet::chats`],
/// [`Fleet::watch`] and [`Fleet::streams`].
///
/// - At most [`concurrency`](Fleet::concurrency) connections are read at a time, and at most one
///   page of each is held in memory. If you stop polling, reading pauses.
/// - Connections that have items ready take turns, one item at a time.
/// - Each connection keeps to its own rate limit. A [`ChatStream`] keeps its guarantee.
/// - The last event of each member is [`FleetEvent::End`], with its result and its stream. A failure
///   ends only its own member, except that a wrong API key
///   ([`ErrorKind::Unauthorized`]) ends the whole fleet, unless the key was accepted for another
///   member before. The other members then get no event.
/// - An id that is given twice is read twice.
#[must_use = "a stream does nothing until it is polled"]
pub struct FleetStream<S> {
    waiting: Box<dyn Iterator<Item = Reading<S>> + Send>,
    reading: SelectAll<Reading<S>>,
    concurrency: usize,
    ended: usize,
    key: Key,
}

/// What the members' results say about the API key.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Key {
    Unknown,
    Accepted,
    Refused,
}

impl<S, T> FleetStream<S>
where
    S: FusedStream<Item = Result<T>> + Unpin,
{
    /// Returns the next event of any connection; `None` after the last.
    pub async fn next(&mut self) -> Option<(Member, FleetEvent<T, S>)> {
        StreamExt::next(self).await
    }
}

impl<S> FleetStream<S> {
    /// Returns how many connections have ended, with or without an error.
    pub fn ended(&self) -> usize {
        self.ended
    }
}

impl<S, T> Stream for FleetStream<S>
where
    S: FusedStream<Item = Result<T>> + Unpin,
{
    type Item = (Member, FleetEvent<T, S>);

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            while this.key != Key::Refused
                && this.reading.len() < this.concurrency
                && let Some(reading) = this.waiting.next()
            {
                this.reading.push(reading);
            }
            if this.reading.is_empty() {
                return Poll::Ready(None);
            }
            // When every open stream has ended, more may be waiting.
            if let Some((member, event)) = ready!(this.reading.poll_next_unpin(cx)) {
                match &event {
                    FleetEvent::Item(_) | FleetEvent::End { result: Ok(()), .. } => {
                        this.key = Key::Accepted;
                    }
                    FleetEvent::End { result: Err(error), .. }
                        if error.kind() == ErrorKind::Unauthorized && this.key == Key::Unknown =>
                    {
                        this.key = Key::Refused;
                        this.reading.clear();
                    }
                    FleetEvent::Error(_) | FleetEvent::End { .. } => {}
                }
                this.ended += usize::from(matches!(event, FleetEvent::End { .. }));
                return Poll::Ready(Some((member, event)));
            }
        }
    }
}

impl<S> fmt::Debug for FleetStream<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FleetStream").field("ended", &self.ended).finish_non_exhaustive()
    }
}
