//! Responses that the generated `then` doesn't offer: sequences, errors and raw bodies.

use std::sync::atomic::{AtomicUsize, Ordering};

use httpmock::{HttpMockResponse, Then};
use ofauth_api::types::Chat;
use regex::Regex;
use serde_json::{Value, json};

use crate::error::Documented;
use crate::operations::ListChatsThen;

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

    pub(crate) fn json(status: u16, body: &Value) -> Self {
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

/// Converts a documented error.
impl From<Documented> for Answer {
    fn from(Documented { status, body }: Documented) -> Self {
        Self::json(status, &json!(body))
    }
}

impl ListChatsThen {
    /// Responds with these chats as the last page.
    pub fn chats(self, chats: impl IntoIterator<Item = Chat>) -> Self {
        self.ok(&crate::sample::page_of(chats, None))
    }
}

/// Responds to successive requests with successive responses, and repeats the last.
pub(crate) fn sequence(then: Then, answers: impl IntoIterator<Item = Answer>) -> Then {
    let answers: Vec<Answer> = answers.into_iter().collect();
    assert!(!answers.is_empty(), "a sequence needs at least one answer");
    let next = AtomicUsize::new(0);
    then.respond_with(move |_| {
        let place = next.fetch_add(1, Ordering::Relaxed);
        answers[place.min(answers.len() - 1)].response()
    })
}

/// Returns a regular expression for a path in which `{}` of `pattern` is a parameter's value, as
/// the client encodes it.
#[allow(dead_code, reason = "the description may have no path with a parameter")]
#[allow(clippy::expect_used, reason = "the pattern is generated, and the value is escaped")]
pub(crate) fn path(pattern: &str, value: &str) -> Regex {
    let value = regex::escape(&ofauth_api::encode_segment(value));
    Regex::new(&pattern.replace("{}", &value)).expect("a valid regular expression")
}
