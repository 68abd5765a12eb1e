//! A stand-in for the OFAuth API on loopback.
//!
//! It serves `GET /v2/access/chats` over HTTP/1.1 and HTTP/2 (without TLS), over
//! inboxes that look like real ones, and are the same for the same seed: for the tests
//! of an application, and for a first look without an account.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use ofauth_sandbox::{Change, Fault, FaultRule, Sandbox, Session};
//!
//! let sandbox = Sandbox::builder().chats(500).start().await?;
//! println!("{} {} {}", sandbox.url(), sandbox.api_key(), sandbox.connection(1));
//!
//! // Things change while they are read:
//! let creator = sandbox.connection(1);
//! let fan = sandbox.chats(&creator)?[7].with_user.id;
//! let text = "<p>Hi!</p>".to_owned();
//! sandbox.change(&creator, Change::Message { fan, text, from_creator: false })?;
//! sandbox.change(&creator, Change::Session(Session::Expired))?;
//!
//! // Things go wrong: two requests fail, then all is well.
//! sandbox.inject([FaultRule::new(Fault::status(503)).times(2)]);
//!
//! // What was asked for can be checked:
//! sandbox.requests().of(&creator).assert_count(0);
//! # Ok(())
//! # }
//! ```
//!
//! # What it does as the API does
//!
//! - All six parameters, with their bounds and defaults; a bad one is answered with 400
//!   `BAD_REQUEST`. No parameter is a list, so one that is given twice is a bad one. The
//!   API's description forbids no other parameters, so an unknown one is ignored. `null` as
//!   the `offset` means 0.
//! - 401 `UNAUTHORIZED` without a key that begins with `sk_sandbox_`, and 401
//!   `SESSION_NOT_PROVIDED` without a connection that it knows: `conn_sandbox_1` to
//!   `conn_sandbox_N`, and those that are [set up](SandboxBuilder::setup) by name.
//! - 60 requests a minute for each connection, with bursts of up to 90, then 429 with
//!   `Retry-After`; the `X-RateLimit-*` headers tell the limit, what is left, and in how
//!   many seconds all of it is back. Another [limit](SandboxBuilder::rate_limit), or none, can be set.
//! - 404 `ROUTE_NOT_FOUND` for other paths, and 405 with `Allow` for other methods than
//!   GET and HEAD. Every error has the documented body, with a request id.
//!
//! # What it makes up
//!
//! - `query` finds chats whose last message's text or fan's name holds the text, in any
//!   case. The API's own search is not documented.
//! - `userListId` 1 to 5 are lists with some of the fans; other lists are empty.
//! - Priority chats are marked nowhere in a chat; fans who tipped are told by
//!   `hasUnreadTips` where the tip is unread.
//!
//! # What can go wrong
//!
//! Every [`Fault`] can be had by [rules](Sandbox::inject), at a [rate](FaultRule::rate),
//! [some times](FaultRule::times), in a [sequence](FaultRule::sequence), for one
//! [connection](FaultRule::connection), or for one request: the header `x-sandbox-fault`
//! holds a fault as JSON.
//!
//! # For other languages
//!
//! `ofauth sandbox` (of `ofauth-cli`) runs it as a server. With an
//! [admin port](SandboxBuilder::admin_port), a second listener on loopback speaks JSON:
//!
//! | request | what it does |
//! | --- | --- |
//! | `POST /connections/{id}/changes`, a [`Change`] | changes a connection |
//! | `GET /connections/{id}/chats` | its chats, newest first |
//! | `GET /requests` | the requests that were received, the oldest first, without their headers |
//! | `DELETE /requests` | forgets them |
//! | `POST /faults`, a [`FaultRule`] | adds a rule |
//! | `GET /faults` | the rules, each with how often it was applied |
//! | `DELETE /faults` | removes all rules |

mod account;
mod admin;
mod answer;
mod change;
mod clock;
mod fault;
mod inbox;
mod limit;
mod parameters;
mod phrases;
mod record;
mod server;
mod wire;
mod world;

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::extract::connect_info::IntoMakeServiceWithConnectInfo;
use ofauth_api::types::Chat;
use tokio::net::TcpListener;
use tokio::sync::watch;

pub use account::ConnectionSetup;
pub use change::{Change, ChangeError, Session};
pub use clock::Clock;
pub use fault::{Encoding, Fault, FaultBody, FaultRule, OddOffset};
pub use limit::{ParseQuotaError, Quota};
pub use record::{Recorded, Requests};

use crate::clock::TokioClock;
use crate::server::Shared;
use crate::wire::{Wire, WireListener};
use crate::world::World;

