//! The request for a creator's chats.

use std::fmt;
use std::num::{NonZeroU32, NonZeroU64};
use std::time::Duration;

use ofauth_api::types::ChatPage;
use ofauth_contract::Finding;

use crate::call::Call;
use crate::cursor::RequestHash;
use crate::decode::RawPage;
use crate::drift::DriftWatch;
use crate::record::Record;
use crate::walk::{self, MAX_LIMIT, Walk};
use crate::{
    CallOptions, ChangeStream, Chat, ChatFilter, ChatOrder, ChatStream, Checkpoint, Connection,
    Cursor, Error, Page, PageStream, Result, WatchStream,
};

/// The maximum length of a search text, in characters (OFAuth documentation, chats list).
const MAX_QUERY: usize = 100;
/// The maximum offset and list id: the API's numbers are int64.
const MAX_INT64: u64 = i64::MAX as u64;

/// A request for a creator's chats; created by [`Connection::chats`].
///
/// Parameters that aren't set are left out of the request, so that the API's defaults apply. The
/// parameters are validated before anything is sent:
///
/// | parameter | rule | default |
/// | --- | --- | --- |
/// | [`limit`](Self::limit) | 1 to 20 | 10 for one page; 20 for the streams |
/// | [`offset`](Self::offset) | 0 to 2^63 - 1 | 0 |
/// | [`order`](Self::order) | recent or old | recent |
/// | [`filter`](Self::filter) | priority, who tipped, unread | all chats |
/// | [`query`](Self::query) | at most 100 characters | no search |
/// | [`user_list_id`](Self::user_list_id) | 1 to 2^63 - 1 | all chats |
///
/// (OFAuth documentation, chats list.)
#[derive(Clone)]
#[must_use = "a request does nothing until it is sent or streamed"]
pub struct ChatsRequest {
    connection: Connection,
    limit: Option<u32>,
    offset: Option<u64>,
    order: Option<ChatOrder>,
    filter: Option<ChatFilter>,
    query: Option<String>,
    user_list_id: Option<u64>,
    options: CallOptions,
    strict: bool,
}

impl RawPage for ChatPage {
    type Item = Chat;

    fn list(&mut self) -> &mut Vec<Chat> {
        &mut self.list
    }

    fn drift(watch: &DriftWatch, body: &[u8]) -> Vec<Finding> {
        watch.observe_page(body)
    }
}

impl ChatsRequest {
    pub(crate) fn new(connection: Connection) -> Self {
        Self {
            connection,
            limit: None,
            offset: None,
            order: None,
            filter: None,
            query: None,
            user_list_id: None,
            options: CallOptions::new(),
            strict: false,
        }
    }

    /// Sets the number of chats per page, 1 to 20.
    pub fn limit(mut self, limit: u32) -> Self {
        self.limit = Some(limit);
        self
    }

    /// Sets the number of chats to skip.
    pub fn offset(mut self, offset: u64) -> Self {
        self.offset = Some(offset);
        self
    }

    /// Sets the order by activity.
    pub fn order(mut self, order: ChatOrder) -> Self {
        self.order = Some(order);
        self
    }

    /// Restricts the list to one kind of chat.
    pub fn filter(mut self, filter: ChatFilter) -> Self {
        self.filter = Some(filter);
        self
    }

    /// Restricts the list to chats that match a search for this text, at most 100 characters.
    pub fn query(mut self, text: impl Into<String>) -> Self {
        self.query = Some(text.into());
        self
    }

    /// Restricts the list to chats with members of the user list with this id, greater than 0.
    pub fn user_list_id(mut self, id: u64) -> Self {
        self.user_list_id = Some(id);
        self
    }

