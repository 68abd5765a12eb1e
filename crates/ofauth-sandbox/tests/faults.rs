//! What goes wrong on demand, as it goes over the wire.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::io::Read;
use std::time::Duration;

use ofauth_sandbox::{Encoding, Fault, FaultBody, FaultRule, OddOffset, RateLimit, Sandbox};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::Instant;

const ONE: &str = "conn_sandbox_1";

/// What a socket receives: the bytes, and whether it was closed in order.
struct Received {
    bytes: Vec<u8>,
    end: std::io::Result<()>,
}

impl Received {
    fn split(&self) -> (String, &[u8]) {
        let end = self
            .bytes
            .windows(4)
            .position(|bytes| bytes == b"\r\n\r\n")
            .unwrap();
        let head = String::from_utf8(self.bytes[..end].to_vec())
            .unwrap()
            .to_lowercase();
        (head, &self.bytes[end + 4..])
    }

    fn status(&self) -> u16 {
        self.split().0.split(' ').nth(1).unwrap().parse().unwrap()
    }

    fn header(&self, name: &str) -> Option<String> {
        let (head, _) = self.split();
        let line = head
            .lines()
            .find_map(|line| line.strip_prefix(&format!("{name}: ")));
        line.map(str::to_owned)
    }

    fn json(&self) -> Value {
        serde_json::from_slice(self.split().1).unwrap()
    }
}

async fn ask(sandbox: &Sandbox, query: &str, headers: &str) -> Received {
    let mut socket = TcpStream::connect(sandbox.address()).await.unwrap();
    let request = format!(
        "GET /v2/access/chats?{query} HTTP/1.1\r\nhost: sandbox\r\nconnection: close\r\n\
         apikey: sk_sandbox_x\r\nx-connection-id: {ONE}\r\n{headers}\r\n"
    );
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    let end = socket.read_to_end(&mut bytes).await.map(drop);
    Received { bytes, end }
}

async fn with(fault: Fault) -> Received {
    let sandbox = Sandbox::builder()
        .faults([FaultRule::new(fault)])
        .start()
        .await
        .unwrap();
    ask(&sandbox, "limit=3&offset=6", "").await
}

/// The page as it should be.
async fn well() -> Received {
    with(Fault::Well).await
}

fn status(status: u16) -> Fault {
    Fault::status(status)
}

#[tokio::test]
async fn a_status_comes_with_the_body_and_the_header_that_are_asked_for() {
    for code in [408, 429, 500, 502, 503, 504] {
        let answer = with(status(code)).await;
        assert_eq!((answer.status(), answer.end.is_ok()), (code, true));
        assert!(answer.json()["requestId"].is_string());
        assert_eq!(answer.json()["type"] == "RATE_LIMIT_EXCEEDED", code == 429);
        assert_eq!(
            answer.header("x-ratelimit-remaining").is_some(),
            code == 429
        );
    }
    let retry_after = Some("7".to_owned());
    let answer = with(Fault::Status {
        status: 503,
        body: FaultBody::Html,
        retry_after,
    })
    .await;
    assert_eq!(answer.header("retry-after").unwrap(), "7");
    assert_eq!(answer.header("content-type").unwrap(), "text/html");
    assert!(answer.split().1.starts_with(b"<html>"));
    let answer = with(Fault::Status {
        status: 500,
        body: FaultBody::Empty,
        retry_after: None,
    })
    .await;
    assert_eq!((answer.status(), answer.split().1), (500, &b""[..]));
    for (body, key) in [(FaultBody::Code, "error"), (FaultBody::Message, "message")] {
        let answer = with(Fault::Status {
            status: 401,
            body,
            retry_after: None,
        })
        .await
        .json();
        assert!(answer[key].is_string() && answer["code"].is_string() && answer["type"].is_null());
    }
    assert_eq!(with(status(403)).await.json()["type"], "FORBIDDEN");
}

#[tokio::test]
async fn a_redirect_names_another_place() {
    let answer = with(Fault::Redirect {
        location: "https://elsewhere.example/".to_owned(),
    })
    .await;
    assert_eq!(answer.status(), 302);
    assert_eq!(
        answer.header("location").unwrap(),
        "https://elsewhere.example/"
    );
}

#[tokio::test]
async fn a_connection_is_reset_at_each_byte() {
    let whole = well().await.bytes;
    for after in [0, 1, 16, 100, 200, 1_000, whole.len() - 1] {
        let answer = with(Fault::Reset { after }).await;
        let error = answer.end.unwrap_err();
        assert_eq!(
            error.kind(),
            std::io::ErrorKind::ConnectionReset,
            "after {after}"
        );
        assert_eq!(answer.bytes.len(), after);
        assert_eq!(answer.bytes[..after.min(60)], whole[..after.min(60)]);
    }
}

