//! Responses that are cut short, slow, too large, compressed, or not HTTP.

use std::io::Write;
#[cfg(feature = "rustls")]
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use fastrand::Rng;
use flate2::Compression;
use flate2::write::GzEncoder;
use ofauth::{Error, ErrorKind, Page, Result, RetryPolicy};
use ofauth_sandbox::{Encoding, Fault};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::server::{PAGE, Server, Step, chunked, response, until_closed};
use crate::{builder, creator, fails};

/// Sends one request, without retries, to a server that performs these steps.
async fn once(steps: Vec<Step>) -> Result<Page> {
    let server = Server::start(move |_| steps.clone()).await;
    let creator =
        creator(builder(&server.url).retry(RetryPolicy::off()).max_response_size(100_000));
    creator.chats().send().await
}

/// Cuts a response after each byte: it is never treated as a page, and the next attempt succeeds.
async fn cut_at_each_byte(whole: Vec<u8>, end: Option<Step>) {
    let positions = whole.len();
    let cut = whole.clone();
    // Every second request gets the complete response.
    let server = Server::start(move |request| match request % 2 {
        0 => [Step::Send(cut[..request / 2].to_vec())].into_iter().chain(end.clone()).collect(),
        _ => vec![Step::Send(whole.clone())],
    })
    .await;
    let policy = RetryPolicy::new().max_attempts(2).base_delay(Duration::ZERO);
    let creator = creator(builder(&server.url).retry(policy).retry_budget(100_000));
    for position in 0..positions {
        let page = creator.chats().send().await;
        let page = page.unwrap_or_else(|error| panic!("cut after {position} bytes: {error}"));
        assert_eq!((page.len(), page.meta().attempts()), (1, 2), "cut after {position} bytes");
    }
    assert_eq!(server.requests(), positions * 2);
}

#[tokio::test]
async fn a_reset_at_any_byte_is_tried_again() {
    cut_at_each_byte(response("200 OK", &[], PAGE.as_bytes()), Some(Step::Reset)).await;
}

#[tokio::test]
async fn a_body_of_stated_length_that_ends_early_is_tried_again() {
    cut_at_each_byte(response("200 OK", &[], PAGE.as_bytes()), None).await;
}

#[tokio::test]
async fn chunks_that_end_early_are_tried_again() {
    cut_at_each_byte(chunked(PAGE.as_bytes(), 30), None).await;
}

#[tokio::test]
async fn a_body_that_only_the_end_of_the_connection_ends_is_tried_again_too() {
    // Only the page's last brace shows that the body is complete.
    cut_at_each_byte(until_closed(PAGE.as_bytes()), None).await;
}

#[tokio::test]
async fn gzip_that_only_the_end_of_the_connection_ends_is_tried_again_too() {
    let zipped = gzip(PAGE.as_bytes());
    let head = b"HTTP/1.0 200 OK\r\ncontent-encoding: gzip\r\n\r\n";
    let whole = [&head[..], &zipped].concat();
    let server = Server::start(move |request| {
        let cut = if request == 0 { whole.len() - 9 } else { whole.len() };
        vec![Step::Send(whole[..cut].to_vec())]
    })
    .await;
    let page = creator(builder(&server.url)).chats().send().await.unwrap();
    assert_eq!((page.len(), page.meta().attempts()), (1, 2));
}

