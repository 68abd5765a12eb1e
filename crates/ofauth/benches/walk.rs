//! Measures how long 1 000 chats take, at 50 ms per request: one page after another, with
//! prefetching, and in parallel, compared with the plain loop over the pages. Also measures a large
//! fleet.
//!
//! `cargo bench -p ofauth`

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark that prints its results")]

use std::time::{Duration, Instant};

use ofauth::{ChatStream, Client, FleetEvent};
use ofauth_sandbox::{Fault, FaultRule, Sandbox};

const CHATS: u32 = 1_000;
const LATENCY: u64 = 50;
const CONNECTIONS: u32 = 10_000;

#[tokio::main]
async fn main() {
    let latency = Fault::Latency { min_ms: LATENCY, max_ms: LATENCY };
    let builder = Sandbox::builder().chats(CHATS).rate_limit(None);
    let sandbox = builder.faults([FaultRule::new(latency)]).start().await.unwrap();
    let builder = Client::builder().api_key(sandbox.api_key()).base_url(sandbox.url());
    let client = builder.rate_limit(None).build().unwrap();
    let creator = client.connection(sandbox.connection(1)).unwrap();

    let start = Instant::now();
    let mut pages = creator.chats().pages();
    while let Some(page) = pages.next().await {
        page.unwrap();
    }
    let plain = start.elapsed();
    report("pages, the plain loop", plain, plain, &sandbox);
    let ways: [(&str, Way); 5] = [
        ("stream", |stream| stream),
        ("stream, prefetch(1)", |stream| stream.prefetch(1)),
        ("stream, parallel(4)", |stream| stream.parallel(4)),
        ("stream, parallel(8)", |stream| stream.parallel(8)),
        ("stream, parallel(16)", |stream| stream.parallel(16)),
    ];
    for (name, way) in ways {
        sandbox.forget_requests();
        let start = Instant::now();
        let mut chats = way(creator.chats().stream());
        let mut count = 0;
        while let Some(chat) = chats.next().await {
            chat.unwrap();
            count += 1;
        }
        assert_eq!(count, CHATS);
        report(name, start.elapsed(), plain, &sandbox);
    }
    fleet().await;
}

/// Configures how a stream reads.
type Way = fn(ChatStream) -> ChatStream;

fn report(name: &str, time: Duration, plain: Duration, sandbox: &Sandbox) {
    let ratio = time.as_secs_f64() / plain.as_secs_f64();
    let requests = sandbox.requests().len();
    println!("{name:24} {:5.2} s  {ratio:4.2} of plain  {requests} requests", time.as_secs_f64());
}

async fn fleet() {
    let builder = Sandbox::builder().connections(CONNECTIONS).chats(20);
    let sandbox = builder.start().await.unwrap();
    let builder = Client::builder().api_key(sandbox.api_key()).base_url(sandbox.url());
    let client = builder.build().unwrap();
    let ids: Vec<String> = (1..=CONNECTIONS).map(|number| sandbox.connection(number)).collect();
    let start = Instant::now();
    let mut chats = client.fleet(ids).chats(|request| request);
    let mut count = 0;
    while let Some((_, event)) = chats.next().await {
        count += usize::from(matches!(event, FleetEvent::Item(_)));
    }
    println!(
        "fleet of {CONNECTIONS} connections: {count} chats in {:.2} s, with the sandbox in the same process",
        start.elapsed().as_secs_f64(),
    );
}
