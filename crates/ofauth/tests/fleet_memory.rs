//! What a large fleet costs. In a process of its own, since it looks at all its memory.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout, reason = "the figure, with --nocapture")]

use ofauth::Client;
use ofauth_sandbox::Sandbox;

fn resident_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM:"))
        .unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// The stand-in runs in this process too, and what it keeps of 10 000 inboxes is not the
/// client's: it is asked for all of them once before.
#[tokio::test]
async fn ten_thousand_connections_are_read_within_100_mb_and_their_limits() {
    let builder = Sandbox::builder().connections(10_000).chats(3);
    let sandbox = builder.start().await.unwrap();
    let ids: Vec<String> = (1..=10_000)
        .map(|number| sandbox.connection(number))
        .collect();
    let read = async || {
        let client = Client::builder()
            .api_key(sandbox.api_key())
            .base_url(sandbox.url());
        let client = client.build().unwrap();
        let mut fleet = client.fleet(ids.clone()).chats(|request| request);
        let mut count = 0;
        while let Some((_, chat)) = fleet.next().await {
            chat.unwrap();
            count += 1;
        }
        count
    };
    let limited = Client::builder()
        .api_key(sandbox.api_key())
        .base_url(sandbox.url());
    let warm = limited.rate_limit(None).build().unwrap();
    for id in &ids {
        warm.connection(id).unwrap().chats().send().await.unwrap();
    }
    sandbox.forget_requests();
    let before = resident_kb();
    assert_eq!(read().await, 30_000);
    let cost = resident_kb() - before;
    let requests = sandbox.requests();
    println!("{cost} kB more for {} requests", requests.len());
    assert_eq!(requests.statuses(), vec![200; 10_000]);
    assert!(cost < 100_000, "{cost} kB");
}
