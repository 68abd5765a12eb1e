//! The arguments of `ofauth sandbox`.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::Args;
use ofauth_sandbox::FaultRule;

use super::server::{Limit, limit};
use super::whole;

/// Run a local sandbox server that simulates the API, until Ctrl-C
#[derive(Args, Debug)]
pub(crate) struct SandboxArguments {
    /// Address to listen on; other machines can reach any address but loopback
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    pub(crate) host: IpAddr,
    /// Port to listen on; 0 picks a free port
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = whole(0..=u16::MAX))]
    pub(crate) port: u16,
    /// Open a second port on loopback, to change inboxes and inspect requests as JSON; 0 picks a
    /// free port
    #[arg(long, value_name = "N", value_parser = whole(0..=u16::MAX))]
    pub(crate) admin_port: Option<u16>,
    /// Number of connections to simulate
    #[arg(long, value_name = "N", default_value_t = 3,
          value_parser = whole(1..=u32::MAX))]
    pub(crate) connections: u32,
    /// Number of chats per connection
    #[arg(long, value_name = "N", default_value_t = 120, value_parser = whole(0..=u32::MAX))]
    pub(crate) chats: u32,
    /// Seed for the generated data; the same seed gives the same chats
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = whole(0..=u64::MAX))]
    pub(crate) seed: u64,
    /// Rate limit to enforce for each connection: requests per minute and burst, or off
    #[arg(long, value_name = "LIMIT", default_value = "60:90", value_parser = limit)]
    pub(crate) rate_limit: Limit,
    /// Read connections from a JSON file: their ids and initial states
    #[arg(long, value_name = "FILE")]
    pub(crate) setup: Option<PathBuf>,
    /// Make this many random changes per second to the inboxes, up to 1000
    #[arg(long, value_name = "RATE", default_value_t = 0.0, allow_negative_numbers = true,
          value_parser = rate)]
    pub(crate) live: f64,
    /// Add a rule that injects faults, as JSON; can be repeated. Example:
    /// '{"fault":{"status":{"status":503}},"times":2}'
    #[arg(long, value_name = "JSON", value_parser = fault)]
    pub(crate) fault: Vec<FaultRule>,
}

fn rate(text: &str) -> Result<f64, String> {
    let rate = text.parse().ok().filter(|rate| (0.0..=1_000.0).contains(rate));
    rate.ok_or_else(|| "must be a number from 0 to 1000".to_owned())
}

fn fault(text: &str) -> Result<FaultRule, String> {
    let rule: FaultRule = serde_json::from_str(text).map_err(|error| error.to_string())?;
    rule.check().map(|()| rule)
}
