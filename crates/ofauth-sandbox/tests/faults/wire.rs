//! Faults of sockets: resets, slow and truncated responses, wrong lengths.

use super::*;
use ofauth_sandbox::{Fault, FaultRule, Sandbox};
use serde_json::Value;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::Instant;

#[tokio::test]
async fn a_connection_can_be_reset_at_any_byte() {
    let whole = well().await.bytes;
    for after in [0, 1, 16, 100, 200, 1_000, whole.len() - 1] {
        let answer = with(Fault::Reset { after }).await;
        let error = answer.end.unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset, "after {after}");
        assert_eq!(answer.bytes.len(), after);
        assert_eq!(answer.bytes[..after.min(60)], whole[..after.min(60)]);
    }
}

#[tokio::test(start_paused = true)]
async fn headers_can_be_sent_byte_by_byte() {
    let start = Instant::now();
    let answer = with(Fault::SlowHeaders { every_ms: 50 }).await;
    let (head, _) = answer.split();
    assert_eq!(answer.json(), well().await.json());
    let expected = Duration::from_millis(50) * (head.len() as u32 + 2);
    assert!(start.elapsed() >= expected, "{:?} for {} bytes", start.elapsed(), head.len());
}

#[tokio::test(start_paused = true)]
async fn a_body_can_be_sent_in_pieces() {
    let start = Instant::now();
    let answer = with(Fault::SlowBody { every_ms: 1_000, piece: 100 }).await;
    assert_eq!(answer.json(), well().await.json());
    let pieces = answer.split().1.len().div_ceil(100) as u64;
    assert!(start.elapsed() >= Duration::from_secs(pieces), "{:?}", start.elapsed());
}

#[tokio::test]
async fn a_body_can_be_truncated_with_a_stated_length_or_in_chunks() {
    let whole = well().await;
    let length = whole.split().1.len();
    let cut = with(Fault::Truncated { after: 500, chunked: false }).await;
    assert_eq!(cut.header("content-length").unwrap(), length.to_string());
    assert_eq!(cut.split().1, &whole.split().1[..500]);

    let cut = with(Fault::Truncated { after: 500, chunked: true }).await;
    assert_eq!(cut.header("transfer-encoding").unwrap(), "chunked");
    assert!(cut.header("content-length").is_none());
    let (_, body) = cut.split();
    assert!(
        body.starts_with(b"1F4\r\n") && !body.ends_with(b"0\r\n\r\n"),
        "the final chunk is missing"
    );
}

#[tokio::test]
async fn a_stated_length_can_be_too_small() {
    let whole = well().await;
    let (_, body) = whole.split();
    let wrong = with(Fault::ContentLength { delta: -100 }).await;
    assert_eq!(wrong.header("content-length").unwrap(), (body.len() - 100).to_string());
    assert_eq!(wrong.split().1, body, "the body is sent as it is");
}

#[tokio::test(start_paused = true)]
async fn a_response_with_too_large_a_length_never_ends() {
    let rule = FaultRule::new(Fault::ContentLength { delta: 100 });
    let sandbox = Sandbox::builder().faults([rule]).start().await.unwrap();
    let asked = ask(&sandbox, "", "");
    assert!(tokio::time::timeout(Duration::from_secs(3_600), asked).await.is_err());
}

#[tokio::test]
async fn an_incomplete_trick_does_not_affect_the_next_response() {
    let fault = Fault::Reset { after: 1_000_000 };
    let sandbox =
        Sandbox::builder().faults([FaultRule::new(fault).times(1)]).start().await.unwrap();
    let client = reqwest::Client::builder().pool_max_idle_per_host(1).build().unwrap();
    for _ in 0..40 {
        let request = client.get(format!("{}/v2/access/chats?limit=20", sandbox.url()));
        let request = request.header("apikey", "sk_sandbox_x").header("x-connection-id", ONE);
        let page: Value = request.send().await.unwrap().json().await.unwrap();
        assert_eq!(page["list"].as_array().unwrap().len(), 20);
    }
}

#[tokio::test(start_paused = true)]
async fn http_1_tricks_do_not_affect_http_2() {
    let rules = FaultRule::sequence([
        Fault::SlowHeaders { every_ms: 1_000 },
        Fault::ContentLength { delta: -10 },
        Fault::SlowBody { every_ms: 10, piece: 1_000 },
    ]);
    let sandbox = Sandbox::builder().faults(rules).start().await.unwrap();
    let client = reqwest::Client::builder().http2_prior_knowledge().build().unwrap();
    let start = Instant::now();
    for _ in 0..4 {
        let request = client.get(format!("{}/v2/access/chats", sandbox.url()));
        let request = request.header("apikey", "sk_sandbox_x").header("x-connection-id", ONE);
        let page: Value = request.send().await.unwrap().json().await.unwrap();
        assert_eq!(page["list"].as_array().unwrap().len(), 10);
    }
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
}

#[tokio::test]
async fn dropping_the_sandbox_ends_requests_in_flight() {
    let rules = FaultRule::sequence([
        Fault::ContentLength { delta: 100 },
        Fault::Latency { min_ms: 3_600_000, max_ms: 3_600_000 },
        Fault::SlowBody { every_ms: 3_600_000, piece: 1 },
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
        // Any end will do.
        let _ = socket.read_to_end(&mut Vec::new()).await;
    }
}

/// A client that doesn't complete the head of a request doesn't keep its socket forever.
#[tokio::test(start_paused = true)]
async fn half_requests_are_closed() {
    let sandbox = Sandbox::builder().start().await.unwrap();
    let address = sandbox.url().strip_prefix("http://").unwrap().to_owned();
    for head in ["", "GET /v2/access/chats HTTP/1.1\r\nhost: x\r\n", "PRI * HTTP/2.0\r\n"] {
        let start = Instant::now();
        let mut socket = TcpStream::connect(&address).await.unwrap();
        socket.write_all(head.as_bytes()).await.unwrap();
        let mut rest = Vec::new();
        let _ = socket.read_to_end(&mut rest).await;
        assert!((10..12).contains(&start.elapsed().as_secs()), "{:?}", start.elapsed());
    }
}
