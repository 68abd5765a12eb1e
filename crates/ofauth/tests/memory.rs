//! Memory use of many connections. It is a separate test because it measures the whole process.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout, reason = "the figure, with --nocapture")]

use std::time::Duration;

use ofauth::operations::list_chats::OPERATION;
use ofauth::{Client, LimitRequest, RateLimit, RateLimiter, TokenBuckets};

fn resident_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// Every bucket is in use, so it can't be removed.
#[tokio::test(start_paused = true)]
async fn a_hundred_thousand_connections_cost_less_than_50_mb() {
    let client = Client::builder().api_key("sk_x").base_url("http://127.0.0.1:1");
    let client = client.build().unwrap();
    let buckets = TokenBuckets::new(RateLimit::default());
    let before = resident_kb();
    let mut connections = Vec::new();
    for number in 0..100_000 {
        let connection = client.connection(format!("conn_{number:024}")).unwrap();
        let request = LimitRequest::new(connection.id(), &OPERATION, Duration::ZERO);
        buckets.acquire(request).await.unwrap();
        connections.push(connection);
    }
    let cost = resident_kb() - before;
    println!("{cost} kB for {} connections", connections.len());
    assert!(cost < 50_000, "{cost} kB");
}
