//! A local sandbox server for the OFAuth API, for tests and demonstrations.
//!
//! It serves `GET /v2/access/chats` on loopback, over HTTP/1.1 and HTTP/2 without TLS. Its inboxes
//! look like real ones, and the same seed always generates the same inboxes. Use it to test an
//! application, or to try the client without an account.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use ofauth_sandbox::{Change, Fault, FaultRule, Sandbox, Session};
//!
//! let sandbox = Sandbox::builder().chats(500).start().await?;
//! println!("{} {} {}", sandbox.url(), sandbox.api_key(), sandbox.connection(1));
//!
//! // Change an inbox while it is being read:
//! let creator = sandbox.connection(1);
//! let fan = sandbox.chats(&creator)?[7].with_user.id;
//! let text = "<p>Hi!</p>".to_owned();
//! sandbox.change(&creator, Change::Message { fan, text, from_creator: false })?;
//! sandbox.change(&creator, Change::Session(Session::Expired))?;
//!
//! // Make the next two requests fail:
//! sandbox.inject([FaultRule::new(Fault::status(503)).times(2)]);
//!
//! // Check the requests that were received:
//! sandbox.requests().of(&creator).assert_count(0);
//! # Ok(())
//! # }
//! ```
//!
//! # Where it follows the API
//!
//! - **Parameters.** All six are supported, with their bounds and defaults. An invalid value gets
//!   400 `BAD_REQUEST`, and so does a repeated parameter, because no parameter is a list. Unknown
//!   parameters are ignored, because the API's description doesn't forbid them. `offset=null`
//!   means 0.
//! - **Credentials.** A request without a key that starts with `sk_sandbox_` gets 401
//!   `UNAUTHORIZED`. A request without a known connection gets 401 `SESSION_NOT_PROVIDED`. The
//!   sandbox knows `conn_sandbox_1` to `conn_sandbox_N`, and the ids that are
//!   [set up](SandboxBuilder::setup).
//! - **Rate limit**, if [asked for](SandboxBuilder::rate_limit). With [`Quota::default`], each
//!   connection may send 60 requests a minute, with bursts of up to 90, then gets 429 with
//!   `Retry-After`. The `X-RateLimit-*` headers report the limit, the remaining requests, and the
//!   seconds until full capacity returns.
//! - **Errors.** Other paths get 404 `ROUTE_NOT_FOUND`, and methods other than GET and HEAD get 405
//!   with `Allow`. Every error has the documented body, with a request id.
//!
//! # Where it makes assumptions
//!
//! - `query` finds chats whose last message or fan's name contains the text, ignoring case. The
//!   API's own search isn't documented.
//! - `userListId` 1 to 5 are lists with some of the fans; all other lists are empty.
//! - Nothing in a chat marks it as a priority chat. `hasUnreadTips` is true for fans who tipped, as
//!   long as the tip is unread.
//!
//! # Faults
//!
//! [`Sandbox::inject`] adds rules that make requests fail: at a [rate](FaultRule::rate), a
//! [number of times](FaultRule::times), in a [sequence](FaultRule::sequence), or for a
//! [connection](FaultRule::connection). A single request can ask for any [`Fault`] with the header
//! `x-sandbox-fault`, which holds the fault as JSON.
//!
//! # Other languages
//!
//! The command `ofauth sandbox` (in `ofauth-cli`) runs the sandbox as a server. With an
//! [admin port](SandboxBuilder::admin_port), a second listener on loopback accepts JSON requests:
//!
//! | request | effect |
//! | --- | --- |
//! | `POST /connections/{id}/changes` with a [`Change`] | changes a connection |
//! | `GET /connections/{id}/chats` | returns its chats, newest first |
//! | `GET /requests` | returns the received requests, oldest first, without their headers |
//! | `DELETE /requests` | discards the received requests |
//! | `POST /faults` with a [`FaultRule`] | adds a fault rule |
//! | `GET /faults` | returns the fault rules, each with how often it was applied |
//! | `DELETE /faults` | removes all fault rules |

#![warn(clippy::print_stderr, clippy::print_stdout)]

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
mod stored;
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

