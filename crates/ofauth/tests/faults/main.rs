//! Faults of servers and networks, and how the client handles them.
//!
//! Tests in which time matters use virtual time: the servers run on the test's own runtime, whose
//! clock jumps to the next timer when nothing else is left to do.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

#[cfg(feature = "drift")]
mod drift;
mod dropping;
mod limits;
mod records;
mod retry;
mod server;
mod wire;

use ofauth::{Client, ClientBuilder, Connection, Page, Result};
use ofauth_sandbox::{Fault, FaultRule, Sandbox};

fn builder(url: impl Into<String>) -> ClientBuilder {
    Client::builder().api_key("sk_sandbox_secret").base_url(url).rate_limit(None)
}

fn creator(builder: ClientBuilder) -> Connection {
    builder.build().unwrap().connection("conn_sandbox_1").unwrap()
}

async fn sandbox(rules: impl IntoIterator<Item = FaultRule>) -> Sandbox {
    let builder = Sandbox::builder().faults(rules);
    builder.start().await.unwrap()
}

/// Starts a sandbox whose first `times` responses have a fault, and sends a request to it.
async fn fails(
    fault: Fault,
    times: u64,
    client: impl FnOnce(ClientBuilder) -> ClientBuilder,
) -> (Sandbox, Result<Page>) {
    let sandbox = sandbox([FaultRule::new(fault).times(times)]).await;
    let creator = creator(client(builder(sandbox.url())));
    let result = creator.chats().send().await;
    (sandbox, result)
}

fn status(status: u16, retry_after: Option<&str>) -> Fault {
    Fault::Status { status, body: Default::default(), retry_after: retry_after.map(str::to_owned) }
}
