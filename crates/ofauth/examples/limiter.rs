//! A custom rate limiter: in addition to the limit of each connection, all connections together
//! send at most a given number of requests per second.
//!
//! `OFAUTH_API_KEY=… cargo run -p ofauth --example limiter -- 20 conn_abc123 conn_abc124`

use std::error::Error;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use ofauth::{
    ClientBuilder, ConnectionId, LimitFuture, LimitRequest, Observed, RateLimit, RateLimiter,
    TokenBuckets,
};
use tokio::sync::Mutex;
use tokio::time::{Interval, MissedTickBehavior, interval};

struct Together {
    each: TokenBuckets,
    all: Mutex<Interval>,
}

impl RateLimiter for Together {
    fn acquire<'a>(&'a self, request: LimitRequest<'a>) -> LimitFuture<'a> {
        Box::pin(async move {
            self.each.acquire(request).await?;
            self.all.lock().await.tick().await;
            Ok(())
        })
    }

    fn observe<'a>(
        &'a self,
        connection: &'a ConnectionId,
        observed: &'a Observed,
    ) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>> {
        self.each.observe(connection, observed)
    }

    fn holds_back(&self) -> bool {
        self.each.holds_back()
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1).collect::<Vec<_>>().into_iter();
    let rate = arguments.next().and_then(|rate| rate.parse::<u16>().ok()).filter(|rate| *rate > 0);
    let rate = rate.ok_or("pass the requests per second, from 1 to 65535")?;
    let mut all = interval(Duration::from_secs(1) / u32::from(rate));
    all.set_missed_tick_behavior(MissedTickBehavior::Delay); // idle time allows no burst
    let limiter = Together { each: TokenBuckets::new(RateLimit::default()), all: Mutex::new(all) };
    let client = ClientBuilder::from_env()?.rate_limiter(Arc::new(limiter)).build()?;
    let mut chats = client.fleet(arguments).chats(|chats| chats);
    while let Some((member, event)) = chats.next().await {
        println!("creator {}: {event:?}", member.index() + 1); // `Debug` hides the messages
    }
    Ok(())
}
