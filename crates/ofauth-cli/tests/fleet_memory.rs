//! What a large fleet costs its client: the stand-in is another process.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout, reason = "the figure, with --nocapture")]

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use ofauth::Client;

/// Ends with the test.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The most memory that this process ever had.
fn peak_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let number = line.unwrap().split_whitespace().nth(1);
    number.unwrap().parse().unwrap()
}

#[tokio::test]
async fn ten_thousand_connections_are_read_within_100_mb_and_their_limits() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ofauth"));
    command.args(["sandbox", "--connections", "10000", "--chats", "3"]);
    command.stdout(Stdio::piped()).stderr(Stdio::null());
    let mut server = Server(command.spawn().unwrap());
    let mut lines = BufReader::new(server.0.stdout.take().unwrap()).lines();
    let url = lines.next().unwrap().unwrap();

    // The server refuses what is over the limit, and nothing is tried again here.
    let client = Client::builder().api_key("sk_sandbox_x").base_url(url);
    let client = client.retry(ofauth::RetryPolicy::off()).build().unwrap();
    let ids = (1..=10_000).map(|number| format!("conn_sandbox_{number}"));
    let mut fleet = client.fleet(ids).chats(|request| request);
    let mut count = 0;
    while let Some((_, chat)) = fleet.next().await {
        chat.unwrap();
        count += 1;
    }
    assert_eq!((count, fleet.ended()), (30_000, 10_000));
    let peak = peak_kb();
    println!("{peak} kB at most, all of this process");
    assert!(peak < 100_000, "{peak} kB");
}
