//! Faults, rate limits and recorded requests, checked on raw sockets.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod limits;
mod pages;
mod rules;
mod wire;

use ofauth_sandbox::{Fault, FaultRule, Sandbox};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const ONE: &str = "conn_sandbox_1";

/// The bytes that a socket received, and whether it was closed cleanly.
struct Received {
    bytes: Vec<u8>,
    end: std::io::Result<()>,
}

impl Received {
    fn split(&self) -> (String, &[u8]) {
        let end = self.bytes.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap();
        let head = String::from_utf8(self.bytes[..end].to_vec()).unwrap().to_lowercase();
        (head, &self.bytes[end + 4..])
    }

    fn status(&self) -> u16 {
        self.split().0.split(' ').nth(1).unwrap().parse().unwrap()
    }

    fn header(&self, name: &str) -> Option<String> {
        let (head, _) = self.split();
        let line = head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
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
    let sandbox = Sandbox::builder().faults([FaultRule::new(fault)]).start().await.unwrap();
    ask(&sandbox, "limit=3&offset=6", "").await
}

/// Returns the page without a fault.
async fn well() -> Received {
    with(Fault::Well).await
}

fn status(status: u16) -> Fault {
    Fault::status(status)
}
