//! The stream of pages, in the server's order.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_util::stream::{StreamExt, unfold};

use crate::digest::digest;
use crate::record::key;
use crate::{ChatsRequest, Error, ErrorKind, Page, Result};

/// The stream gives up after this many pages in a row that are empty or equal to the page before.
/// Otherwise it would never end if the server ignores the offset.
const MAX_IDLE_PAGES: u32 = 3;

/// The pages of a creator's chats; created by [`ChatsRequest::pages`].
#[must_use = "a stream does nothing until it is polled"]
pub struct PageStream {
    pages: Pin<Box<dyn Stream<Item = Result<Page>> + Send>>,
}

impl PageStream {
    pub(crate) fn new(request: ChatsRequest) -> Self {
        let first = Step::Read(Position { offset: request.start(), before: Vec::new(), idle: 0 });
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
        Self { pages: Box::pin(pages) }
    }

    /// Returns the next page; `None` after the last.
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

/// The next step of the stream.
enum Step {
    Read(Position),
    Fail(Error),
    End,
}

/// A position in the list.
struct Position {
    offset: u64,
    /// The keys of the previous page's records.
    before: Vec<u64>,
    /// How many of the last pages in a row had nothing new.
    idle: u32,
}

impl Position {
    fn after(self, page: &Page) -> Step {
        let offset = self.offset;
        let fail = |reason: String| {
            let message =
                format!("the server says more chats follow, but {reason}: try again later");
            Step::Fail(Error::new(ErrorKind::Paging, message, ""))
        };
        if !page.has_more() {
            return Step::End;
        }
        let next = match page.given_offset() {
            Some(next) => match page.next_offset() {
                Some(next) if next > offset => next,
                _ => return fail(format!("its next offset {next} is not above {offset}")),
            },
            None => offset.saturating_add((page.len() + page.rejected().len()) as u64),
        };
        if next == offset {
            return fail(format!("the page at offset {offset} is empty"));
        }
        let records = page.iter().map(key);
        let rejected = page.rejected().iter().map(|one| digest([one.raw().as_bytes()]));
        let records: Vec<u64> = records.chain(rejected).collect();
        let idle = if records.is_empty() || records == self.before { self.idle + 1 } else { 0 };
        if idle == MAX_IDLE_PAGES {
            return fail(format!("the last {idle} pages, up to offset {offset}, had nothing new"));
        }
        Step::Read(Self { offset: next, before: records, idle })
    }
}