// Compiles the README's examples as doc tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// A running sandbox server. Dropping it stops the server.
#[derive(Debug)]
pub struct Sandbox {
    address: SocketAddr,
    admin: Option<SocketAddr>,
    connections: u32,
    shared: Shared,
    // Dropping the sender stops all tasks.
    _stop: watch::Sender<()>,
}

impl Sandbox {
    /// Starts a sandbox with the default settings; see [`SandboxBuilder`].
    ///
    /// # Errors
    ///
    /// Returns an error if no port on loopback can be bound.
    pub async fn start() -> io::Result<Self> {
        Self::builder().start().await
    }

    /// Returns a builder with the default settings.
    pub fn builder() -> SandboxBuilder {
        SandboxBuilder::default()
    }

    /// Returns the base URL, like `http://127.0.0.1:49152`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns the address that the sandbox listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the base URL of the admin port, if it is open.
    pub fn admin_url(&self) -> Option<String> {
        self.admin.map(|address| format!("http://{address}"))
    }

    /// Returns an API key that the sandbox accepts. It accepts every key that starts with
    /// `sk_sandbox_`.
    pub fn api_key(&self) -> &'static str {
        "sk_sandbox_demo"
    }

    /// Returns the id of a numbered connection. Numbers start at 1.
    ///
    /// A number above [`connections`](Self::connections) gives an id that the sandbox doesn't know.
    pub fn connection(&self, number: u32) -> String {
        format!("{}{number}", world::CONNECTION_PREFIX)
    }

    /// Returns the number of numbered connections.
    pub fn connections(&self) -> u32 {
        self.connections
    }

    /// Changes a connection. The next request already sees the change.
    ///
    /// # Errors
    ///
    /// Returns an error if the sandbox doesn't know the connection, or if [`Change::Read`],
    /// [`Change::Pin`] or [`Change::Remove`] names a fan without a chat.
    pub fn change(&self, connection: &str, change: Change) -> Result<(), ChangeError> {
        self.shared.lock().apply(connection, change)
    }

    /// Returns the current chats of a connection, newest first.
    ///
    /// # Errors
    ///
    /// Returns an error if the sandbox doesn't know the connection.
    pub fn chats(&self, connection: &str) -> Result<Vec<Chat>, ChangeError> {
        self.shared.lock().chats(connection).ok_or(ChangeError::UnknownConnection)
    }

    /// Adds fault rules after the existing rules. A fault that a request itself asks for takes
    /// precedence over all rules.
    ///
    /// # Panics
    ///
    /// Panics if a rule can't take effect, with the message of [`FaultRule::check`].
    pub fn inject(&self, rules: impl IntoIterator<Item = FaultRule>) {
        let rules: Vec<FaultRule> = rules.into_iter().collect();
        let checked: Result<(), String> = rules.iter().try_for_each(FaultRule::check);
        assert_eq!(checked, Ok(()));
        self.shared.lock().faults.add(rules);
    }

    /// Returns the fault rules, each with how often it was [applied](FaultRule::applied).
    pub fn faults(&self) -> Vec<FaultRule> {
        self.shared.lock().faults.rules().to_vec()
    }

    /// Removes all fault rules.
    pub fn clear_faults(&self) {
        self.shared.lock().faults.clear();
    }

    /// Returns the received requests, oldest first. The last 100 000 are kept.
    pub fn requests(&self) -> Requests {
        self.shared.lock().requests()
    }

    /// Discards the received requests.
    pub fn forget_requests(&self) {
        self.shared.lock().forget_requests();
    }
}

/// Configures and starts a [`Sandbox`]. Created by [`Sandbox::builder`].
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
            rate_limit: None,
            setups: BTreeMap::new(),
            faults: Vec::new(),
            live: 0.0,
            clock: None,
        }
    }
}

impl SandboxBuilder {
    /// Sets the address to listen on; `127.0.0.1` by default.
    ///
    /// On any address but loopback, other machines can reach the sandbox, and a real key that is
    /// sent to it crosses the network in clear text.
    pub fn host(mut self, host: IpAddr) -> Self {
        self.host = host;
        self
    }