// The examples of the README are compiled with the tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// A running stand-in; it stops when it is dropped.
#[derive(Debug)]
pub struct Sandbox {
    address: SocketAddr,
    admin: Option<SocketAddr>,
    connections: u32,
    shared: Shared,
    // Dropping it tells all tasks to stop.
    _stop: watch::Sender<()>,
}

impl Sandbox {
    /// Starts a stand-in with the default settings: see [`SandboxBuilder`].
    ///
    /// # Errors
    ///
    /// Where no port of loopback can be listened on.
    pub async fn start() -> io::Result<Self> {
        Self::builder().start().await
    }

    /// Sets up a stand-in.
    pub fn builder() -> SandboxBuilder {
        SandboxBuilder::default()
    }

    /// The base URL, like `http://127.0.0.1:49152`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The address that the stand-in listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The base URL of the admin port, where there is one.
    pub fn admin_url(&self) -> Option<String> {
        self.admin.map(|address| format!("http://{address}"))
    }

    /// A key that the stand-in accepts; it accepts every key that begins with `sk_sandbox_`.
    pub fn api_key(&self) -> &'static str {
        "sk_sandbox_demo"
    }

    /// The id of a connection, by its number from 1.
    ///
    /// A number beyond [`connections`](Self::connections) gives the id of a connection
    /// that the stand-in doesn't know.
    pub fn connection(&self, number: u32) -> String {
        format!("{}{number}", world::CONNECTION_PREFIX)
    }

    /// The number of numbered connections.
    pub fn connections(&self) -> u32 {
        self.connections
    }

    /// Changes a connection, before the next request is answered.
    ///
    /// # Errors
    ///
    /// Where the stand-in has no such connection, or the connection no chat with the fan.
    pub fn change(&self, connection: &str, change: Change) -> Result<(), ChangeError> {
        self.shared.lock().apply(connection, change)
    }

    /// The chats of a connection as they are now, newest first.
    ///
    /// # Errors
    ///
    /// Where the stand-in has no such connection.
    pub fn chats(&self, connection: &str) -> Result<Vec<Chat>, ChangeError> {
        self.shared
            .lock()
            .chats(connection)
            .ok_or(ChangeError::UnknownConnection)
    }

    /// Adds rules for what goes wrong, after those that are there. A fault that a request
    /// itself asks for comes before all rules.
    pub fn inject(&self, rules: impl IntoIterator<Item = FaultRule>) {
        self.shared.lock().faults.add(rules);
    }

    /// The rules for what goes wrong, each with how often it was [applied](FaultRule::applied).
    pub fn faults(&self) -> Vec<FaultRule> {
        self.shared.lock().faults.rules().to_vec()
    }

    /// Removes all rules for what goes wrong.
    pub fn clear_faults(&self) {
        self.shared.lock().faults.clear();
    }

    /// The requests that were received, the oldest first; the last 100 000 are kept.
    pub fn requests(&self) -> Requests {
        self.shared.lock().requests()
    }

    /// Forgets the requests that were received.
    pub fn forget_requests(&self) {
        self.shared.lock().forget_requests();
    }
}

/// Sets up a [`Sandbox`]; made by [`Sandbox::builder`].
#[derive(Clone, Debug)]
#[must_use = "nothing listens before `start`"]
pub struct SandboxBuilder {
    host: IpAddr,
    port: u16,
    admin_port: Option<u16>,
    connections: u32,
    chats: u32,
    seed: u64,
    rate_limit: Option<Quota>,
    setups: BTreeMap<String, ConnectionSetup>,
    faults: Vec<FaultRule>,
    live: f64,
    clock: Option<Arc<dyn Clock>>,
}

impl Default for SandboxBuilder {
    fn default() -> Self {
        Self {
            host: Ipv4Addr::LOCALHOST.into(),
            port: 0,
            admin_port: None,
            connections: 3,
            chats: 120,
            seed: 1,
            rate_limit: Some(Quota::default()),
            setups: BTreeMap::new(),
            faults: Vec::new(),
            live: 0.0,
            clock: None,
        }
    }
}

impl SandboxBuilder {
    /// The address to listen on; by default `127.0.0.1`. Elsewhere than on loopback others
    /// can reach it, and who sends a real key sends it in clear text.
    pub fn host(mut self, host: IpAddr) -> Self {
        self.host = host;
        self
    }

    /// The port to listen on; by default 0, a free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// A second port, on `127.0.0.1`, for changes, faults and requests from other
    /// languages; 0 is a free one. By default there is none.
    pub fn admin_port(mut self, port: u16) -> Self {
        self.admin_port = Some(port);
        self
    }