#[tokio::test(start_paused = true)]
async fn headers_come_byte_by_byte() {
    let start = Instant::now();
    let answer = with(Fault::SlowHeaders { every_ms: 50 }).await;
    let (head, _) = answer.split();
    assert_eq!(answer.json(), well().await.json());
    let expected = Duration::from_millis(50) * (head.len() as u32 + 2);
    assert!(
        start.elapsed() >= expected,
        "{:?} for {} bytes",
        start.elapsed(),
        head.len()
    );
}

#[tokio::test(start_paused = true)]
async fn a_body_comes_in_pieces() {
    let start = Instant::now();
    let answer = with(Fault::SlowBody {
        every_ms: 1_000,
        piece: 100,
    })
    .await;
    assert_eq!(answer.json(), well().await.json());
    let pieces = answer.split().1.len().div_ceil(100) as u64;
    assert!(
        start.elapsed() >= Duration::from_secs(pieces),
        "{:?}",
        start.elapsed()
    );
}

#[tokio::test(start_paused = true)]
async fn latency_is_drawn_between_its_bounds_and_adds_to_the_next_rule() {
    let rules = [
        FaultRule::new(Fault::Latency {
            min_ms: 2_000,
            max_ms: 3_000,
        }),
        FaultRule::new(status(503)),
    ];
    let sandbox = Sandbox::builder().faults(rules).start().await.unwrap();
    let mut seen = Vec::new();
    for _ in 0..20 {
        let start = Instant::now();
        assert_eq!(ask(&sandbox, "", "").await.status(), 503);
        seen.push(start.elapsed());
    }
    let (least, most) = (seen.iter().min().unwrap(), seen.iter().max().unwrap());
    assert!(
        *least >= Duration::from_secs(2) && *most > *least,
        "{seen:?}"
    );
    assert!(*most < Duration::from_millis(3_100), "{seen:?}");
}

#[tokio::test]
async fn a_body_is_cut_with_its_length_stated_or_in_chunks() {
    let whole = well().await;
    let length = whole.split().1.len();
    let cut = with(Fault::Truncated {
        after: 500,
        chunked: false,
    })
    .await;
    assert_eq!(cut.header("content-length").unwrap(), length.to_string());
    assert_eq!(cut.split().1, &whole.split().1[..500]);

    let cut = with(Fault::Truncated {
        after: 500,
        chunked: true,
    })
    .await;
    assert_eq!(cut.header("transfer-encoding").unwrap(), "chunked");
    assert!(cut.header("content-length").is_none());
    let (_, body) = cut.split();
    assert!(
        body.starts_with(b"1F4\r\n") && !body.ends_with(b"0\r\n\r\n"),
        "without its end"
    );
}

#[tokio::test]
async fn a_stated_length_is_less_than_the_bodys() {
    let whole = well().await;
    let (_, body) = whole.split();
    let wrong = with(Fault::ContentLength { delta: -100 }).await;
    assert_eq!(
        wrong.header("content-length").unwrap(),
        (body.len() - 100).to_string()
    );
    assert_eq!(wrong.split().1, body, "the body is sent as it is");
}

#[tokio::test(start_paused = true)]
async fn after_a_stated_length_that_is_more_than_the_bodys_nothing_comes() {
    let rule = FaultRule::new(Fault::ContentLength { delta: 100 });
    let sandbox = Sandbox::builder().faults([rule]).start().await.unwrap();
    let asked = ask(&sandbox, "", "");
    assert!(
        tokio::time::timeout(Duration::from_secs(3_600), asked)
            .await
            .is_err()
    );
}

#[tokio::test]
async fn a_trick_that_a_response_did_not_get_to_is_not_played_on_the_next() {
    let fault = Fault::Reset { after: 1_000_000 };
    let sandbox = Sandbox::builder()
        .faults([FaultRule::new(fault).times(1)])
        .start()
        .await
        .unwrap();
    let client = reqwest::Client::builder()
        .pool_max_idle_per_host(1)
        .build()
        .unwrap();
    for _ in 0..40 {
        let request = client.get(format!("{}/v2/access/chats?limit=20", sandbox.url()));
        let request = request
            .header("apikey", "sk_sandbox_x")
            .header("x-connection-id", ONE);
        let page: Value = request.send().await.unwrap().json().await.unwrap();
        assert_eq!(page["list"].as_array().unwrap().len(), 20);
    }
}

