//! No error, event, trace or panic shows an API key, a connection id or a message.
//!
//! This test needs a separate process, because it captures everything traced or logged in it.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::error::Error as _;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ofauth::{Client, Connection, Error, RateLimit, RetryPolicy};
use ofauth_sandbox::{Change, Encoding, Fault, FaultRule, Sandbox};
use tracing_subscriber::fmt::MakeWriter;

#[path = "faults/server.rs"]
#[allow(dead_code, reason = "the other tests use the rest")]
mod server;

use server::{Server, Step, response};

const KEY: &str = "sk_sandbox_TopSecretKey";
const CONNECTION: &str = "conn_TopSecretId";
const TEXT: &str = "PrivateWordsOfAFan";
const QUERY: &str = "PrivateSearch";
const SECRETS: &[&str] = &["TopSecret", TEXT, QUERY];

/// Captures everything that is traced or logged, by any crate, at any level.
#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Captured {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// Returns an error in every form in which it can be shown.
fn shown(error: &Error) -> String {
    let mut text = format!("{error} {error:?} {error:#?} {:?}", error.rejected());
    let mut cause = error.source();
    while let Some(error) = cause {
        text += &format!("\n{error} {error:?} {error:#?}");
        cause = error.source();
    }
    text
}

async fn sandbox(fault: Fault) -> Sandbox {
    let fan = 7;
    let message = Change::Message { fan, text: TEXT.to_owned(), from_creator: false };
    let builder = Sandbox::builder().setup(CONNECTION, ofauth_sandbox::ConnectionSetup::default());
    let sandbox = builder.faults([FaultRule::new(fault)]).start().await.unwrap();
    sandbox.change(CONNECTION, message).unwrap();
    sandbox
}

fn connection(url: &str, seen: &Captured) -> Connection {
    let mut events = seen.clone();
    let policy = RetryPolicy::new().max_attempts(2).base_delay(Duration::from_millis(1));
    let builder = Client::builder()
        .api_key(KEY)
        .base_url(url)
        .retry(policy)
        .attempt_timeout(Duration::from_secs(2))
        .rate_limit(RateLimit::per_minute(60_000))
        .on_event({
            let events = Mutex::new(events.clone());
            move |event| writeln!(events.lock().unwrap(), "{event:?}").unwrap()
        });
    writeln!(events, "{builder:?}").unwrap();
    let client = builder.build().unwrap();
    let connection = client.connection(CONNECTION).unwrap();
    writeln!(events, "{client:?} {connection:?} {:?}", connection.chats().query(QUERY)).unwrap();
    connection
}

