//! A stand-in for the OFAuth API on loopback.
//!
//! It serves `GET /v2/access/chats` over inboxes that look like real ones, and
//! are the same for the same seed: for the tests of an application, and for a
//! first look without an account.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> std::io::Result<()> {
//! use ofauth_sandbox::Sandbox;
//!
//! let sandbox = Sandbox::builder().chats(500).start().await?;
//! println!("{} {} {}", sandbox.url(), sandbox.api_key(), sandbox.connection(1));
//! // The server stops when `sandbox` is dropped.
//! # Ok(())
//! # }
//! ```
//!
//! # What it does as the API does
//!
//! - All six parameters, with their bounds and defaults; a bad one is answered
//!   with 400 `BAD_REQUEST`. A parameter given twice is a bad one; an unknown one
//!   is ignored. An empty `offset`, and `null`, mean 0.
//! - 401 `UNAUTHORIZED` without a key that begins with `sk_sandbox_`, and 401
//!   `SESSION_NOT_PROVIDED` without one of the connections `conn_sandbox_1` to
//!   `conn_sandbox_N`.
//! - 404 `ROUTE_NOT_FOUND` for other paths, 405 for other methods. Every error has
//!   the documented body, with a request id.
//!
//! # What it makes up
//!
//! - `query` finds chats whose last message's text or sender's name holds the
//!   text, in any case. The API's own search is not documented.
//! - `userListId` 1 to 5 are lists with some of the fans; other lists are empty.
//! - Priority chats are marked nowhere in a chat; fans who tipped are told by
//!   `hasUnreadTips` where the tip is unread.

// The examples of the README are compiled with the tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

mod inbox;
mod phrases;
mod server;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::server::Served;

/// A running stand-in; it stops when it is dropped.
#[derive(Debug)]
pub struct Sandbox {
    address: SocketAddr,
    connections: u32,
    // Dropping it tells the server to stop.
    _stop: oneshot::Sender<()>,
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

    /// A key that the stand-in accepts; it accepts every key that begins with `sk_sandbox_`.
    pub fn api_key(&self) -> &'static str {
        "sk_sandbox_demo"
    }

    /// The id of a connection, by its number from 1.
    ///
    /// A number beyond [`connections`](Self::connections) gives the id of a connection
    /// that the stand-in doesn't know.
    pub fn connection(&self, number: u32) -> String {
        format!("{}{number}", server::CONNECTION_PREFIX)
    }

    /// The number of connections.
    pub fn connections(&self) -> u32 {
        self.connections
    }
}

/// Sets up a [`Sandbox`]; made by [`Sandbox::builder`].
#[derive(Clone, Debug)]
#[must_use = "nothing listens before `start`"]
pub struct SandboxBuilder {
    port: u16,
    connections: u32,
    chats: u32,
    seed: u64,
}

impl Default for SandboxBuilder {
    fn default() -> Self {
        Self {
            port: 0,
            connections: 3,
            chats: 120,
            seed: 1,
        }
    }
}

impl SandboxBuilder {
    /// The port to listen on; by default 0, a free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// The number of connections; by default 3.
    pub fn connections(mut self, connections: u32) -> Self {
        self.connections = connections;
        self
    }

    /// The number of chats of each connection; by default 120.
    pub fn chats(mut self, chats: u32) -> Self {
        self.chats = chats;
        self
    }

    /// What the inboxes are made from: the same seed gives the same inboxes; by default 1.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Starts to listen, on loopback only. The server runs on the current tokio runtime.
    ///
    /// # Errors
    ///
    /// Where the port cannot be listened on, for one because something else does.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    pub async fn start(self) -> io::Result<Sandbox> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, self.port)).await?;
        let address = listener.local_addr()?;
        let (stop, stopped) = oneshot::channel::<()>();
        let router = server::router(Served::new(self.seed, self.connections, self.chats));
        tokio::spawn(async move {
            let stopped = async move {
                // It is never sent, only dropped.
                let _ = stopped.await;
            };
            // Serving ends by `stopped` only; axum retries what goes wrong with a socket.
            let _ = axum::serve(listener, router)
                .with_graceful_shutdown(stopped)
                .await;
        });
        Ok(Sandbox {
            address,
            connections: self.connections,
            _stop: stop,
        })
    }
}
