//! Responses that the generated `then` doesn't offer: sequences, errors and raw bodies.

use std::sync::atomic::{AtomicUsize, Ordering};

use httpmock::HttpMockResponse;
use ofauth_api::types::{Chat, ChatPage, ErrorBody};
use serde_json::{Value, json};

use crate::error::Documented;
use crate::operations::{ListChatsThen, ListChatsWhen};

/// A response in a [sequence](ListChatsThen::sequence).
#[derive(Clone, Debug)]
pub struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Answer {
    /// Creates a response with any body, for example an error page of a gateway or an invalid page.
    pub fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let headers = vec![("content-type".to_owned(), content_type.to_owned())];
        Self { status, headers, body: body.into() }
    }

    fn json(status: u16, body: &Value) -> Self {
        Self::new(status, "application/json", body.to_string())
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl ToString) -> Self {
        self.headers.push((name.to_owned(), value.to_string()));
        self
    }

    /// Adds the header `Retry-After`, in seconds.
    #[must_use]
    pub fn retry_after(self, seconds: u64) -> Self {
        self.header("retry-after", seconds)
    }

    fn response(&self) -> HttpMockResponse {
        let mut response = HttpMockResponse::builder().status(self.status);
        for (name, value) in &self.headers {
            response = response.header(name.clone(), value.clone());
        }
        response.body(self.body.clone()).build()
    }
}

/// Converts a page, with status 200.
impl From<ChatPage> for Answer {
    fn from(page: ChatPage) -> Self {
        Self::json(200, &json!(page))
    }
}

/// Converts a documented error.
impl From<Documented> for Answer {
    fn from(Documented { status, body }: Documented) -> Self {
        Self::json(status, &json!(body))
    }
}

impl ListChatsWhen {
    /// Matches only requests of this connection.
    pub fn connection(self, id: &str) -> Self {
        Self::new(self.into_inner().header("x-connection-id", id))
    }
}

impl ListChatsThen {
    /// Responds with these chats as the last page.
    pub fn chats(self, chats: impl IntoIterator<Item = Chat>) -> Self {
        self.ok(&crate::sample::page_of(chats, None))
    }

    /// Responds with a documented error.
    pub fn error(self, error: &Documented) -> Self {
        let Documented { status, body } = error;
        Self::new(self.into_inner().status(*status).json_body_obj::<ErrorBody>(body))
    }

    /// Adds the header `Retry-After`, in seconds. In a [sequence](Self::sequence), use
    /// [`Answer::retry_after`] for each response instead.
    pub fn retry_after(self, seconds: u64) -> Self {
        Self::new(self.into_inner().header("retry-after", seconds.to_string()))
    }

    /// Responds to successive requests with successive responses, and repeats the last.
    ///
    /// # Panics
    ///
    /// Panics if there are no responses.
    pub fn sequence(self, answers: impl IntoIterator<Item = Answer>) -> Self {
        let answers: Vec<Answer> = answers.into_iter().collect();
        assert!(!answers.is_empty(), "a sequence needs at least one answer");
        let next = AtomicUsize::new(0);
        Self::new(self.into_inner().respond_with(move |_| {
            let place = next.fetch_add(1, Ordering::Relaxed);
            answers[place.min(answers.len() - 1)].response()
        }))
    }
}