#[tokio::test(start_paused = true)]
async fn tricks_of_http_1_leave_http_2_alone() {
    let rules = FaultRule::sequence([
        Fault::SlowHeaders { every_ms: 1_000 },
        Fault::ContentLength { delta: -10 },
        Fault::SlowBody {
            every_ms: 10,
            piece: 1_000,
        },
    ]);
    let sandbox = Sandbox::builder().faults(rules).start().await.unwrap();
    let client = reqwest::Client::builder()
        .http2_prior_knowledge()
        .build()
        .unwrap();
    let start = Instant::now();
    for _ in 0..4 {
        let request = client.get(format!("{}/v2/access/chats", sandbox.url()));
        let request = request
            .header("apikey", "sk_sandbox_x")
            .header("x-connection-id", ONE);
        let page: Value = request.send().await.unwrap().json().await.unwrap();
        assert_eq!(page["list"].as_array().unwrap().len(), 10);
    }
    assert!(
        start.elapsed() < Duration::from_secs(10),
        "{:?}",
        start.elapsed()
    );
}

#[tokio::test]
async fn a_fault_that_found_no_page_is_not_spent() {
    let rules = [FaultRule::new(Fault::BrokenJson).times(1)];
    let sandbox = Sandbox::builder().faults(rules).start().await.unwrap();
    assert_eq!(ask(&sandbox, "limit=99", "").await.status(), 400);
    assert_eq!(sandbox.faults()[0].applied(), 0);
    let broken = ask(&sandbox, "", "").await;
    assert!(serde_json::from_slice::<Value>(broken.split().1).is_err());
    assert_eq!(sandbox.faults()[0].applied(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_latency_is_a_step_of_a_sequence() {
    let latency = Fault::Latency {
        min_ms: 5_000,
        max_ms: 5_000,
    };
    let rules = FaultRule::sequence([latency, status(503), Fault::Well]);
    let sandbox = Sandbox::builder().faults(rules).start().await.unwrap();
    let start = Instant::now();
    assert_eq!(ask(&sandbox, "", "").await.status(), 200);
    assert!(start.elapsed() >= Duration::from_secs(5));
    assert_eq!(ask(&sandbox, "", "").await.status(), 503);
    assert_eq!(ask(&sandbox, "", "").await.status(), 200);
}

#[tokio::test]
async fn dropping_the_sandbox_ends_what_is_in_flight() {
    let rules = FaultRule::sequence([
        Fault::ContentLength { delta: 100 },
        Fault::Latency {
            min_ms: 3_600_000,
            max_ms: 3_600_000,
        },
        Fault::SlowBody {
            every_ms: 3_600_000,
            piece: 1,
        },
    ]);
    let sandbox = Sandbox::builder().faults(rules).start().await.unwrap();
    let address = sandbox.address();
    let mut sockets = Vec::new();
    for number in 1..=3 {
        let mut socket = TcpStream::connect(address).await.unwrap();
        let request = format!(
            "GET /v2/access/chats HTTP/1.1\r\nhost: x\r\napikey: sk_sandbox_x\r\nx-connection-id: {ONE}\r\n\r\n"
        );
        socket.write_all(request.as_bytes()).await.unwrap();
        while sandbox.requests().len() < number {
            tokio::task::yield_now().await;
        }
        sockets.push(socket);
    }
    drop(sandbox);
    for mut socket in sockets {
        // It ends, in whatever way.
        let _ = socket.read_to_end(&mut Vec::new()).await;
    }
}

#[tokio::test]
async fn pages_are_spoiled_in_one_way_each() {
    let well = well().await.json();
    let page = async |fault| {
        let answer = with(fault).await;
        assert_eq!(answer.status(), 200);
        answer.json()
    };
    let broken = with(Fault::BrokenJson).await;
    assert_eq!(
        broken.header("content-length").unwrap(),
        broken.split().1.len().to_string()
    );
    assert!(serde_json::from_slice::<Value>(broken.split().1).is_err());

    let spoiled = page(Fault::UnreadableChat { index: 1 }).await;
    assert_eq!(spoiled["list"][1]["withUser"], "unreadable");
    assert_eq!(spoiled["list"][0], well["list"][0]);

    for chat in page(Fault::UnknownEnumValue).await["list"]
        .as_array()
        .unwrap()
    {
        let media = chat["lastMessage"]["media"].as_array().unwrap();
        assert!(!media.is_empty() && media.iter().all(|media| media["type"] == "hologram"));
    }
    let spoiled = page(Fault::UnknownField).await;
    assert_eq!(spoiled["list"][2]["sandboxSurprise"], true);

    let large = page(Fault::LargeIds).await["list"][0]["lastMessage"]["id"]
        .as_i64()
        .unwrap();
    assert!(large > 1 << 53 && large % 2 == 1, "{large} is no double");

    for (odd, expected) in [
        (OddOffset::Text, json!("9")),
        (OddOffset::Float, json!(9.0)),
        (OddOffset::Null, json!(null)),
        (OddOffset::Stuck, json!(6)),
        (OddOffset::Negative, json!(-1)),
    ] {
        assert_eq!(page(Fault::NextOffset(odd)).await["nextOffset"], expected);
    }
    let absent = page(Fault::NextOffset(OddOffset::Absent)).await;
    assert!(absent.get("nextOffset").is_none() && absent["hasMore"] == true);

    let empty = page(Fault::EmptyPage).await;
    assert_eq!(
        (&empty["list"], &empty["hasMore"], &empty["nextOffset"]),
        (&json!([]), &json!(true), &json!(9))
    );

    let sandbox = Sandbox::start().await.unwrap();
    let first = ask(&sandbox, "limit=3", "").await.json();
    let same = page(Fault::SamePage).await;
    assert_eq!(
        (&same["list"], &same["nextOffset"]),
        (&first["list"], &json!(9))
    );
}

#[tokio::test]
async fn pages_are_compressed_in_each_encoding() {
    let well = well().await;
    for (encoding, name) in [
        (Encoding::Gzip, "gzip"),
        (Encoding::Br, "br"),
        (Encoding::Zstd, "zstd"),
    ] {
        let answer = with(Fault::Compressed(encoding)).await;
        assert_eq!(answer.header("content-encoding").unwrap(), name);
        let (_, mut body) = answer.split();
        let mut plain = Vec::new();
        match encoding {
            Encoding::Gzip => drop(
                flate2::read::GzDecoder::new(body)
                    .read_to_end(&mut plain)
                    .unwrap(),
            ),
            Encoding::Br => brotli::BrotliDecompress(&mut body, &mut plain).unwrap(),
            _ => plain = zstd::decode_all(body).unwrap(),
        }
        assert_eq!(plain, well.split().1);
    }
}

#[tokio::test]
async fn bombs_are_small_on_the_wire_and_huge_pages_are_not() {
    let bomb = with(Fault::GzipBomb { megabytes: 20 }).await;
    let (_, body) = bomb.split();
    assert!(body.len() < 100_000, "{}", body.len());
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(body)
        .read_to_end(&mut plain)
        .unwrap();
    assert!(plain.len() > 20_000_000);
    assert_eq!(
        serde_json::from_slice::<Value>(&plain).unwrap()["list"],
        json!([])
    );

    let huge = with(Fault::HugePage { megabytes: 5 }).await;
    assert!(huge.split().1.len() >= 5_000_000);
    assert!(huge.json()["list"].as_array().unwrap().len() > 1_000);
}

#[tokio::test]
async fn rules_apply_in_order_for_some_times_for_one_connection_and_at_a_rate() {
    let mut rules = FaultRule::sequence([status(503), status(502), Fault::Well, status(500)]);
    rules.push(FaultRule::new(status(504)).connection("conn_sandbox_2"));
    let sandbox = Sandbox::builder().faults(rules).start().await.unwrap();
    let mut seen = Vec::new();
    for _ in 0..5 {
        seen.push(ask(&sandbox, "", "").await.status());
    }
    assert_eq!(seen, [503, 502, 200, 500, 200]);
    assert_eq!(
        sandbox
            .faults()
            .iter()
            .map(FaultRule::applied)
            .collect::<Vec<_>>(),
        [1, 1, 1, 1, 0]
    );
    sandbox.requests().of(ONE).assert_statuses(&seen);
    sandbox.clear_faults();

    sandbox.inject([FaultRule::new(status(503)).rate(0.3)]);
    let mut failed = 0;
    for _ in 0..60 {
        failed += u64::from(ask(&sandbox, "", "").await.status() == 503);
    }
    assert!(
        (6..=32).contains(&failed),
        "{failed} of 60: the seed draws them"
    );
    assert_eq!(sandbox.faults()[0].applied(), failed);
}

#[tokio::test]
async fn a_request_can_ask_for_a_fault_of_its_own() {
    let sandbox = Sandbox::start().await.unwrap();
    for (fault, expected) in [
        (r#"{"status":{"status":502,"body":"html"}}"#, 502),
        (r#""empty_page""#, 200),
        (r#"{"compressed":"gzip"}"#, 200),
        (r#"{"nonsense":1}"#, 400),
        ("nonsense", 400),
    ] {
        let answer = ask(&sandbox, "", &format!("x-sandbox-fault: {fault}\r\n")).await;
        assert_eq!(answer.status(), expected, "{fault}");
    }
    assert_eq!(ask(&sandbox, "", "").await.status(), 200);
}

#[tokio::test(start_paused = true)]
async fn an_empty_bucket_is_answered_with_429_until_tokens_return() {
    let sandbox = Sandbox::start().await.unwrap();
    for left in (0..90).rev() {
        let answer = ask(&sandbox, "", "").await;
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.header("x-ratelimit-limit").unwrap(), "90");
        assert_eq!(
            answer.header("x-ratelimit-remaining").unwrap(),
            left.to_string()
        );
    }
    let answer = ask(&sandbox, "", "").await;
    assert_eq!(
        (answer.status(), answer.json()["type"].as_str()),
        (429, Some("RATE_LIMIT_EXCEEDED"))
    );
    assert_eq!(answer.header("retry-after").unwrap(), "1");
    assert_eq!(answer.header("x-ratelimit-reset").unwrap(), "90");
    tokio::time::advance(Duration::from_secs(1)).await;
    assert_eq!(ask(&sandbox, "", "").await.status(), 200);

    let none = Sandbox::builder().rate_limit(None).start().await.unwrap();
    for _ in 0..100 {
        let answer = ask(&none, "", "").await;
        assert_eq!(
            (answer.status(), answer.header("x-ratelimit-limit")),
            (200, None)
        );
    }
    let other = RateLimit {
        per_minute: 1,
        burst: 1,
    };
    let other = Sandbox::builder().rate_limit(other).start().await.unwrap();
    assert_eq!(ask(&other, "", "").await.status(), 200);
    assert_eq!(
        ask(&other, "", "").await.header("retry-after").unwrap(),
        "60"
    );
}

/// A clock that a test sets.
#[derive(Debug)]
struct Manual(std::sync::Mutex<chrono::DateTime<chrono::Utc>>);

impl ofauth_sandbox::Clock for Manual {
    fn now(&self) -> chrono::DateTime<chrono::Utc> {
        *self.0.lock().unwrap()
    }
}

#[tokio::test]
async fn the_clock_can_be_another() {
    let start = chrono::DateTime::from_timestamp(2_000_000_000, 0).unwrap();
    let clock = std::sync::Arc::new(Manual(start.into()));
    let limit = RateLimit {
        per_minute: 1,
        burst: 1,
    };
    let sandbox = Sandbox::builder()
        .rate_limit(limit)
        .clock(clock.clone())
        .start()
        .await
        .unwrap();
    let text = "now".to_owned();
    let message = ofauth_sandbox::Change::Message {
        fan: 7,
        text,
        from_creator: false,
    };
    sandbox.change(ONE, message).unwrap();
    let page = ask(&sandbox, "limit=1", "").await.json();
    assert_eq!(
        page["list"][0]["lastMessage"]["createdAt"],
        "2033-05-18T03:33:20+00:00"
    );
    assert_eq!(ask(&sandbox, "", "").await.status(), 429);
    *clock.0.lock().unwrap() += chrono::TimeDelta::minutes(1);
    assert_eq!(ask(&sandbox, "", "").await.status(), 200);
}

#[tokio::test]
async fn requests_are_kept_as_they_came() {
    let sandbox = Sandbox::start().await.unwrap();
    ask(&sandbox, "limit=2&query=a%20b", "user-agent: test\r\n").await;
    ask(&sandbox, "limit=99", "").await;
    let requests = sandbox.requests();
    requests
        .assert_count(2)
        .assert_statuses(&[200, 400])
        .assert_parameters("limit", &["2", "99"]);
    let first = &requests[0];
    assert_eq!(
        (first.method(), first.path(), first.http()),
        ("GET", "/v2/access/chats", "HTTP/1.1")
    );
    assert_eq!(
        (first.parameter("query"), first.header("user-agent")),
        (Some("a b"), Some("test"))
    );
    assert_eq!(first.connection(), Some(ONE));
    assert!(!format!("{requests:?}").contains("sk_sandbox_x"));
    sandbox.forget_requests();
    sandbox.requests().assert_count(0);
}
