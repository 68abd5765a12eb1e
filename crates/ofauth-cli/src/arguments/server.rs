//! The server, and the limits for requests to it.

use clap::Args;
use ofauth_sandbox::{ParseQuotaError, Quota};

use super::whole;

/// The server, and the limits for requests to it.
#[derive(Args, Debug)]
#[command(next_help_heading = "Requests")]
pub(crate) struct Server {
    /// Time limit for each request, including retries and waiting for the rate limit [default: 300]
    #[arg(long, value_name = "SECONDS", value_parser = whole(1..=u64::MAX))]
    pub(crate) timeout: Option<u64>,
    /// Time limit for each attempt [default: 30, or that of --timeout if it is given]
    #[arg(long, value_name = "SECONDS", value_parser = whole(1..=u64::MAX))]
    pub(crate) attempt_timeout: Option<u64>,
    /// Time limit for opening an HTTP connection [default: 10]
    #[arg(long, value_name = "SECONDS", value_parser = whole(1..=u64::MAX))]
    pub(crate) connect_timeout: Option<u64>,
    /// Maximum number of retries for each request, after transient failures
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = whole(0..=u32::MAX))]
    pub(crate) retries: u32,
    /// Longest wait that the server may ask for; a longer one is an error [default: 90]
    #[arg(long, value_name = "SECONDS", value_parser = whole(0..=86_400_u64))]
    pub(crate) max_retry_after: Option<u64>,
    /// Rate limit to keep for each connection: requests per minute and burst, or off
    #[arg(long, value_name = "LIMIT", default_value = "60:90", value_parser = limit)]
    pub(crate) rate_limit: Limit,
    /// URL of the API [env: OFAUTH_BASE_URL] [default: https://api-next.ofauth.com]
    #[arg(long, value_name = "URL")]
    pub(crate) base_url: Option<String>,
    /// Use a built-in sandbox instead of the API; needs no account
    #[arg(long, conflicts_with = "base_url")]
    pub(crate) sandbox: bool,
}

/// A rate limit; `None` turns it off.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limit(pub(crate) Option<Quota>);

pub(super) fn limit(text: &str) -> Result<Limit, ParseQuotaError> {
    match text {
        "off" => Ok(Limit(None)),
        _ => text.parse().map(|limit| Limit(Some(limit))),
    }
}