    /// The number of numbered connections; by default 3. They cost nothing before they are used.
    pub fn connections(mut self, connections: u32) -> Self {
        self.connections = connections;
        self
    }

    /// The number of chats of each connection; by default 120. They are made when they are asked for.
    pub fn chats(mut self, chats: u32) -> Self {
        self.chats = chats;
        self
    }

    /// What the inboxes, the faults and the live changes are made from: the same seed
    /// gives the same; by default 1.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The limit of each connection; by default 60 requests a minute with bursts of up to
    /// 90. `None` is no limit.
    pub fn rate_limit(mut self, limit: impl Into<Option<Quota>>) -> Self {
        self.rate_limit = limit.into();
        self
    }

    /// A connection with an id of its own, or a numbered one that begins otherwise.
    pub fn setup(mut self, connection: impl Into<String>, setup: ConnectionSetup) -> Self {
        self.setups.insert(connection.into(), setup);
        self
    }

    /// Connections from JSON: their ids, and how each begins.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let builder = ofauth_sandbox::Sandbox::builder().setup_json(
    ///     r#"{
    ///         "conn_many": { "chats": 5000 },
    ///         "conn_gone": { "session": "expired" },
    ///         "conn_one": { "list": [{ "withUser": { "id": 7, "_view": "s" } }] }
    ///     }"#,
    /// )?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Where it is not JSON, or something in it is misspelt or misplaced.
    pub fn setup_json(mut self, json: &str) -> Result<Self, serde_json::Error> {
        let setups: BTreeMap<String, ConnectionSetup> = serde_json::from_str(json)?;
        self.setups.extend(setups);
        Ok(self)
    }

    /// Rules for what goes wrong, from the start.
    pub fn faults(mut self, rules: impl IntoIterator<Item = FaultRule>) -> Self {
        self.faults.extend(rules);
        self
    }

    /// How many changes a second the numbered connections make by themselves: messages
    /// arrive, chats are read, begun and removed. By default 0; at most 1000.
    pub fn live(mut self, changes_per_second: f64) -> Self {
        self.live = changes_per_second;
        self
    }

    /// What time it is, for limits and messages. By default tokio's time, which a test can
    /// pause and advance, from 2024-01-15T10:31:00Z on.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Starts to listen. The server runs on the current tokio runtime.
    ///
    /// # Errors
    ///
    /// Where a port cannot be listened on, for one because something else does.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    pub async fn start(self) -> io::Result<Sandbox> {
        let listener = TcpListener::bind((self.host, self.port)).await?;
        let admin = match self.admin_port {
            Some(port) => Some(TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?),
            None => None,
        };
        let world = World::new(
            self.seed,
            (self.connections, self.chats),
            self.rate_limit,
            self.clock.unwrap_or_else(|| Arc::new(TokioClock::start())),
            self.setups,
            self.faults,
        );
        let shared = Shared::new(world);
        let (stop, stopped) = watch::channel(());
        let sandbox = Sandbox {
            address: listener.local_addr()?,
            admin: admin.as_ref().map(TcpListener::local_addr).transpose()?,
            connections: self.connections,
            shared: shared.clone(),
            _stop: stop,
        };
        let service: IntoMakeServiceWithConnectInfo<_, Wire> =
            server::router(shared.clone()).into_make_service_with_connect_info();
        let server = axum::serve(
            WireListener {
                listener,
                stopped: stopped.clone(),
            },
            service,
        );
        // Serving ends by `stopped` only; axum retries what goes wrong with a socket.
        tokio::spawn(
            server
                .with_graceful_shutdown(wait(stopped.clone()))
                .into_future(),
        );
        if let Some(listener) = admin {
            let server = axum::serve(listener, admin::router(shared.clone()));
            tokio::spawn(
                server
                    .with_graceful_shutdown(wait(stopped.clone()))
                    .into_future(),
            );
        }
        if self.live > 0.0 {
            let every = Duration::try_from_secs_f64(1.0 / self.live.min(1_000.0));
            let every = every.unwrap_or(Duration::MAX);
            tokio::spawn(live(shared, every, wait(stopped)));
        }
        Ok(sandbox)
    }
}

async fn wait(mut stopped: watch::Receiver<()>) {
    // Nothing is ever sent: this ends when the sender is dropped.
    let _ = stopped.changed().await;
}

async fn live(shared: Shared, every: Duration, stopped: impl Future<Output = ()>) {
    let mut ticks = tokio::time::interval(every);
    tokio::pin!(stopped);
    loop {
        tokio::select! {
            () = &mut stopped => return,
            _ = ticks.tick() => shared.lock().live(),
        }
    }
}
