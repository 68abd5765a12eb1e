//! The stream of a connection's chats that the arguments ask for.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::stream::{FusedStream, Stream};
use futures_util::StreamExt;
use ofauth::operations::list_chats::LIMIT;
use ofauth::{ChangeStream, Chat, ChatStream, ChatsRequest, Checkpoint, Result};

use crate::account::select;
use crate::arguments::ChatsArguments;

/// The chats of a walk, or those since a time.
pub(crate) enum Reader {
    Walk(ChatStream),
    /// With the number of chats that may still be read.
    Since(ChangeStream, u64),
}

impl Reader {
    pub(crate) fn new(chats: ChatsRequest, arguments: &ChatsArguments) -> Self {
        let request = request(chats, arguments);
        let most = match (arguments.max, reads_all(arguments)) {
            (Some(most), _) => Some(most),
            (None, true) => None,
            (None, false) => {
                Some(arguments.limit.or(LIMIT.default).unwrap_or(LIMIT.max).unsigned_abs())
            }
        };
        if let Some(time) = arguments.since {
            let changes = request.changes(&Checkpoint::since(time));
            return Self::Since(changes, most.unwrap_or(u64::MAX));
        }
        let stream = match arguments.resume.clone() {
            Some(cursor) => request.resume(cursor),
            None => request.stream(),
        };
        let stream = match (arguments.parallel, reads_all(arguments)) {
            (Some(pages), _) => stream.parallel(pages),
            (None, true) => stream.prefetch(1),
            (None, false) => stream,
        };
        Self::Walk(match most {
            Some(most) => stream.max_items(most),
            None => stream,
        })
    }

    pub(crate) async fn next(&mut self) -> Option<Result<Chat>> {
        StreamExt::next(self).await
    }

    /// Returns the arguments that continue from here, if that is possible.
    pub(crate) fn resumption(&self) -> Option<String> {
        match self {
            Self::Walk(chats) => Some(format!("--resume {}", chats.cursor())),
            Self::Since(..) => None,
        }
    }
}

impl Stream for Reader {
    type Item = Result<Chat>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match &mut *self {
            Self::Walk(chats) => chats.poll_next_unpin(cx),
            Self::Since(_, 0) => Poll::Ready(None),
            Self::Since(chats, left) => {
                let chat = chats.poll_next_unpin(cx);
                *left -= u64::from(matches!(chat, Poll::Ready(Some(_))));
                chat
            }
        }
    }
}

impl FusedStream for Reader {
    fn is_terminated(&self) -> bool {
        match self {
            Self::Walk(chats) => chats.is_terminated(),
            Self::Since(chats, left) => *left == 0 || chats.is_terminated(),
        }
    }
}

/// Whether to read more than one page.
pub(crate) fn reads_all(arguments: &ChatsArguments) -> bool {
    let ChatsArguments { all, max, since, resume, parallel, .. } = arguments;
    *all || max.is_some() || since.is_some() || resume.is_some() || parallel.is_some()
}

pub(crate) fn request(mut request: ChatsRequest, arguments: &ChatsArguments) -> ChatsRequest {
    if let Some(limit) = arguments.limit {
        // A page has few chats, and the argument's range excludes negative numbers.
        request = request.limit(limit.try_into().unwrap_or(u32::MAX));
    }
    if let Some(offset) = arguments.offset {
        request = request.offset(offset.unsigned_abs());
    }
    if let Some(order) = arguments.order {
        request = request.order(order);
    }
    select(request, &arguments.selection)
}
