//! Complete walks over real sockets, through inboxes that change while they are read.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod changes;
mod fleet;
mod hostile;
mod live;
mod resume;

use ofauth::{Chat, Client, ClientBuilder, Connection};
use ofauth_sandbox::{Change, Sandbox};

/// How many seeded cases to run: a fifth, unless `OFAUTH_LONG_TESTS` is set, as in CI.
fn cases(all: u64) -> u64 {
    match std::env::var_os("OFAUTH_LONG_TESTS") {
        Some(_) => all,
        None => all / 5,
    }
}

fn client(url: impl Into<String>) -> ClientBuilder {
    Client::builder().api_key("sk_sandbox_x").base_url(url).rate_limit(None)
}

async fn sandbox(chats: u32) -> Sandbox {
    let builder = Sandbox::builder().chats(chats);
    builder.start().await.unwrap()
}

fn creator(sandbox: &Sandbox) -> Connection {
    let client = client(sandbox.url()).build().unwrap();
    client.connection(sandbox.connection(1)).unwrap()
}

fn fans(sandbox: &Sandbox) -> Vec<i64> {
    let chats = sandbox.chats(&sandbox.connection(1)).unwrap();
    chats.iter().map(fan).collect()
}

fn fan(chat: &Chat) -> i64 {
    chat.with_user.id
}

/// Makes the fan's chat the newest.
fn message(sandbox: &Sandbox, fan: i64) {
    let text = "<p>Hi!</p>".to_owned();
    let change = Change::Message { fan, text, from_creator: false };
    sandbox.change(&sandbox.connection(1), change).unwrap();
}

fn remove(sandbox: &Sandbox, fan: i64) {
    sandbox.change(&sandbox.connection(1), Change::Remove { fan }).unwrap();
}
