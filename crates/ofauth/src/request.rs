//! The request for any operation.

use std::fmt;

use crate::call::Call;
use crate::operation::{Answer, ListOperation, Operation};
use crate::raw_page::RawPage;
use crate::{CallOptions, Connection, Error, PageStream, Result};

/// A request for an operation of the API, with the operation's parameters as `O`.
///
/// Parameters that aren't set are left out of the request, so that the API's defaults apply. They
/// are validated by the rules of the API's description before anything is sent.
#[derive(Clone)]
#[must_use = "a request does nothing until it is sent or streamed"]
pub struct Request<O> {
    pub(crate) connection: Connection,
    pub(crate) operation: O,
    options: CallOptions,
    strict: bool,
}

impl<O: Operation> Request<O> {
    pub(crate) fn new(connection: Connection, operation: O) -> Self {
        Self { connection, operation, options: CallOptions::new(), strict: false }
    }

    /// Overrides the client's options for the calls of this request. Options that aren't set are
    /// inherited.
    pub fn with(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    /// Sends the request, and returns the API's answer: for a list, one [`Page`](crate::Page).
    ///
    /// Waits for the connection's rate limit, and retries transient failures: see [`CallOptions`]
    /// and [`RetryPolicy`](crate::RetryPolicy). Dropping the future at any point leaves the client
    /// unaffected.
    ///
    /// ```no_run
    /// # async fn run(creator: ofauth::Connection) -> ofauth::Result<()> {
    /// use ofauth::ErrorKind;
    ///
    /// match creator.chats().limit(20).send().await {
    ///     Ok(page) => println!("{} chats, more: {}", page.len(), page.has_more()),
    ///     Err(error) if error.kind() == ErrorKind::Session => println!("link the account again"),
    ///     Err(error) => return Err(error),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an error of kind [`InvalidRequest`](crate::ErrorKind::InvalidRequest), and sends
    /// nothing, if a parameter breaks its rule. Returns an error of kind
    /// [`Configuration`](crate::ErrorKind::Configuration) outside of a Tokio runtime. Otherwise,
    /// an error can be of any kind except `Paging`, `Incomplete` and `Rejected`.
    pub async fn send(self) -> Result<<O::Answer as Answer>::Output> {
        self.check()?;
        let options = self.options.or(&self.connection.shared().options);
        let call = Call {
            connection: &self.connection,
            operation: O::FACTS,
            bounds: options.resolve(Error::invalid_request)?,
            strict: self.strict,
        };
        let send = |client| self.operation.clone().send(client);
        Ok(O::Answer::output(call.send(&send).await?))
    }

    /// Checks the parameters by their rules.
    pub(crate) fn check(&self) -> Result<()> {
        self.operation.check().map_err(Error::invalid_request)
    }
}

impl<O: ListOperation> Request<O> {
    /// Fails the whole page if one of its records can't be decoded. By default the other records
    /// are delivered, and [`Page::rejected`](crate::Page::rejected) reports the record.
    pub fn strict(mut self) -> Self {
        self.strict = true;
        self
    }

    /// Streams every page in the server's order, starting at the request's position. Each page
    /// gives the position of the next.
    ///
    /// The stream ends after the last page or the first error. Pages are as large as the API allows
    /// unless `limit` is set.
    ///
    /// ```no_run
    /// # async fn run(creator: ofauth::Connection) -> ofauth::Result<()> {
    /// let mut pages = creator.chats().pages();
    /// while let Some(page) = pages.next().await {
    ///     let page = page?;
    ///     println!("{} chats, {} rejected", page.len(), page.rejected().len());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn pages(mut self) -> PageStream<<O::Page as RawPage>::Record> {
        self.operation.fill_pages();
        PageStream::new(self)
    }
}

/// Shows the parameters, but only the length of texts.
impl<O: fmt::Debug> fmt::Debug for Request<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request").field("operation", &self.operation).finish_non_exhaustive()
    }
}
