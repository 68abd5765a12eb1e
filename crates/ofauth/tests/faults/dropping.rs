//! Futures that are dropped before they complete, that are spawned, that run outside of a runtime,
//! and that panic.

use std::time::Duration;

use futures_util::FutureExt;
use ofauth::{Checkpoint, Error, ErrorKind, RateLimit, RetryPolicy};
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

#[test]
fn outside_of_a_runtime_everything_is_an_error() {
    let creator = creator(builder("http://127.0.0.1:9"));
    let since = Checkpoint::default();
    let check = |error: Error| {
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(error.to_string().starts_with("there is no Tokio runtime here"), "{error}");
    };
    check(creator.chats().send().now_or_never().unwrap().unwrap_err());
    check(creator.chats().checkpoint().now_or_never().unwrap().unwrap_err());
    check(creator.get("/v2/x").send_as::<()>().now_or_never().unwrap().unwrap_err());
    let mut pages = creator.chats().pages();
    check(pages.next().now_or_never().unwrap().unwrap().unwrap_err());
    let mut stream = creator.chats().stream().parallel(3);
    check(stream.next().now_or_never().unwrap().unwrap().unwrap_err());
    assert!(stream.next().now_or_never().unwrap().is_none());
    let mut watch = creator.chats().watch(since, Duration::from_secs(1));
    check(watch.next().now_or_never().unwrap().unwrap().unwrap_err());
    assert!(watch.next().now_or_never().unwrap().is_none());
}

/// A panic of the application's callback isn't a failure of the network.
#[tokio::test]
async fn a_panic_of_a_callback_reaches_whoever_polls() {
    let sandbox = sandbox([]).await;
    let creator = creator(builder(sandbox.url()).on_event(|_| panic!("my callback")));
    let mut stream = creator.chats().stream();
    let polled = std::panic::AssertUnwindSafe(stream.next()).catch_unwind().await;
    let panic = polled.unwrap_err();
    assert_eq!(panic.downcast_ref::<&str>(), Some(&"my callback"));
}
