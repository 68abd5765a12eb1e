//! The stream of pages, in the server's order.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::stream::{FusedStream, Stream};
use futures_util::stream::{StreamExt, unfold};

use crate::digest::digest;
use crate::operation::ListOperation;
use crate::raw_page::{Next, RawPage, Record};
use crate::{Chat, Error, ErrorKind, Page, Request, Result};

/// The stream gives up after this many pages in a row that are empty or equal to the page before.
/// Otherwise it would never end if the server ignores the position.
const MAX_IDLE_PAGES: u32 = 3;

/// The pages of a list; created by [`Request::pages`].
#[must_use = "a stream does nothing until it is polled"]
pub struct PageStream<T = Chat> {
    pages: Pin<Box<dyn Stream<Item = Result<Page<T>>> + Send>>,
    ended: bool,
}

impl<T: Record> PageStream<T> {
    pub(crate) fn new<O>(request: Request<O>) -> Self
    where
        O: ListOperation<Page: RawPage<Record = T>>,
    {
        let start = request.operation.position();
        let first = Step::Read(Position { next: start, before: Vec::new(), idle: 0 });
        let pages = unfold(first, move |step| {
            let mut request = request.clone();
            async move {
                match step {
                    Step::Read(position) => {
                        if let Some(next) = &position.next {
                            request.operation.follow(next);
                        }
                        match request.send().await {
                            Ok(page) => {
                                let next = position.after(&page);
                                Some((Ok(page), next))
                            }
                            Err(error) => Some((Err(error), Step::End)),
                        }
                    }
                    Step::Fail(error) => Some((Err(error), Step::End)),
                    Step::End => None,
                }
            }
        });
        Self { pages: Box::pin(pages), ended: false }
    }

    /// Returns the next page; `None` after the last.
    pub async fn next(&mut self) -> Option<Result<Page<T>>> {
        StreamExt::next(self).await
    }
}

impl<T> Stream for PageStream<T> {
    type Item = Result<Page<T>>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.ended {
            return Poll::Ready(None);
        }
        let page = ready!(self.pages.as_mut().poll_next(cx));
        self.ended = !matches!(&page, Some(Ok(_)));
        Poll::Ready(page)
    }
}

impl<T> FusedStream for PageStream<T> {
    fn is_terminated(&self) -> bool {
        self.ended
    }
}

impl<T> fmt::Debug for PageStream<T> {
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
    /// Where the page begins; `None` at the start of a list without offsets.
    next: Option<Next>,
    /// The keys of the previous page's records.
    before: Vec<u64>,
    /// How many of the last pages in a row had nothing new.
    idle: u32,
}

impl Position {
    fn after<T: Record>(self, page: &Page<T>) -> Step {
        let fail = |reason: String| {
            let message =
                format!("the server says more records follow, but {reason}: try again later");
            Step::Fail(Error::new(ErrorKind::Paging, message, ""))
        };
        if !page.has_more() {
            return Step::End;
        }
        let place = match &self.next {
            Some(Next::Offset(offset)) => format!("offset {offset}"),
            _ => "this position".to_owned(),
        };
        let next = match (&self.next, page.next_page()) {
            (Some(Next::Offset(offset)), Some(Next::Offset(next))) if next <= offset => {
                return fail(format!("its next offset {next} is not above {offset}"));
            }
            (Some(Next::Offset(offset)), None) => {
                let records = page.len() + page.rejected().len();
                if records == 0 {
                    return fail(format!("the page at {place} is empty"));
                }
                Next::Offset(offset.saturating_add(records.try_into().unwrap_or(i64::MAX)))
            }
            (now, Some(next)) if now.as_ref() == Some(next) => {
                return fail("its next page is the same page".to_owned());
            }
            (_, Some(next)) => next.clone(),
            (_, None) => return fail("it doesn't say where".to_owned()),
        };
        let records = page.iter().map(Record::key);
        let rejected = page.rejected().iter().map(|one| digest([one.raw().as_bytes()]));
        let records: Vec<u64> = records.chain(rejected).collect();
        let idle = if records.is_empty() || records == self.before { self.idle + 1 } else { 0 };
        if idle == MAX_IDLE_PAGES {
            return fail(format!("the last {idle} pages, up to {place}, had nothing new"));
        }
        Step::Read(Self { next: Some(next), before: records, idle })
    }
}
