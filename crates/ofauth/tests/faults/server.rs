//! A test server on a bare socket, which sends exactly the bytes that a test specifies.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;

/// A step of the server after it has read a request. After the last step, it closes the connection.
#[derive(Clone)]
pub(crate) enum Step {
    Send(Vec<u8>),
    Wait(Duration),
    Reset,
    Hang,
    /// Keeps the connection for another request.
    Keep,
}

pub(crate) struct Server {
    pub(crate) url: String,
    requests: Arc<AtomicUsize>,
}

impl Server {
    /// Starts a server that answers the n-th request, from 0, with the steps of `answer(n)`.
    pub(crate) async fn start(answer: impl Fn(usize) -> Vec<Step> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(AtomicUsize::new(0));
        let (answer, count) = (Arc::new(answer), Arc::clone(&requests));
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let (answer, count) = (Arc::clone(&answer), Arc::clone(&count));
                tokio::spawn(async move {
                    let mut socket = BufReader::new(socket);
                    while read_head(&mut socket).await
                        && play(socket.get_mut(), answer(count.fetch_add(1, Ordering::SeqCst)))
                            .await
                    {}
                });
            }
        });
        Self { url, requests }
    }

    /// Returns the number of requests received.
    pub(crate) fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

async fn read_head(socket: &mut BufReader<TcpStream>) -> bool {
    let mut line = String::new();
    while socket.read_line(&mut line).await.is_ok_and(|read| read > 0) {
        if line == "\r\n" {
            return true;
        }
        line.clear();
    }
    false
}

/// Returns whether to keep the connection.
async fn play(socket: &mut TcpStream, steps: Vec<Step>) -> bool {
    for step in steps {
        match step {
            Step::Send(bytes) => {
                // The client may have closed the connection.
                if socket.write_all(&bytes).await.is_err() {
                    return false;
                }
            }
            Step::Wait(time) => sleep(time).await,
            Step::Reset => socket.set_zero_linger().unwrap(),
            Step::Hang => std::future::pending().await,
            Step::Keep => return true,
        }
    }
    false
}

/// A page with one chat, which is the last page.
pub(crate) const PAGE: &str =
    r#"{"list":[{"withUser":{"id":7,"_view":"s"},"unreadMessagesCount":2}],"hasMore":false}"#;

/// Returns a complete response with these additional headers.
pub(crate) fn response(status: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let headers = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n"));
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n{}\r\n",
        body.len(),
        headers.collect::<String>(),
    );
    [head.as_bytes(), body].concat()
}

/// Returns a successful response in chunks of `size` bytes.
pub(crate) fn chunked(body: &[u8], size: usize) -> Vec<u8> {
    let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    let mut bytes = head.as_bytes().to_vec();
    for chunk in body.chunks(size) {
        bytes.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        bytes.extend_from_slice(chunk);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(b"0\r\n\r\n");
    bytes
}

/// Returns a successful response whose body ends when the connection closes.
pub(crate) fn until_closed(body: &[u8]) -> Vec<u8> {
    [b"HTTP/1.0 200 OK\r\ncontent-type: application/json\r\n\r\n", body].concat()
}
