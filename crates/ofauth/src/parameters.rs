// Generated from `openapi/ofauth.yaml`; do not edit.
// After a change of the spec, run `cargo xtask regen`.

use std::fmt;
use futures_util::future::BoxFuture;
use ofauth_api::{Operation as Facts, operations, types};
#[allow(unused_imports, reason = "not every spec needs all")]
use crate::operation::{Hidden, List, ListOperation, Operation, Sent, Single};
#[allow(unused_imports, reason = "not every spec needs all")]
use crate::raw_page::{Next, RawPage};
use crate::request::Request;
///The parameters of `GET /v2/access/chats`: List a creator's chats.
#[derive(Clone)]
pub struct ListChats {
    pub(crate) filter: Option<types::ChatFilter>,
    pub(crate) limit: Option<u32>,
    pub(crate) offset: Option<u64>,
    pub(crate) order: Option<types::ChatOrder>,
    pub(crate) query: Option<String>,
    pub(crate) user_list_id: Option<u64>,
}
impl ListChats {
    #[allow(dead_code, reason = "the operation may not be wrapped yet")]
    pub(crate) fn new() -> Self {
        Self {
            filter: None,
            limit: None,
            offset: None,
            order: None,
            query: None,
            user_list_id: None,
        }
    }
}
/// Shows the parameters, but only the length of texts.
impl fmt::Debug for ListChats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ListChats")
            .field("filter", &self.filter)
            .field("limit", &self.limit)
            .field("offset", &self.offset)
            .field("order", &self.order)
            .field("query", &self.query.as_deref().map(Hidden))
            .field("user_list_id", &self.user_list_id)
            .finish()
    }
}
impl Operation for ListChats {
    type Answer = List<types::ChatPage>;
    const FACTS: &'static Facts = &operations::list_chats::OPERATION;
    fn check(&self) -> Result<(), String> {
        if let Some(limit) = &self.limit {
            operations::list_chats::LIMIT.check(*limit)?;
        }
        if let Some(offset) = &self.offset {
            operations::list_chats::OFFSET.check(*offset)?;
        }
        if let Some(query) = &self.query {
            operations::list_chats::QUERY.check(query)?;
        }
        if let Some(user_list_id) = &self.user_list_id {
            operations::list_chats::USER_LIST_ID.check(*user_list_id)?;
        }
        Ok(())
    }
    fn send(self, client: ofauth_api::Client) -> BoxFuture<'static, Sent> {
        Box::pin(async move {
            let mut operation = client.list_chats();
            if let Some(value) = self.filter {
                operation = operation.filter(value);
            }
            if let Some(value) = self.limit {
                operation = operation.limit(value);
            }
            if let Some(value) = self.offset {
                operation = operation.offset(value);
            }
            if let Some(value) = self.order {
                operation = operation.order(value);
            }
            if let Some(value) = self.query {
                operation = operation.query(value);
            }
            if let Some(value) = self.user_list_id {
                operation = operation.user_list_id(value);
            }
            Ok(operation.send().await?.into_inner().into_response())
        })
    }
}
impl Request<ListChats> {
    ///Returns only chats of one kind; by default, all chats ("chats list").
    pub fn filter(mut self, filter: types::ChatFilter) -> Self {
        self.operation.filter = Some(filter);
        self
    }
    ///The number of chats to return, 1 to 20 ("chats list").
    pub fn limit(mut self, limit: u32) -> Self {
        self.operation.limit = Some(limit);
        self
    }
    ///The number of chats to skip, from 0; null means 0 ("chats list").
    pub fn offset(mut self, offset: u64) -> Self {
        self.operation.offset = Some(offset);
        self
    }
    ///The sort order by activity ("chats list").
    pub fn order(mut self, order: types::ChatOrder) -> Self {
        self.operation.order = Some(order);
        self
    }
    ///Text to search for, at most 100 characters ("chats list").
    pub fn query(mut self, query: impl Into<String>) -> Self {
        self.operation.query = Some(query.into());
        self
    }
    ///The id of a user list, greater than 0; returns only chats with its members ("chats list").
    pub fn user_list_id(mut self, user_list_id: u64) -> Self {
        self.operation.user_list_id = Some(user_list_id);
        self
    }
}
impl ListOperation for ListChats {
    type Page = types::ChatPage;
    fn position(&self) -> Option<Next> {
        Some(Next::Offset(self.offset.unwrap_or(0).try_into().unwrap_or(i64::MAX)))
    }
    fn follow(&mut self, next: &Next) {
        if let Next::Offset(offset) = *next {
            self.offset = offset.try_into().ok();
        }
    }
    fn fill_pages(&mut self) {
        if self.limit.is_none() {
            self.limit = operations::list_chats::LIMIT.max.try_into().ok();
        }
    }
}
impl RawPage for types::ChatPage {
    type Record = types::Chat;
    const NEXT: &'static str = "nextOffset";
    fn decode(
        body: &bytes::Bytes,
    ) -> Result<crate::decode::Decoded<Self>, crate::decode::Unreadable> {
        crate::decode::page(body)
    }
    fn list(&mut self) -> &mut Vec<Self::Record> {
        &mut self.list
    }
    fn has_more(&self) -> bool {
        self.has_more
    }
    fn next(&self) -> Option<Next> {
        self.next_offset.as_ref().map(|next| Next::from(next))
    }
}
