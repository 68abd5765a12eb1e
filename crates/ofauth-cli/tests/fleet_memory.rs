//! The memory that a client needs for a large fleet. The sandbox runs in another process, so that
//! it isn't counted.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout, reason = "shows the result with --nocapture")]

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use ofauth::{Client, FleetEvent};

/// A server process that is stopped when it goes out of scope.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The peak memory of this process, in kB.
fn peak_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let number = line.unwrap().split_whitespace().nth(1);
    number.unwrap().parse().unwrap()
}

#[tokio::test]
async fn large_fleets_are_read_within_their_limits_and_in_little_memory() {
    // A fifth of them, unless all cases are to run, as in CI.
    let (connections, most) = match std::env::var_os("OFAUTH_LONG_TESTS") {
        Some(_) => (10_000, 100_000),
        None => (2_000, 50_000),
    };
    let mut command = Command::new(env!("CARGO_BIN_EXE_ofauth"));
    command.args(["sandbox", "--connections", &connections.to_string(), "--chats", "3"]);
    command.stdout(Stdio::piped()).stderr(Stdio::null());
    let mut server = Server(command.spawn().unwrap());
    let mut lines = BufReader::new(server.0.stdout.take().unwrap()).lines();
    let url = lines.next().unwrap().unwrap();

    // Without retries, any request over the server's rate limit would fail.
    let client = Client::builder().api_key("sk_sandbox_x").base_url(url);
    let client = client.retry(ofauth::RetryPolicy::off()).build().unwrap();
    let ids = (1..=connections).map(|number| format!("conn_sandbox_{number}"));
    let mut fleet = client.fleet(ids).chats(|request| request);
    let mut count = 0;
    while let Some((_, event)) = fleet.next().await {
        match event {
            FleetEvent::Item(_) => count += 1,
            FleetEvent::End { result, .. } => result.unwrap(),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((count, fleet.ended()), (3 * connections, connections));
    let peak = peak_kb();
    println!("peak memory of the whole process: {peak} kB");
    assert!(peak < most, "{peak} kB");
}
