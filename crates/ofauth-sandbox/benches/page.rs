//! The CPU time of a page of 20 chats, for the sandbox and for a minimal client that only reads and
//! decodes it. Each runs on its own thread. The first run requests the pages of one connection
//! repeatedly. The second requests one page of each of 10 000 connections with 1 000 chats, so that
//! every page is new. At the end the peak memory is printed.
//!
//! `cargo bench -p ofauth-sandbox`

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark prints its results and fails by panicking"
)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use cpu_time::ThreadTime;
use ofauth_api::types::ChatPage;
use ofauth_sandbox::Sandbox;

const PAGES: u32 = 20_000;
const CHATS: u32 = 1_000;
/// The connections of the second run, in which every page is new.
const CONNECTIONS: u32 = 10_000;

fn main() {
    run("repeated pages", 1);
    run("new pages", CONNECTIONS);
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let used = status.lines().find(|line| line.starts_with("VmHWM"));
    println!("peak memory of client and sandbox: {}", used.unwrap_or("(available only on Linux)"));
}

fn run(name: &str, connections: u32) {
    let (started, address) = mpsc::channel();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let server = thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let builder = Sandbox::builder().connections(connections).chats(CHATS);
            let sandbox = builder.rate_limit(None).start().await.unwrap();
            started.send(sandbox.address()).unwrap();
            let before = ThreadTime::now();
            stopped.await.unwrap();
            before.elapsed()
        })
    });
    let address = address.recv().unwrap();
    let (mut reading, mut decoding, mut bytes) = (Duration::ZERO, Duration::ZERO, 0);
    let mut client = Client::connect(address);
    let pages = if connections == 1 { PAGES } else { connections };
    for page in 0..pages {
        let start = ThreadTime::now();
        let body = client.get(1 + page % connections, 20 * page % CHATS);
        reading += start.elapsed();
        bytes += body.len();
        let start = ThreadTime::now();
        let page: ChatPage = serde_json::from_slice(&body).unwrap();
        decoding += start.elapsed();
        assert_eq!(page.list.len(), 20);
    }
    stop.send(()).unwrap();
    let serving = server.join().unwrap();

    let per_page = |time: Duration| time.as_secs_f64() * 1e6 / f64::from(pages);
    let client = per_page(reading + decoding);
    println!("{name}: {pages} pages of 20 chats, {} KB each", bytes / pages as usize / 1_000);
    println!("  sandbox: {:6.1} us of CPU per page", per_page(serving));
    println!(
        "  client:  {client:6.1} us ({:.1} read, {:.1} decode)",
        per_page(reading),
        per_page(decoding)
    );
    println!("  ratio:   {:6.2}", per_page(serving) / client);
}

/// A minimal client: one blocking socket.
struct Client(BufReader<TcpStream>);

impl Client {
    fn connect(address: SocketAddr) -> Self {
        let socket = TcpStream::connect(address).unwrap();
        socket.set_nodelay(true).unwrap();
        Self(BufReader::with_capacity(64 * 1024, socket))
    }

    fn get(&mut self, connection: u32, offset: u32) -> Vec<u8> {
        let request = format!(
            "GET /v2/access/chats?limit=20&offset={offset} HTTP/1.1\r\nhost: sandbox\r\n\
             apikey: sk_sandbox_x\r\nx-connection-id: conn_sandbox_{connection}\r\n\r\n"
        );
        self.0.get_mut().write_all(request.as_bytes()).unwrap();
        let (mut line, mut length) = (String::new(), 0);
        while line != "\r\n" {
            line.clear();
            self.0.read_line(&mut line).unwrap();
            if let Some(value) = line.strip_prefix("content-length: ") {
                length = value.trim().parse().unwrap();
            }
        }
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).unwrap();
        body
    }
}
