//! The chats of many creators, read concurrently.

use std::fmt;
use std::future::ready;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{self, Context, Poll};

use futures_core::Stream;
use futures_util::stream::{SelectAll, StreamExt, once};
use secrecy::{ExposeSecret, SecretString};

use crate::{Chat, ChatStream, ChatsRequest, Client, Result};

/// The default number of connections that are read at a time.
const CONCURRENCY: usize = 64;

/// Many connections of one client; created by [`Client::fleet`](crate::Client::fleet).
#[must_use = "a fleet does nothing until its chats are asked for"]
pub struct Fleet<I> {
    client: Client,
    ids: I,
    concurrency: usize,
}

impl<I> Fleet<I>
where
    I: Iterator + Send + 'static,
    I::Item: Into<String>,
{
    pub(crate) fn new(client: Client, ids: I) -> Self {
        Self { client, ids, concurrency: CONCURRENCY }
    }

    /// Sets how many connections are read at a time: 64 by default; 0 counts as 1.
    pub fn concurrency(mut self, connections: usize) -> Self {
        self.concurrency = connections.max(1);
        self
    }

    /// Streams every chat of every connection. `refine` sets the parameters of each request.
    ///
    /// ```no_run
    /// # async fn run(client: ofauth::Client, ids: Vec<String>) {
    /// let mut chats = client.fleet(ids).chats(|chats| chats.filter(ofauth::ChatFilter::Unread));
    /// while let Some((member, chat)) = chats.next().await {
    ///     match chat {
    ///         Ok(chat) => println!("{}: {}", member.index(), chat.with_user.id),
    ///         Err(error) => eprintln!("{}: {error}", member.index()),
    ///     }
    /// }
    /// # }
    /// ```
    pub fn chats(
        self,
        refine: impl Fn(ChatsRequest) -> ChatsRequest + Send + 'static,
    ) -> FleetStream {
        self.streams(move |request| refine(request).stream())
    }

    /// Like [`chats`](Self::chats), but `stream` creates the stream for each connection, for
    /// example with [`max_items`](ChatStream::max_items), or resumed from a cursor.
    pub fn streams(
        self,
        stream: impl Fn(ChatsRequest) -> ChatStream + Send + 'static,
    ) -> FleetStream {
        let Self { client, ids, concurrency } = self;
        let members = ids.enumerate().map(move |(index, id)| {
            let id = SecretString::from(id.into());
            let chats =
                client.connection(id.expose_secret()).map(|connection| stream(connection.chats()));
            let id = Arc::new(id);
            match chats {
                Ok(chats) => tagged(Member { index, id }, chats),
                Err(error) => tagged(Member { index, id }, once(ready(Err(error)))),
            }
        });
        FleetStream { waiting: Box::new(members), reading: SelectAll::new(), concurrency, ended: 0 }
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
    id: Arc<SecretString>,
}

impl Member {
    /// Returns the index of the connection's id among the given ids, from 0.
    pub fn index(&self) -> usize {
        self.index
    }

    /// Returns the connection id. Treat it like a credential, and keep it out of logs.
    pub fn id(&self) -> &str {
        self.id.expose_secret()
    }
}

/// Shows only the index, because the id is secret.
impl fmt::Debug for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Member").field("index", &self.index).finish_non_exhaustive()
    }
}

/// The chats of one connection; `None` marks the end.
type Reading = Pin<Box<dyn Stream<Item = Option<(Member, Result<Chat>)>> + Send>>;

fn tagged(member: Member, chats: impl Stream<Item = Result<Chat>> + Send + 'static) -> Reading {
    let chats = chats.map(move |chat| Some((member.clone(), chat)));
    Box::pin(chats.chain(once(ready(None))))
}

/// The chats of many connections, in order of arrival; created by [`Fleet::chats`].
///
/// - At most [`concurrency`](Fleet::concurrency) connections are read at a time, and at most one
///   page of each is held in memory. If you stop polling, reading pauses.
/// - Connections that have chats ready take turns, one chat at a time.
/// - Each connection keeps to its own rate limit, and has the guarantee of a [`ChatStream`]. An
///   error is yielded once and ends only its own connection. An error of kind
///   [`Rejected`](crate::ErrorKind::Rejected) stands for one chat; its connection continues.
/// - An invalid id yields an error. An id that is given twice is read twice.
#[must_use = "a stream does nothing until it is polled"]
pub struct FleetStream {
    waiting: Box<dyn Iterator<Item = Reading> + Send>,
    reading: SelectAll<Reading>,
    concurrency: usize,
    ended: usize,
}

impl FleetStream {
    /// Returns the next chat or error of any connection; `None` after the last.
    pub async fn next(&mut self) -> Option<(Member, Result<Chat>)> {
        StreamExt::next(self).await
    }

    /// Returns how many connections have ended, with or without an error.
    pub fn ended(&self) -> usize {
        self.ended
    }
}

impl Stream for FleetStream {
    type Item = (Member, Result<Chat>);

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            while this.reading.len() < this.concurrency
                && let Some(chats) = this.waiting.next()
            {
                this.reading.push(chats);
            }
            if this.reading.is_empty() {
                return Poll::Ready(None);
            }
            match task::ready!(this.reading.poll_next_unpin(cx)) {
                Some(Some(item)) => return Poll::Ready(Some(item)),
                Some(None) => this.ended += 1,
                // Every open stream has ended, but more may be waiting.
                None => {}
            }
        }
    }
}

impl fmt::Debug for FleetStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FleetStream")
            .field("reading", &self.reading.len())
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}