    /// Overrides the client's options for the calls of this request. Options that aren't set are
    /// inherited.
    pub fn with(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    /// Fails the whole page if one of its records can't be decoded. By default the other chats are
    /// delivered, and [`Page::rejected`] reports the record.
    pub fn strict(mut self) -> Self {
        self.strict = true;
        self
    }

    /// Sends the request and returns one page.
    ///
    /// Waits for the connection's rate limit, and retries transient failures: see [`CallOptions`]
    /// and [`RetryPolicy`](crate::RetryPolicy). Dropping the future at any point leaves the client
    /// unaffected.
    ///
    /// # Errors
    ///
    /// Returns an error of kind [`InvalidRequest`](crate::ErrorKind::InvalidRequest), and sends
    /// nothing, if a parameter breaks its rule. Otherwise, an error can be of any kind except
    /// `Configuration`, `Paging`, `Incomplete` and `Rejected`.
    pub async fn send(self) -> Result<Page> {
        let checked = self.check()?;
        let client = self.connection.raw();
        let mut operation = client.list_chats();
        if let Some(limit) = checked.limit {
            operation = operation.limit(limit);
        }
        if let Some(offset) = checked.offset {
            operation = operation.offset(offset);
        }
        if let Some(order) = self.order {
            operation = operation.order(order);
        }
        if let Some(filter) = self.filter {
            operation = operation.filter(filter);
        }
        if let Some(query) = self.query {
            operation = operation.query(query);
        }
        if let Some(id) = checked.user_list_id {
            operation = operation.user_list_id(id);
        }
        let options = self.options.or(&self.connection.shared().options);
        let call = Call {
            connection: &self.connection,
            operation: "list_chats",
            bounds: options.resolve(Error::invalid_request)?,
            strict: self.strict,
        };
        Ok(Page::new(call.send(|| operation.clone().send()).await?))
    }

    /// Streams every chat from the offset on, exactly once, even if the list changes meanwhile.
    ///
    /// [`ChatStream`] documents the guarantee and the cost. Pages have 20 chats unless
    /// [`limit`](Self::limit) is set, and overlap by at least one chat.
    pub fn stream(self) -> ChatStream {
        let order = match self.order_or_default() {
            ChatOrder::Old => walk::Order::Old,
            _ => walk::Order::Recent,
        };
        let walk = Walk::new(order, self.start(), self.limit.unwrap_or(MAX_LIMIT));
        let checked = self.check();
        let stream = ChatStream::new(self, walk);
        match checked {
            Ok(_) => stream,
            Err(error) => stream.with_failure(error),
        }
    }

    /// Resumes a walk from a cursor, without losing or repeating chats. This works in another
    /// process too.
    ///
    /// The connection and the parameters must be those of the original walk. If they differ, the
    /// stream's only item is an error of kind
    /// [`InvalidRequest`](crate::ErrorKind::InvalidRequest).
    pub fn resume(self, cursor: Cursor) -> ChatStream {
        let stream = self.clone().stream();
        match cursor.open(&self) {
            Ok((walk, left)) => ChatStream::new(self, walk).left(left),
            Err(error) => stream.with_failure(error),
        }
    }

    /// Streams the chats with activity after a checkpoint, newest first. If nothing happened, this
    /// takes one request.
    ///
    /// ```no_run
    /// # async fn run(creator: ofauth::Connection) -> ofauth::Result<()> {
    /// let mut checkpoint = creator.chats().checkpoint().await?; // now
    /// // Later, or in another process: the checkpoint can be stored with serde.
    /// let mut changes = creator.chats().changes(&checkpoint);
    /// while let Some(chat) = changes.next().await {
    ///     println!("{}", chat?.with_user.id);
    /// }
    /// if let Some(next) = changes.checkpoint() {
    ///     checkpoint = next;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// After [`Checkpoint::default`], every chat counts as a change. If the checkpoint belongs to
    /// another connection or to other parameters, or if the request has an offset above 0 or
    /// [`order`](Self::order) `old`, the stream's only item is an error of kind
    /// [`InvalidRequest`](crate::ErrorKind::InvalidRequest).
    pub fn changes(self, since: &Checkpoint) -> ChangeStream {
        let scope = RequestHash::of(&self);
        let walk = self.check_changes().and_then(|()| since.open(&self));
        let chats = match walk {
            Ok(walk) => ChatStream::new(self, walk),
            Err(error) => self.stream().with_failure(error),
        };
        ChangeStream::new(chats, scope)
    }

    /// Reads one page and returns a checkpoint of the current state, to pass to
    /// [`changes`](Self::changes) later.
    ///
    /// # Errors
    ///
    /// Returns the same errors as [`send`](Self::send), and an error of kind
    /// [`InvalidRequest`](crate::ErrorKind::InvalidRequest) if the request has an offset above 0 or
    /// order `old`.
    pub async fn checkpoint(mut self) -> Result<Checkpoint> {
        self.check_changes()?;
        let scope = RequestHash::of(&self);
        self.limit = Some(MAX_LIMIT);
        let records = self.send().await?.into_records().into_iter().enumerate();
        let items: Vec<_> =
            records.map(|(place, record)| Record::new(record, place).item).collect();
        Ok(Checkpoint::new(walk::Front::of(&items), scope))
    }

    /// Streams the chats with activity after a checkpoint, as it happens: polls
    /// [`changes`](Self::changes) about every `interval`.
    pub fn watch(self, since: Checkpoint, interval: Duration) -> WatchStream {
        WatchStream::new(self, since, interval)
    }

    /// Streams every page from the offset on, in the server's order, following `nextOffset` as
    /// given.
    ///
    /// The stream ends after the last page or the first error. Pages have 20 chats unless
    /// [`limit`](Self::limit) is set.
    pub fn pages(mut self) -> PageStream {
        self.limit.get_or_insert(MAX_LIMIT);
        PageStream::new(self)
    }

    pub(crate) fn start(&self) -> u64 {
        self.offset.unwrap_or(0)
    }

    pub(crate) fn order_or_default(&self) -> ChatOrder {
        self.order.unwrap_or_default()
    }

    /// The parameters that determine which chats are in the list.
    pub(crate) fn selection(&self) -> (Option<ChatFilter>, Option<&str>, Option<u64>) {
        (self.filter, self.query.as_deref(), self.user_list_id)
    }

    pub(crate) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Checks a request for changes, which are read from the front of the list.
    fn check_changes(&self) -> Result<()> {
        self.check()?;
        if self.order_or_default() == ChatOrder::Old {
            let what = "order must be recent to read changes, but is old".to_owned();
            return Err(Error::invalid_request(what));
        }
        match self.start() {
            0 => Ok(()),
            offset => Err(Error::invalid_request(format!(
                "offset must be 0 to read changes, but is {offset}"
            ))),
        }
    }

    fn check(&self) -> Result<Checked> {
        let invalid = Error::invalid_request;
        let limit = self.limit.map(|limit| {
            NonZeroU32::new(limit)
                .filter(|limit| limit.get() <= MAX_LIMIT)
                .ok_or_else(|| invalid(format!("limit must be 1 to {MAX_LIMIT}, but is {limit}")))
        });
        let offset = self.offset.map(|offset| {
            i64::try_from(offset)
                .map_err(|_| invalid(format!("offset must be 0 to {MAX_INT64}, but is {offset}")))
        });
        let user_list_id = self.user_list_id.map(|id| {
            NonZeroU64::new(id)
                .filter(|id| id.get() <= MAX_INT64)
                .ok_or_else(|| invalid(format!("userListId must be 1 to {MAX_INT64}, but is {id}")))
        });
        let characters = self.query.as_ref().map_or(0, |query| query.chars().count());
        if characters > MAX_QUERY {
            return Err(invalid(format!(
                "query must be at most {MAX_QUERY} characters, but has {characters}"
            )));
        }
        Ok(Checked {
            limit: limit.transpose()?,
            offset: offset.transpose()?,
            user_list_id: user_list_id.transpose()?,
        })
    }
}

/// The parameters converted to the types of the generated builder.
struct Checked {
    limit: Option<NonZeroU32>,
    offset: Option<i64>,
    user_list_id: Option<NonZeroU64>,
}

/// Shows the parameters, but only the length of the search text.
impl fmt::Debug for ChatsRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let query = self.query.as_ref().map(|query| query.chars().count());
        f.debug_struct("ChatsRequest")
            .field("limit", &self.limit)
            .field("offset", &self.offset)
            .field("order", &self.order)
            .field("filter", &self.filter)
            .field("query", &query.map(|count| format!("[{count} characters]")))
            .field("user_list_id", &self.user_list_id)
            .finish_non_exhaustive()
    }
}
