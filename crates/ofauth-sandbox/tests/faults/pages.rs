//! Responses other than pages, and odd pages.

use super::*;
use ofauth_sandbox::{Encoding, Fault, FaultBody, OddOffset, Sandbox};
use serde_json::{Value, json};
use std::io::Read;

#[tokio::test]
async fn a_status_has_the_requested_body_and_header() {
    for code in [408, 429, 500, 502, 503, 504] {
        let answer = with(status(code)).await;
        assert_eq!((answer.status(), answer.end.is_ok()), (code, true));
        assert!(answer.json()["requestId"].is_string());
        assert_eq!(answer.json()["type"] == "RATE_LIMIT_EXCEEDED", code == 429);
        assert_eq!(answer.header("x-ratelimit-remaining").is_some(), code == 429);
    }
    let retry_after = Some("7".to_owned());
    let answer = with(Fault::Status { status: 503, body: FaultBody::Html, retry_after }).await;
    assert_eq!(answer.header("retry-after").unwrap(), "7");
    assert_eq!(answer.header("content-type").unwrap(), "text/html");
    assert!(answer.split().1.starts_with(b"<html>"));
    let answer =
        with(Fault::Status { status: 500, body: FaultBody::Empty, retry_after: None }).await;
    assert_eq!((answer.status(), answer.split().1), (500, &b""[..]));
    for (body, key) in [(FaultBody::Code, "error"), (FaultBody::Message, "message")] {
        let answer = with(Fault::Status { status: 401, body, retry_after: None }).await.json();
        assert!(answer[key].is_string() && answer["code"].is_string() && answer["type"].is_null());
    }
    assert_eq!(with(status(403)).await.json()["type"], "FORBIDDEN");
}

#[tokio::test]
async fn a_redirect_has_the_requested_location() {
    let answer = with(Fault::Redirect { location: "https://elsewhere.example/".to_owned() }).await;
    assert_eq!(answer.status(), 302);
    assert_eq!(answer.header("location").unwrap(), "https://elsewhere.example/");
}

#[tokio::test]
async fn each_fault_changes_one_thing_about_a_page() {
    let well = well().await.json();
    let page = async |fault| {
        let answer = with(fault).await;
        assert_eq!(answer.status(), 200);
        answer.json()
    };
    let broken = with(Fault::BrokenJson).await;
    assert_eq!(broken.header("content-length").unwrap(), broken.split().1.len().to_string());
    assert!(serde_json::from_slice::<Value>(broken.split().1).is_err());

    let spoiled = page(Fault::UnreadableChat { index: 1 }).await;
    assert_eq!(spoiled["list"][1]["withUser"], "unreadable");
    assert_eq!(spoiled["list"][0], well["list"][0]);

    for chat in page(Fault::UnknownEnumValue).await["list"].as_array().unwrap() {
        let media = chat["lastMessage"]["media"].as_array().unwrap();
        assert!(!media.is_empty() && media.iter().all(|media| media["type"] == "hologram"));
    }
    let spoiled = page(Fault::UnknownField).await;
    assert_eq!(spoiled["list"][2]["sandboxSurprise"], true);

    let large = page(Fault::LargeIds).await["list"][0]["lastMessage"]["id"].as_i64().unwrap();
    assert!(large > 1 << 53 && large % 2 == 1, "{large} is exact as a double");

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
    assert_eq!((&same["list"], &same["nextOffset"]), (&first["list"], &json!(9)));
}

#[tokio::test]
async fn pages_are_compressed_in_each_encoding() {
    let well = well().await;
    for (encoding, name) in
        [(Encoding::Gzip, "gzip"), (Encoding::Br, "br"), (Encoding::Zstd, "zstd")]
    {
        let answer = with(Fault::Compressed(encoding)).await;
        assert_eq!(answer.header("content-encoding").unwrap(), name);
        let (_, mut body) = answer.split();
        let mut plain = Vec::new();
        match encoding {
            Encoding::Gzip => {
                let _ = flate2::read::GzDecoder::new(body).read_to_end(&mut plain).unwrap();
            }
            Encoding::Br => {
                brotli_decompressor::BrotliDecompress(&mut body, &mut plain).unwrap();
            }
            _ => {
                let mut decoder = ruzstd::decoding::StreamingDecoder::new(body).unwrap();
                decoder.read_to_end(&mut plain).unwrap();
            }
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
    flate2::read::GzDecoder::new(body).read_to_end(&mut plain).unwrap();
    assert!(plain.len() > 20_000_000);
    assert_eq!(serde_json::from_slice::<Value>(&plain).unwrap()["list"], json!([]));

    let huge = with(Fault::HugePage { megabytes: 5 }).await;
    assert!(huge.split().1.len() >= 5_000_000);
    assert!(huge.json()["list"].as_array().unwrap().len() > 1_000);
}
