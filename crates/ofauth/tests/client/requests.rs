//! Requests as they are sent, and parameters and settings that are rejected before sending.

use httpmock::prelude::*;
use ofauth::{ChatFilter, ChatOrder, Client, Connection, ErrorKind};

const PAGE: &str = r#"{"list":[],"hasMore":false}"#;

fn creator(server: &MockServer) -> Connection {
    let client = Client::builder().api_key("sk_live_secret").base_url(server.base_url());
    client.build().unwrap().connection("conn_secret").unwrap()
}

#[tokio::test]
async fn credentials_and_parameters_are_sent_as_the_documentation_says() {
    let server = MockServer::start_async().await;
    let mock = server
        .mock_async(|when, then| {
            when.method(GET)
                .path("/v2/access/chats")
                .header("apiKey", "sk_live_secret")
                .header("x-connection-id", "conn_secret")
                .header("accept", "application/json")
                .header_matches("user-agent", "^ofauth-rust/[0-9.]+$")
                .header_missing("api-version")
                .query_param("limit", "20")
                .query_param("offset", "40")
                .query_param("order", "old")
                .query_param("filter", "who_tipped")
                .query_param("query", "a b&c")
                .query_param("userListId", "7");
            then.status(200).body(PAGE);
        })
        .await;
    let request = creator(&server).chats().limit(20).offset(40).order(ChatOrder::Old);
    let request = request.filter(ChatFilter::WhoTipped).query("a b&c").user_list_id(7);
    request.send().await.unwrap();
    mock.assert_async().await;
}

#[tokio::test]
async fn parameters_that_are_not_set_are_not_sent() {
    let server = MockServer::start_async().await;
    let mock = server
        .mock_async(|when, then| {
            when.is_true(|request| request.uri().query().is_none_or(str::is_empty));
            then.status(200).body(PAGE);
        })
        .await;
    creator(&server).chats().send().await.unwrap();
    mock.assert_async().await;
}

#[tokio::test]
async fn invalid_parameters_are_rejected_before_anything_is_sent() {
    let server = MockServer::start_async().await;
    let mock = server
        .mock_async(|_, then| {
            then.status(200).body(PAGE);
        })
        .await;
    let chats = || creator(&server).chats();
    let too_many = u64::MAX.to_string();
    for (request, words) in [
        (chats().limit(0), vec!["limit must be 1 to 20", "is 0"]),
        (chats().limit(21), vec!["limit must be 1 to 20", "is 21"]),
        (chats().limit(u32::MAX), vec!["limit must be 1 to 20", "4294967295"]),
        (chats().offset(u64::MAX), vec!["offset must be 0 to", &too_many]),
        (chats().query("ж".repeat(101)), vec!["query must be at most 100 characters", "has 101"]),
        (chats().user_list_id(0), vec!["userListId must be 1 to", "is 0"]),
        (chats().user_list_id(u64::MAX), vec!["userListId must be 1 to", &too_many]),
    ] {
        let mut stream = request.clone().stream();
        for error in [request.send().await.unwrap_err(), stream.next().await.unwrap().unwrap_err()]
        {
            assert_eq!(error.kind(), ErrorKind::InvalidRequest);
            for word in &words {
                assert!(error.to_string().contains(word), "{error}");
            }
        }
        assert!(stream.next().await.is_none());
    }
    mock.assert_calls_async(0).await;
}

