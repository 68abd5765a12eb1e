// Generated from `openapi/ofauth.yaml`; do not edit.
// After a change of the spec, run `cargo xtask regen`.

pub mod operations {
    //! [`When`](::httpmock::When) and [`Then`](::httpmock::Then)
    //! wrappers for each operation. Each can be converted to
    //! its inner type with a call to `into_inner()`. This can
    //! be used to explicitly deviate from permitted values.
    use ofauth_api::*;
    pub struct ListChatsWhen(::httpmock::When);
    impl ListChatsWhen {
        pub fn new(inner: ::httpmock::When) -> Self {
            let path = regex::Regex::new("^/v2/access/chats$").unwrap();
            Self(inner.method(::httpmock::Method::GET).path_matches(path))
        }
        pub fn into_inner(self) -> ::httpmock::When {
            self.0
        }
        pub fn filter<T>(self, value: T) -> Self
        where
            T: Into<Option<types::ChatFilter>>,
        {
            if let Some(value) = value.into() {
                Self(self.0.query_param("filter", value.to_string()))
            } else {
                Self(self.0.query_param_missing("filter"))
            }
        }
        pub fn limit<T>(self, value: T) -> Self
        where
            T: Into<Option<::std::num::NonZeroU32>>,
        {
            if let Some(value) = value.into() {
                Self(self.0.query_param("limit", value.to_string()))
            } else {
                Self(self.0.query_param_missing("limit"))
            }
        }
        pub fn offset<T>(self, value: T) -> Self
        where
            T: Into<Option<i64>>,
        {
            if let Some(value) = value.into() {
                Self(self.0.query_param("offset", value.to_string()))
            } else {
                Self(self.0.query_param_missing("offset"))
            }
        }
        pub fn order<T>(self, value: T) -> Self
        where
            T: Into<Option<types::ChatOrder>>,
        {
            if let Some(value) = value.into() {
                Self(self.0.query_param("order", value.to_string()))
            } else {
                Self(self.0.query_param_missing("order"))
            }
        }
        pub fn query<'a, T>(self, value: T) -> Self
        where
            T: Into<Option<&'a types::ListChatsQuery>>,
        {
            if let Some(value) = value.into() {
                Self(self.0.query_param("query", value.to_string()))
            } else {
                Self(self.0.query_param_missing("query"))
            }
        }
        pub fn user_list_id<T>(self, value: T) -> Self
        where
            T: Into<Option<::std::num::NonZeroU64>>,
        {
            if let Some(value) = value.into() {
                Self(self.0.query_param("userListId", value.to_string()))
            } else {
                Self(self.0.query_param_missing("userListId"))
            }
        }
        /// Matches only requests of this connection.
        pub fn connection(self, id: &str) -> Self {
            Self(self.0.header("x-connection-id", id))
        }
    }
    pub struct ListChatsThen(::httpmock::Then);
    impl ListChatsThen {
        pub fn new(inner: ::httpmock::Then) -> Self {
            Self(inner)
        }
        pub fn into_inner(self) -> ::httpmock::Then {
            self.0
        }
        pub fn ok(self, value: &types::ChatPage) -> Self {
            Self(
                self
                    .0
                    .status(200u16)
                    .header("content-type", "application/json")
                    .json_body_obj(value),
            )
        }
        pub fn bad_request(self, value: &types::ErrorBody) -> Self {
            Self(
                self
                    .0
                    .status(400u16)
                    .header("content-type", "application/json")
                    .json_body_obj(value),
            )
        }
        pub fn unauthorized(self, value: &types::ErrorBody) -> Self {
            Self(
                self
                    .0
                    .status(401u16)
                    .header("content-type", "application/json")
                    .json_body_obj(value),
            )
        }
        pub fn forbidden(self, value: &types::ErrorBody) -> Self {
            Self(
                self
                    .0
                    .status(403u16)
                    .header("content-type", "application/json")
                    .json_body_obj(value),
            )
        }
        pub fn not_found(self, value: &types::ErrorBody) -> Self {
            Self(
                self
                    .0
                    .status(404u16)
                    .header("content-type", "application/json")
                    .json_body_obj(value),
            )
        }
        pub fn too_many_requests(self, value: &types::ErrorBody) -> Self {
            Self(
                self
                    .0
                    .status(429u16)
                    .header("content-type", "application/json")
                    .json_body_obj(value),
            )
        }
        pub fn internal_server_error(self, value: &types::ErrorBody) -> Self {
            Self(
                self
                    .0
                    .status(500u16)
                    .header("content-type", "application/json")
                    .json_body_obj(value),
            )
        }
        pub fn bad_gateway(self, value: &types::ErrorBody) -> Self {
            Self(
                self
                    .0
                    .status(502u16)
                    .header("content-type", "application/json")
                    .json_body_obj(value),
            )
        }
        pub fn service_unavailable(self, value: &types::ErrorBody) -> Self {
            Self(
                self
                    .0
                    .status(503u16)
                    .header("content-type", "application/json")
                    .json_body_obj(value),
            )
        }
        pub fn gateway_timeout(self, value: &types::ErrorBody) -> Self {
            Self(
                self
                    .0
                    .status(504u16)
                    .header("content-type", "application/json")
                    .json_body_obj(value),
            )
        }
        /// Responds with a documented error.
        pub fn error(self, error: &crate::error::Documented) -> Self {
            Self(self.0.status(error.status).json_body_obj(&error.body))
        }
        /// Adds the header `Retry-After`, in seconds. In a [sequence](Self::sequence), use
        /// [`Answer::retry_after`](crate::Answer::retry_after) for each response instead.
        pub fn retry_after(self, seconds: u64) -> Self {
            Self(self.0.header("retry-after", seconds.to_string()))
        }
        /// Responds to successive requests with successive responses, and repeats the last.
        ///
        /// # Panics
        ///
        /// Panics if there are no responses.
        pub fn sequence(self, answers: impl IntoIterator<Item = crate::Answer>) -> Self {
            Self(crate::answer::sequence(self.0, answers))
        }
    }
}
/// An extension trait for [`MockServer`](::httpmock::MockServer) that
/// adds a method for each operation. These are the equivalent of
/// type-checked [`mock()`](::httpmock::MockServer::mock) calls.
pub trait MockServerExt {
    fn list_chats<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(operations::ListChatsWhen, operations::ListChatsThen);
}
impl MockServerExt for ::httpmock::MockServer {
    fn list_chats<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(operations::ListChatsWhen, operations::ListChatsThen),
    {
        self.mock(|when, then| {
            config_fn(
                operations::ListChatsWhen::new(when),
                operations::ListChatsThen::new(then),
            )
        })
    }
}
/// Converts a body, with status 200.
impl From<ofauth_api::types::ChatPage> for crate::Answer {
    fn from(body: ofauth_api::types::ChatPage) -> Self {
        Self::json(200, &::serde_json::json!(body))
    }
}