#[tokio::test]
async fn http_1_0_and_chunks_of_each_size_are_read() {
    assert_eq!(once(vec![Step::Send(until_closed(PAGE.as_bytes()))]).await.unwrap().len(), 1);
    for size in [1, 2, 7, 1_000] {
        let steps = vec![Step::Send(chunked(PAGE.as_bytes(), size))];
        assert_eq!(once(steps).await.unwrap().len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn slow_servers_time_out() {
    let head = response("200 OK", &[], PAGE.as_bytes());
    let bytes = |pause: u64| -> Vec<Step> {
        let pause = Duration::from_millis(pause);
        head.iter().flat_map(|byte| [Step::Wait(pause), Step::Send(vec![*byte])]).collect()
    };
    assert_eq!(once(bytes(50)).await.unwrap().len(), 1, "slow, but in time");
    for steps in [bytes(1_000), vec![Step::Hang], vec![Step::Send(head[..90].to_vec()), Step::Hang]]
    {
        assert_eq!(once(steps).await.unwrap_err().kind(), ErrorKind::Timeout);
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_server_is_asked_again() {
    let whole = response("200 OK", &[], PAGE.as_bytes());
    let server = Server::start(move |request| match request {
        0 => vec![Step::Hang],
        1 => vec![Step::Send(whole[..90].to_vec()), Step::Hang],
        _ => vec![Step::Send(whole.clone())],
    })
    .await;
    let page = creator(builder(&server.url)).chats().send().await.unwrap();
    assert_eq!(page.meta().attempts(), 3);
}

#[tokio::test]
async fn garbage_is_an_error() {
    let mut rng = Rng::with_seed(3);
    let (mut head, whole) =
        (b"HTTP/1.1 200 OK\r\n".to_vec(), response("200 OK", &[], PAGE.as_bytes()));
    head.truncate(9);
    for case in 0..300 {
        let noise: Vec<u8> = (0..rng.usize(1..400)).map(|_| rng.u8(..)).collect();
        let bytes = match case % 3 {
            0 => noise,
            1 => [&head[..], &noise].concat(),
            _ => {
                // Change one byte of a valid response.
                let mut bytes = whole.clone();
                let place = rng.usize(..bytes.len());
                bytes[place] = rng.u8(..);
                bytes
            }
        };
        match once(vec![Step::Send(bytes)]).await {
            // The changed byte was part of a string or a number, or is the same as before.
            Ok(page) => assert!(case % 3 == 2 && page.len() + page.rejected().len() <= 1),
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
}

/// A frame of HTTP/2 (RFC 9113, section 4.1).
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// Starts an HTTP/2 server that rejects every second request with the frame that `rejection`
/// returns for its stream.
async fn http2(rejection: impl Fn(u32) -> Vec<u8> + Copy + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let mut rejected = false;
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut preface = [0; 24];
            socket.read_exact(&mut preface).await.unwrap();
            socket.write_all(&frame(4, 0, 0, &[])).await.unwrap();
            let mut head = [0; 9];
            while socket.read_exact(&mut head).await.is_ok() {
                let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
                let mut payload = vec![0; length as usize];
                socket.read_exact(&mut payload).await.unwrap();
                let stream = u32::from_be_bytes(head[5..].try_into().unwrap());
                let answer = match head[3] {
                    4 if head[4] == 0 => frame(4, 1, 0, &[]),
                    1 if !rejected => rejection(stream),
                    // `:status: 200` is entry 8 of the static table.
                    1 => [frame(1, 4, stream, &[0x88]), frame(0, 1, stream, PAGE.as_bytes())]
                        .concat(),
                    _ => continue,
                };
                if head[3] == 1 {
                    rejected = !rejected;
                }
                if socket.write_all(&answer).await.is_err() {
                    break;
                }
            }
        }
    });
    url
}

#[tokio::test]
async fn a_request_that_http_2_rejects_unprocessed_is_sent_again_at_no_cost() {
    let refused_stream = |stream: u32| frame(3, 0, stream, &7_u32.to_be_bytes());
    let going_away = |_: u32| frame(7, 0, 0, &[0; 8]);
    for url in [http2(refused_stream).await, http2(going_away).await] {
        let client = builder(&url)
            .http(|http| http.http2_prior_knowledge())
            .retry(RetryPolicy::new().max_attempts(2))
            .retry_budget(0);
        let creator = creator(client);
        for _ in 0..5 {
            let page = creator.chats().send().await.unwrap();
            assert_eq!((page.len(), page.meta().attempts()), (1, 2));
        }
    }
}

/// The connection stays open, and the server may have acted: this is a failure like any other.
#[tokio::test]
async fn other_errors_of_http_2_are_no_closed_connection() {
    for code in [0_u32, 2, 11] {
        let reset = move |stream: u32| frame(3, 0, stream, &code.to_be_bytes());
        let client = builder(http2(reset).await)
            .http(|http| http.http2_prior_knowledge())
            .retry(RetryPolicy::off());
        let creator = creator(client);
        for attempt in 0..4 {
            // Every second request is rejected.
            let page = creator.chats().send().await;
            assert_eq!(page.is_ok(), attempt % 2 == 1, "{code}, {attempt}: {page:?}");
        }
    }
}

/// The certificate of this server is signed by itself (and the private key isn't used elsewhere).
#[cfg(feature = "rustls")]
#[tokio::test]
async fn an_untrusted_certificate_is_named_and_not_tried_again() {
    use std::sync::Arc;

    use tokio_rustls::TlsAcceptor;
    use tokio_rustls::rustls::ServerConfig;
    use tokio_rustls::rustls::crypto::aws_lc_rs;
    use tokio_rustls::rustls::pki_types::PrivateKeyDer;

    let certificate = include_bytes!("certificate.der").to_vec().into();
    let key = PrivateKeyDer::Pkcs8(include_bytes!("certificate-key.der").to_vec().into());
    // Another crate of the workspace may enable a second provider, and then none is the default.
    let provider = Arc::new(aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider);
    let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    let acceptor =
        TlsAcceptor::from(Arc::new(config.with_single_cert(vec![certificate], key).unwrap()));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let accepted = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&accepted);
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::SeqCst);
            drop(acceptor.accept(socket).await);
        }
    });
    let error = creator(builder(url)).chats().send().await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Certificate, 1), "{error}");
    let line = error.to_string();
    assert!(line.contains("is not trusted") && line.contains("SSL_CERT_FILE"), "{line}");
    assert!(!line.contains("OtherError"), "{line}");
    assert_eq!(accepted.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn too_many_headers_are_named() {
    let headers = vec![("x-odd", "1"); 300];
    let error = once(vec![Step::Send(response("200 OK", &headers, PAGE.as_bytes()))]).await;
    let error = error.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.to_string().contains("too many headers"), "{error}");
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

async fn compressed(encoding: &str, body: &[u8]) -> Result<Page> {
    let headers = [("content-encoding", encoding)];
    once(vec![Step::Send(response("200 OK", &headers, body))]).await
}

#[tokio::test]
async fn every_form_of_gzip_is_decompressed() {
    let whole = gzip(PAGE.as_bytes());
    let (start, end) = PAGE.as_bytes().split_at(20);
    let members = [gzip(start), gzip(b""), gzip(end)].concat();
    for body in [&whole, &members] {
        for encoding in ["gzip", "GZIP", " x-gzip"] {
            assert_eq!(compressed(encoding, body).await.unwrap().len(), 1);
        }
    }
    assert_eq!(compressed("identity", PAGE.as_bytes()).await.unwrap().len(), 1);
    let (_, result) = fails(Fault::Compressed(Encoding::Gzip), 1, |client| client).await;
    assert_eq!(result.unwrap().len(), 10);
}

#[tokio::test]
async fn broken_gzip_and_other_encodings_are_errors() {
    let whole = gzip(PAGE.as_bytes());
    let mut broken = whole.clone();
    broken[14] ^= 0xff;
    for body in [&whole[..whole.len() - 9], &broken, PAGE.as_bytes()] {
        let error = compressed("gzip", body).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert!(error.to_string().contains("broken gzip"), "{error}");
    }
    // Each member takes as long as a page.
    let members = gzip(b"").repeat(1_025);
    let error = compressed("gzip", &members).await.unwrap_err();
    assert!(error.to_string().contains("broken gzip"), "{error}");
    let enough = [gzip(PAGE.as_bytes()), gzip(b"").repeat(1_023)].concat();
    assert_eq!(compressed("gzip", &enough).await.unwrap().len(), 1);
    // A larger limit has room for more blocks.
    let server = Server::start(move |_| {
        vec![Step::Send(response(
            "200 OK",
            &[("content-encoding", "gzip")],
            &[&*enough, &members].concat(),
        ))]
    });
    let server = server.await;
    let creator = creator(builder(&server.url).max_response_size(128 << 20));
    assert_eq!(creator.chats().send().await.unwrap().len(), 1);
    for (encoding, named) in [(Encoding::Br, "\"br\""), (Encoding::Zstd, "\"zstd\"")] {
        let (_, result) = fails(Fault::Compressed(encoding), 1, |client| client).await;
        let error = result.unwrap_err();
        assert_eq!((error.kind(), error.status().unwrap().as_u16()), (ErrorKind::Decode, 200));
        assert!(error.to_string().contains(named), "{error}");
    }
}

#[tokio::test]
async fn gzip_is_decompressed_as_it_arrives() {
    let whole = gzip(PAGE.as_bytes());
    for size in [1, 2, 7, 1_000] {
        let mut sent = chunked(&whole, size);
        let head = b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n";
        sent.splice(..b"HTTP/1.1 200 OK\r\n".len(), *head);
        assert_eq!(once(vec![Step::Send(sent)]).await.unwrap().len(), 1);
    }
    // The rest would never come.
    let headers = [("content-encoding", "gzip")];
    let bomb = gzip(&vec![b' '; 20_000_000]);
    for (body, told) in [(&b"<html>"[..], "broken gzip"), (&bomb, "larger than 100000 bytes")] {
        let mut start = response("200 OK", &headers, &[body, &[0; 50]].concat());
        start.truncate(start.len() - 50);
        let error = once(vec![Step::Send(start), Step::Hang]).await.unwrap_err();
        assert!(error.to_string().contains(told), "{error}");
    }
}

#[tokio::test]
async fn what_is_too_large_is_not_read_to_its_end() {
    let too_large = |error: &Error, limit: &str| {
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Decode, 1));
        assert!(error.to_string().contains(&format!("larger than {limit} bytes")), "{error}");
    };
    // Too large after decompression.
    let bomb = gzip(&vec![b' '; 20_000_000]);
    assert!(bomb.len() < 100_000);
    too_large(&compressed("gzip", &bomb).await.unwrap_err(), "100000");
    // Too large before decompression, and empty after it: blocks without content.
    let header = &gzip(b"")[..10];
    let nothing = [header, &b"\x00\x00\x00\xff\xff".repeat(30_000)].concat();
    too_large(&compressed("gzip", &nothing).await.unwrap_err(), "100000");
    let (spaces, fits) = (vec![b' '; 100_001], [&vec![b' '; 99_900], PAGE.as_bytes()].concat());
    let steps = |body: &[u8]| vec![Step::Send(response("200 OK", &[], body))];
    too_large(&once(steps(&spaces)).await.unwrap_err(), "100000");
    assert_eq!(once(steps(&fits)).await.unwrap().len(), 1, "{}", fits.len());
    // The default limit.
    for fault in [Fault::HugePage { megabytes: 50 }, Fault::GzipBomb { megabytes: 50 }] {
        let (_, result) = fails(fault, 1, |client| client).await;
        too_large(&result.unwrap_err(), "33554432");
    }
}