    /// Sets the port to listen on. The default, 0, picks a free port.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Opens an admin port on `127.0.0.1`, which lets other languages change connections, inject
    /// faults and list requests. 0 picks a free port. By default there is no admin port.
    pub fn admin_port(mut self, port: u16) -> Self {
        self.admin_port = Some(port);
        self
    }

    /// Sets the number of numbered connections; 3 by default. A connection costs nothing until it
    /// is used.
    pub fn connections(mut self, connections: u32) -> Self {
        self.connections = connections;
        self
    }

    /// Sets the number of chats of each connection; 120 by default. Chats are generated on demand.
    pub fn chats(mut self, chats: u32) -> Self {
        self.chats = chats;
        self
    }

    /// Sets the seed; 1 by default. The same seed gives the same inboxes, faults and live changes.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Sets the rate limit of each connection. By default there is none, so that tests don't wait;
    /// [`Quota::default`] is the API's: 60 requests a minute with bursts of up to 90.
    pub fn rate_limit(mut self, limit: impl Into<Option<Quota>>) -> Self {
        self.rate_limit = limit.into();
        self
    }

    /// Adds a connection with any id, or sets the initial state of a numbered connection.
    pub fn setup(mut self, connection: impl Into<String>, setup: ConnectionSetup) -> Self {
        self.setups.insert(connection.into(), setup);
        self
    }

    /// Sets up connections from JSON, which maps each id to a [`ConnectionSetup`].
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
    /// Returns an error if the text isn't valid JSON, or if a field is unknown or invalid.
    pub fn setup_json(mut self, json: &str) -> Result<Self, serde_json::Error> {
        let setups: BTreeMap<String, ConnectionSetup> = serde_json::from_str(json)?;
        self.setups.extend(setups);
        Ok(self)
    }

    /// Adds fault rules that apply from the start.
    pub fn faults(mut self, rules: impl IntoIterator<Item = FaultRule>) -> Self {
        self.faults.extend(rules);
        self
    }

    /// Sets how many random changes are made to the numbered connections per second: messages
    /// arrive, and chats are started, read and removed. 0 by default; at most 1000.
    pub fn live(mut self, changes_per_second: f64) -> Self {
        self.live = changes_per_second;
        self
    }

    /// Replaces the clock that rate limits and new messages use. The default clock starts at
    /// 2024-01-15T10:31:00Z and follows tokio's time, which a test can pause and advance.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Starts the server on the current tokio runtime.
    ///
    /// # Errors
    ///
    /// Returns an error that names the address if a port can't be bound, for example because it is
    /// in use, or that says what is wrong with a fault rule.
    ///
    /// # Panics
    ///
    /// Panics outside a tokio runtime.
    pub async fn start(self) -> io::Result<Sandbox> {
        for rule in &self.faults {
            rule.check().map_err(|rule| io::Error::new(io::ErrorKind::InvalidInput, rule))?;
        }
        let listener = bind("cannot listen on", self.host, self.port).await?;
        let admin = match self.admin_port {
            Some(port) => {
                let words = "cannot listen on the admin port";
                Some(bind(words, Ipv4Addr::LOCALHOST.into(), port).await?)
            }
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
        let server = axum::serve(WireListener { listener, stopped: stopped.clone() }, service);
        // Only `stopped` ends serving, since axum retries after socket errors.
        tokio::spawn(server.with_graceful_shutdown(wait(stopped.clone())).into_future());
        if let Some(listener) = admin {
            let server = axum::serve(listener, admin::router(shared.clone()));
            tokio::spawn(server.with_graceful_shutdown(wait(stopped.clone())).into_future());
        }
        if self.live > 0.0 {
            let every = Duration::try_from_secs_f64(1.0 / self.live.min(1_000.0));
            let every = every.unwrap_or(Duration::MAX);
            tokio::spawn(live(shared, every, wait(stopped)));
        }
        Ok(sandbox)
    }
}

async fn bind(words: &str, host: IpAddr, port: u16) -> io::Result<TcpListener> {
    let address = SocketAddr::new(host, port);
    TcpListener::bind(address)
        .await
        .map_err(|error| io::Error::new(error.kind(), format!("{words} {address}: {error}")))
}

async fn wait(mut stopped: watch::Receiver<()>) {
    // Nothing is ever sent, so this returns when the sender is dropped.
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
