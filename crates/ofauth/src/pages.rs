//! Pages, one after another, as the server orders them.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_util::stream::{StreamExt, unfold};

use crate::digest::digest;
use crate::record::key;
use crate::{ChatsRequest, Error, ErrorKind, Page, Result};

/// How many pages in a row may be empty, or the same as the one before, until a walk
/// gives up: of a server that ignores the offset, it would not end.
const MAX_IDLE_PAGES: u32 = 3;

/// The pages of a creator's chats; made by [`ChatsRequest::pages`].
#[must_use = "a stream does nothing until it is polled"]
pub struct PageStream {
    pages: Pin<Box<dyn Stream<Item = Result<Page>> + Send>>,
}

impl PageStream {
    pub(crate) fn new(request: ChatsRequest) -> Self {
        let first = Step::Read(Position {
            offset: request.start(),
            before: Vec::new(),
            idle: 0,
        });
        let pages = unfold(first, move |step| {
            let request = request.clone();
            async move {
                match step {
                    Step::Read(place) => match request.offset(place.offset).send().await {
                        Ok(page) => {
                            let next = place.after(&page);
                            Some((Ok(page), next))
                        }
                        Err(error) => Some((Err(error), Step::End)),
                    },
                    Step::Fail(error) => Some((Err(error), Step::End)),
                    Step::End => None,
                }
            }
        });
        Self {
            pages: Box::pin(pages),
        }
    }

    /// The next page; `None` after the last.
    pub async fn next(&mut self) -> Option<Result<Page>> {
        self.pages.next().await
    }
}

impl Stream for PageStream {
    type Item = Result<Page>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.pages.as_mut().poll_next(cx)
    }
}

impl fmt::Debug for PageStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PageStream").finish_non_exhaustive()
    }
}

/// What a walk does next.
enum Step {
    Read(Position),
    Fail(Error),
    End,
}

/// Where a walk is.
struct Position {
    offset: u64,
    /// What tells the records of the page before apart, and how many pages directly before brought nothing new.
    before: Vec<u64>,
    idle: u32,
}

impl Position {
    fn after(self, page: &Page) -> Step {
        let offset = self.offset;
        let fail = |reason: String| {
            let message = format!("the server promises more chats, but {reason}: try again later");
            Step::Fail(Error::new(ErrorKind::Paging, message, ""))
        };
        if !page.has_more() {
            return Step::End;
        }
        let next = match page.given_offset() {
            Some(next) => match page.next_offset() {
                Some(next) if next > offset => next,
                _ => return fail(format!("its next offset {next} is not past {offset}")),
            },
            None => offset.saturating_add((page.len() + page.rejected().len()) as u64),
        };
        if next == offset {
            return fail(format!("the page at offset {offset} is empty"));
        }
        let records = page.iter().map(key);
        let rejected = page
            .rejected()
            .iter()
            .map(|one| digest([one.raw().as_bytes()]));
        let records: Vec<u64> = records.chain(rejected).collect();
        let idle = if records.is_empty() || records == self.before {
            self.idle + 1
        } else {
            0
        };
        if idle == MAX_IDLE_PAGES {
            return fail(format!(
                "{idle} pages up to offset {offset} bring nothing new"
            ));
        }
        Step::Read(Self {
            offset: next,
            before: records,
            idle,
        })
    }
}