#[tokio::test(start_paused = true)]
async fn no_failing_call_shows_a_secret() {
    let captured = Captured::default();
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(tracing_subscriber::fmt::format::FmtSpan::FULL)
        .with_writer(captured.clone())
        .init();
    // Panic messages are captured too.
    let hook = captured.clone();
    std::panic::set_hook(Box::new(move |panic| {
        writeln!(hook.clone(), "{panic}").unwrap();
    }));

    let status = |number| Fault::status(number);
    let mut faults: Vec<Fault> =
        [400, 401, 403, 404, 408, 422, 429, 500, 502, 503, 504].map(status).into();
    faults.extend([
        Fault::Redirect { location: format!("https://{CONNECTION}.example/{KEY}?{TEXT}") },
        Fault::Reset { after: 900 },
        Fault::Truncated { after: 900, chunked: true },
        Fault::SlowBody { every_ms: 5_000, piece: 900 },
        Fault::BrokenJson,
        Fault::UnreadableChat { index: 0 },
        Fault::Compressed(Encoding::Br),
        Fault::GzipBomb { megabytes: 40 },
    ]);
    let mut failed = 0;
    for fault in faults {
        let sandbox = sandbox(fault.clone()).await;
        let connection = connection(&sandbox.url(), &captured);
        // The search finds nothing, but its text is sent.
        let search = connection.chats().query(QUERY).strict().send().await;
        let list = connection.chats().strict().send().await;
        for error in [search.err(), list.err()].into_iter().flatten() {
            failed += 1;
            writeln!(captured.clone(), "{}", shown(&error)).unwrap();
        }
        if let Ok(page) = connection.chats().send().await {
            writeln!(captured.clone(), "{page:?} {:?} {:?}", page.meta(), page.rejected()).unwrap();
        }
        let mut stream = connection.chats().stream();
        if let Some(Err(error)) = stream.next().await {
            writeln!(captured.clone(), "{}", shown(&error)).unwrap();
        }
        let shown = format!("{connection:?}");
        tokio::spawn(async move { panic!("{shown}") }).await.unwrap_err();
    }

    // The server echoes what it was sent, in every place that the client might show.
    let words = format!("no such key {KEY} for {CONNECTION}");
    let error = serde_json::json!({ "error": words, "type": KEY, "requestId": CONNECTION, "actionRequired": words });
    let page = serde_json::json!({ "list": [{ "withUser": TEXT }, TEXT, { TEXT: TEXT }], "hasMore": TEXT, TEXT: 1 });
    let mut bodies = vec![
        ("401 Unauthorized", error.to_string()),
        ("500 Oops", format!("<html>{TEXT} {KEY}</html>")),
        ("200 OK", page.to_string()),
        (
            "200 OK",
            page.to_string().replace("\"hasMore\":\"PrivateWordsOfAFan\"", "\"hasMore\":true"),
        ),
        ("200 OK", format!("{{\"{TEXT}\":")),
        ("200 OK", format!("{TEXT} {KEY}")),
        ("204 No Content", String::new()),
        ("200 OK", String::new()),
    ];
    bodies.push(("302 Found", TEXT.to_owned()));
    for (status, body) in bodies {
        let location = format!("https://{KEY}.example/");
        let encoding = if body.is_empty() { KEY } else { "identity" };
        let bytes = response(
            status,
            &[("x-request-id", KEY), ("location", &location), ("content-encoding", encoding)],
            body.as_bytes(),
        );
        let server = Server::start(move |_| vec![Step::Send(bytes.clone())]).await;
        let connection = connection(&server.url, &captured);
        let error = connection.chats().query(QUERY).strict().send().await.unwrap_err();
        failed += 1;
        writeln!(captured.clone(), "{}", shown(&error)).unwrap();
        if let Ok(page) = connection.chats().send().await {
            writeln!(captured.clone(), "{page:?} {:?}", page.meta()).unwrap();
        }
    }
    let bad = Client::builder().api_key(format!("{KEY}\n")).build().unwrap_err();
    let bad_url =
        Client::builder().api_key(KEY).base_url(format!("https://{KEY}@x")).build().unwrap_err();
    let bad_agent =
        Client::builder().api_key(KEY).user_agent(format!("{KEY}\n")).build().unwrap_err();
    for error in [bad, bad_url, bad_agent] {
        writeln!(captured.clone(), "{}", shown(&error)).unwrap();
    }
    drop(std::panic::take_hook());

    let captured = String::from_utf8(captured.0.lock().unwrap().clone()).unwrap();
    assert!(failed > 40, "{failed}");
    for expected in [
        "TRACE",
        "hyper",
        "http.request.method",
        "http.response.status_code",
        "server.address",
        "server.port",
        "http.request.resend_count",
        "error.type",
        "request_id",
        "list_chats",
        "retry",
        "a record cannot be read",
        "panicked at",
        "[redacted]",
    ] {
        assert!(captured.contains(expected), "{expected} was not captured");
    }
    // Ignore case, because host names become lower case.
    let captured = captured.to_lowercase();
    for secret in SECRETS {
        if let Some(place) = captured.find(&secret.to_lowercase()) {
            let (from, to) = (place.saturating_sub(300), captured.len().min(place + 100));
            panic!(
                "{secret} is shown: …{}…",
                String::from_utf8_lossy(&captured.as_bytes()[from..to])
            );
        }
    }
}
