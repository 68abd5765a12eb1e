//! What a call knows about its operation: its name, method and path, the rules for its parameters,
//! and how to read its answer. [`crate::parameters`] implements these traits, from the API's
//! description.

use std::fmt;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use ofauth_api::{Error as RawError, Operation as Facts};
use serde::de::DeserializeOwned;

use crate::decode::{self, Decoded, Unreadable};
use crate::raw_page::{Next, RawPage};
use crate::{Meta, Page};

/// The response to an operation, or the generated client's error.
pub(crate) type Sent = Result<reqwest::Response, RawError>;

/// The parameters of an operation.
pub trait Operation: Clone + fmt::Debug + Send + Sync + 'static {
    /// The answer to the operation.
    type Answer: Answer;

    /// What the API's description says about the operation.
    const FACTS: &'static Facts;

    /// Checks the parameters. The error says what the first invalid parameter must be.
    fn check(&self) -> Result<(), String>;

    /// Sends the operation once.
    fn send(self, client: ofauth_api::Client) -> BoxFuture<'static, Sent>;
}

/// An answer to an operation, which can be decoded from a response's body.
pub trait Answer: Sized + Send {
    /// What the caller gets.
    type Output: Send;

    /// The answer's name in error messages.
    const NOUN: &'static str;

    /// Decodes a body.
    fn decode(body: &Bytes) -> Result<Decoded<Self>, Unreadable>;

    /// Converts the answer to what the caller gets.
    fn output(reply: Reply<Self>) -> Self::Output;
}

/// Where a call puts its answer. Calls of all operations share their code, so they don't know the
/// answer's type.
pub(crate) trait Slot: Send {
    /// The answer's name in error messages.
    fn noun(&self) -> &'static str;

    /// Decodes a body, and keeps the answer.
    fn decode(&mut self, body: &Bytes) -> Result<Decoded<()>, Unreadable>;
}

impl<A: Answer> Slot for Option<A> {
    fn noun(&self) -> &'static str {
        A::NOUN
    }

    fn decode(&mut self, body: &Bytes) -> Result<Decoded<()>, Unreadable> {
        Ok(A::decode(body)?.map(|answer| *self = Some(answer)))
    }
}

/// The result of a successful call.
pub struct Reply<A> {
    pub(crate) decoded: Decoded<A>,
    pub(crate) body: Bytes,
    pub(crate) meta: Meta,
}

/// An answer that is one value.
#[allow(unreachable_pub, reason = "as visible as the trait whose associated type it is")]
pub struct Single<T>(T);

impl<T: DeserializeOwned + Send> Answer for Single<T> {
    type Output = T;

    const NOUN: &'static str = "JSON";

    fn decode(body: &Bytes) -> Result<Decoded<Self>, Unreadable> {
        Ok(decode::whole(body)?.map(Self))
    }

    fn output(reply: Reply<Self>) -> T {
        reply.decoded.answer.0
    }
}

/// An answer that is a page of a list.
pub struct List<P>(P);

impl<P: RawPage> Answer for List<P> {
    type Output = Page<P::Record>;

    const NOUN: &'static str = "a page";

    fn decode(body: &Bytes) -> Result<Decoded<Self>, Unreadable> {
        Ok(P::decode(body)?.map(Self))
    }

    fn output(reply: Reply<Self>) -> Page<P::Record> {
        let Reply { decoded, body, meta } = reply;
        Page::new(decoded.map(|List(page)| page), body, meta)
    }
}

/// An operation that answers with a page of a list.
pub trait ListOperation: Operation<Answer = List<Self::Page>> {
    /// The page, as the API sends it.
    type Page: RawPage;

    /// Returns where the page begins, if the operation has a parameter for that and it is set.
    fn position(&self) -> Option<Next>;

    /// Makes the page begin at another place.
    fn follow(&mut self, next: &Next);

    /// Asks for the largest page, unless a size was set.
    fn fill_pages(&mut self);
}

/// Shows only the length of a text, in `Debug`.
pub(crate) struct Hidden<'a>(pub(crate) &'a str);

impl fmt::Debug for Hidden<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{} characters]", self.0.chars().count())
    }
}
