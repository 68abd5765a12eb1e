//! The chats of many creators at once.

use std::fmt;
use std::future::ready;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{self, Context, Poll};

use futures_core::Stream;
use futures_util::stream::{SelectAll, StreamExt, once};
use secrecy::{ExposeSecret, SecretString};

use crate::{Chat, ChatStream, ChatsRequest, Client, Result};

/// How many connections are read at once by default.
const CONCURRENCY: usize = 64;

/// Many connections of one client; made by [`Client::fleet`](crate::Client::fleet).
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
        Self {
            client,
            ids,
            concurrency: CONCURRENCY,
        }
    }

    /// How many connections are read at once, at least 1; 64 by default.
    pub fn concurrency(mut self, connections: usize) -> Self {
        self.concurrency = connections.max(1);
        self
    }

    /// Every chat of every connection; `refine` sets the parameters of each request.
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

    /// As [`chats`](Self::chats), with a stream of each connection's chats as `stream` makes it:
    /// of at most so many chats, or resumed from a cursor.
    pub fn streams(
        self,
        stream: impl Fn(ChatsRequest) -> ChatStream + Send + 'static,
    ) -> FleetStream {
        let Self {
            client,
            ids,
            concurrency,
        } = self;
        let members = ids.enumerate().map(move |(index, id)| {
            let id = SecretString::from(id.into());
            let chats = client
                .connection(id.expose_secret())
                .map(|connection| stream(connection.chats()));
            let id = Arc::new(id);
            match chats {
                Ok(chats) => told(Member { index, id }, chats),
                Err(error) => told(Member { index, id }, once(ready(Err(error)))),
            }
        });
        FleetStream {
            waiting: Box::new(members),
            reading: SelectAll::new(),
            concurrency,
            ended: 0,
        }
    }
}

impl<I> fmt::Debug for Fleet<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fleet")
            .field("concurrency", &self.concurrency)
            .finish_non_exhaustive()
    }
}

/// A connection of a fleet: which of the ids that were given.
#[derive(Clone)]
pub struct Member {
    index: usize,
    id: Arc<SecretString>,
}

impl Member {
    /// The place of its id among those that were given, from 0.
    pub fn index(&self) -> usize {
        self.index
    }

    /// Its connection id. It is like a credential: keep it out of logs.
    pub fn id(&self) -> &str {
        self.id.expose_secret()
    }
}

/// Shows the place alone, since the id is secret.
impl fmt::Debug for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Member")
            .field("index", &self.index)
            .finish_non_exhaustive()
    }
}

/// The chats of one connection; `None` is its end.
type Reading = Pin<Box<dyn Stream<Item = Option<(Member, Result<Chat>)>> + Send>>;

fn told(member: Member, chats: impl Stream<Item = Result<Chat>> + Send + 'static) -> Reading {
    let chats = chats.map(move |chat| Some((member.clone(), chat)));
    Box::pin(chats.chain(once(ready(None))))
}

/// The chats of many connections, as they come; made by [`Fleet::chats`].
///
/// - So many connections are read at once, and no more than a page of each lies in memory: who
///   doesn't take the chats stops the reading.
/// - Of those that have chats ready, each gives one in turn.
/// - Each connection keeps to its own limit, and has the guarantee of a [`ChatStream`]. An error
///   ends its own connection and no other, and is yielded once; of kind
///   [`Rejected`](crate::ErrorKind::Rejected) it is one chat, and the connection goes on.
/// - An id that cannot be sent is an error of its own. An id that is given twice is read twice.
#[must_use = "a stream does nothing until it is polled"]
pub struct FleetStream {
    waiting: Box<dyn Iterator<Item = Reading> + Send>,
    reading: SelectAll<Reading>,
    concurrency: usize,
    ended: usize,
}

impl FleetStream {
    /// The next chat of any connection, or why there are no more of one; `None` after the last.
    pub async fn next(&mut self) -> Option<(Member, Result<Chat>)> {
        StreamExt::next(self).await
    }

    /// How many connections have been read to their end, well or not.
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
                // All that were read have ended; more may be waiting.
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