#[test]
fn invalid_settings_are_rejected_by_name() {
    let error = Client::builder().build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(error.to_string().contains("OFAUTH_API_KEY"), "{error}");

    let client = |key: &str, url: &str| Client::builder().api_key(key).base_url(url).build();
    for (key, url, words) in [
        ("", "https://x.example", "the API key is empty"),
        ("sk_live_secret\n", "https://x.example", "the API key must consist of visible ASCII"),
        ("sk_live_secret", "api.ofauth.com", "base URL must have a scheme"),
        ("sk_live_secret", "http://api.ofauth.com", "base URL must begin with https://"),
    ] {
        let error = client(key, url).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(error.to_string().contains(words), "{error}");
        assert!(!format!("{error} {error:?}").contains("secret"), "{error:?}");
    }

    let client = client("sk_live_secret", "https://x.example").unwrap();
    for id in ["", "conn_secret\r\n", "conn secret"] {
        let error = client.connection(id).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(error.to_string().contains("the connection id"), "{error}");
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}

#[tokio::test]
async fn debug_shows_no_secret() {
    let server = MockServer::start_async().await;
    let creator = creator(&server);
    let client = Client::builder().api_key("sk_live_secret").base_url(server.base_url());
    let request = creator.chats().query("very private words").limit(3);
    let shown = format!(
        "{client:?} {:?} {creator:?} {request:?} {:?} {:?}",
        client.clone().build().unwrap(),
        creator.chats().pages(),
        creator.chats().stream(),
    );
    for secret in ["sk_live_secret", "conn_secret", "very private words"] {
        assert!(!shown.contains(secret), "{shown}");
    }
    assert!(shown.contains("limit: Some(3)"), "{shown}");
}

#[test]
fn futures_and_streams_can_be_spawned() {
    fn assert_spawnable<T: Send + 'static>(_: T) {}
    fn assert_shareable<T: Send + Sync + Clone + 'static>(_: &T) {}

    let client = Client::builder().api_key("sk_x").build().unwrap();
    let creator = client.connection("conn_x").unwrap();
    assert_shareable(&client);
    assert_shareable(&creator);
    assert_spawnable(creator.chats().send());
    assert_spawnable(creator.chats().pages());
    assert_spawnable(creator.chats().stream());
    fn assert_error<T: std::error::Error + Send + Sync + 'static>() {}
    assert_error::<ofauth::Error>();
}

#[derive(Debug, serde::Deserialize)]
struct User {
    name: String,
}

#[tokio::test]
async fn any_path_can_be_read_as_a_type_of_the_applications_own() {
    let server = MockServer::start_async().await;
    let mock = server.mock(|when, then| {
        when.method(GET)
            .path("/v2/access/users/a%2Fb")
            .header("apiKey", "sk_live_secret")
            .header("x-connection-id", "conn_secret")
            .header("accept", "application/json")
            .query_param("limit", "5")
            .query_param("q", "a b&c");
        then.status(200).body(r#"{"name":"Dana","other":1.5}"#);
    });
    let creator = creator(&server);
    let path = format!("/v2/access/users/{}", ofauth::encode_segment("a/b"));
    let request = || creator.get(&path).query("limit", 5).query("q", "a b&c");
    assert_eq!(request().send_as::<User>().await.unwrap().name, "Dana");
    assert_eq!(request().send_as::<serde_json::Value>().await.unwrap()["other"], 1.5);
    let error = request().send_as::<Vec<User>>().await.unwrap_err();
    assert_eq!((error.kind(), error.body().unwrap().len()), (ErrorKind::Decode, 27));
    assert!(error.to_string().contains("returned JSON that does not match"), "{error}");
    mock.assert_calls(3);

    let error = creator.get("/v2/none").send_as::<User>().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.to_string().contains("check the path and the base URL"), "{error}");
    for path in ["/v2/access/users/../messages", "v2/access", "/v2?apiKey=sk_live_secret"] {
        let error = creator.get(path).send_as::<User>().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        assert!(error.to_string().starts_with("the path must"), "{error}");
        assert!(
            !format!("{error} {:?}", creator.get(path).query("q", "private")).contains("secret")
        );
    }
}

#[tokio::test]
async fn any_path_has_the_retries_and_limits_of_every_call() {
    let server = MockServer::start_async().await;
    let calls = std::sync::atomic::AtomicUsize::new(0);
    let mock = server.mock(|when, then| {
        when.path("/v2/x");
        then.respond_with(move |_| {
            let call = calls.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            let response = httpmock::HttpMockResponse::builder();
            response.status(if call == 0 { 503 } else { 200 }).body("7").build()
        });
    });
    let creator = creator(&server);
    assert_eq!(creator.get("/v2/x").send_as::<u8>().await.unwrap(), 7);
    mock.assert_calls(2);
    let once = ofauth::CallOptions::new().max_response_size(0);
    let error = creator.get("/v2/x").with(once).send_as::<u8>().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
}

/// Own settings of the HTTP client apply, but not those that the client's guarantees depend on.
#[tokio::test]
async fn the_http_client_can_be_configured_but_not_made_unsafe() {
    let server = MockServer::start_async().await;
    let page = server.mock(|when, then| {
        when.path("/v2/access/chats").header("x-tenant", "7").header("apikey", "sk_live_secret");
        then.status(302).header("location", "/elsewhere");
    });
    let elsewhere = server.mock(|when, then| {
        when.path("/elsewhere");
        then.status(200).body(PAGE);
    });
    let client = Client::builder().api_key("sk_live_secret").base_url(server.base_url());
    let client = client.http(|http| {
        let headers = [("x-tenant", "7"), ("apikey", "another")].map(|(name, value)| {
            (name.parse().unwrap(), ofauth::reqwest::header::HeaderValue::from_static(value))
        });
        http.default_headers(headers.into_iter().collect())
            .redirect(ofauth::reqwest::redirect::Policy::limited(5))
            .https_only(false)
    });
    let creator = client.build().unwrap().connection("conn_secret").unwrap();
    let error = creator.chats().send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Redirect);
    page.assert_calls(1);
    elsewhere.assert_calls(0);
}

#[test]
fn plain_http_needs_a_word_that_says_what_it_risks() {
    let client = || Client::builder().api_key("sk_x").base_url("http://sandbox:8080");
    let error = client().build().unwrap_err();
    assert!(error.to_string().contains("danger_send_key_unencrypted"), "{error}");
    client().danger_send_key_unencrypted().build().unwrap();
}
