//! Futures that are dropped before they complete, and futures that are spawned.

use std::time::Duration;

use ofauth::{Checkpoint, RateLimit, RetryPolicy};
use ofauth_sandbox::{Fault, FaultRule};
use tokio::time::timeout;

use crate::{builder, creator, sandbox};

fn can_be_spawned<T: Send + 'static>(value: T) -> T {
    value
}

#[tokio::test]
async fn every_future_and_stream_can_be_spawned() {
    let sandbox = sandbox([]).await;
    let creator = creator(builder(sandbox.url()));
    let send = can_be_spawned(creator.chats().send());
    let mut pages = can_be_spawned(creator.chats().pages());
    let mut stream = can_be_spawned(creator.chats().stream());
    let client = builder(sandbox.url()).build().unwrap();
    let since = Checkpoint::default();
    let every = Duration::from_secs(1);
    drop(can_be_spawned(creator.chats().checkpoint()));
    drop(can_be_spawned(creator.chats().changes(&since)));
    drop(can_be_spawned(creator.chats().watch(since, every)));
    drop(can_be_spawned(creator.chats().resume(stream.cursor())));
    drop(can_be_spawned(client.fleet(["conn_x"]).chats(|chats| chats)));
    can_be_spawned(async move {
        pages.next().await.unwrap().unwrap();
        stream.next().await.unwrap().unwrap();
    })
    .await;
    tokio::spawn(send).await.unwrap().unwrap();
    fn shared<T: Send + Sync + Clone>(_: &T) {}
    shared(&creator);
    fn error<T: std::error::Error + Send + Sync + 'static>() {}
    error::<ofauth::Error>();
}

/// Calls are dropped after various times: while they wait for the rate limit, connect, wait for the
/// response, read it or pause. The client keeps working, and no token is lost.
#[tokio::test(start_paused = true)]
async fn a_call_can_be_dropped_at_any_time() {
    let slow = [
        FaultRule::new(Fault::Latency { min_ms: 300, max_ms: 300 }),
        FaultRule::new(Fault::status(503)).rate(0.3),
        FaultRule::new(Fault::SlowBody { every_ms: 50, piece: 10_000 }),
    ];
    let sandbox = sandbox(slow).await;
    let limit = RateLimit::per_minute(60).burst(1);
    let policy = RetryPolicy::new().base_delay(Duration::from_millis(200));
    let creator = creator(builder(sandbox.url()).rate_limit(limit).retry(policy));
    let (mut left, mut done) = (0, 0);
    for millis in (0..3_000).step_by(37) {
        match timeout(Duration::from_millis(millis), creator.chats().send()).await {
            Err(_) => left += 1,
            Ok(result) => {
                result.unwrap();
                done += 1;
            }
        }
    }
    assert!(left > 20 && done > 20, "{left} left, {done} done");
    sandbox.clear_faults();
    // At most the token of the last call is missing.
    let start = tokio::time::Instant::now();
    creator.chats().send().await.unwrap();
    assert!(start.elapsed() < Duration::from_millis(1_100), "{:?}", start.elapsed());
}
