//! The `ofauth doctor` command: checks the configuration, the network and the account, one after
//! the other.

use std::fmt::Display;
use std::io::{self, Write};
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};
use ofauth::reqwest::{self, Url, redirect};
use ofauth::{Client, Error, ErrorKind, Page, RetryPolicy};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

use crate::account;
use crate::arguments::{Config, DoctorArguments};
use crate::failure::Failure;
use crate::settings::{Settings, Sourced};
use crate::terminal::printable;

const DEFAULT_URL: &str = "https://api-next.ofauth.com";
/// The largest harmless difference between the two clocks.
const MAX_SKEW: Duration = Duration::from_secs(60);

pub(crate) async fn run(arguments: DoctorArguments, config: &Config) -> Result<(), Failure> {
    let mut report = Report { failed: 0 };
    let within = Duration::from_secs(arguments.timeout);
    let settings = Settings::read(arguments.base_url.as_deref(), config)?;
    let profile = settings.profile.as_deref().unwrap_or("none");
    report.line("ok", "profile", profile)?;
    match &settings.api_key {
        Some(key) => report.line("ok", "API key", format!("from {}", key.source))?,
        None => report.fail("API key", "not set: set OFAUTH_API_KEY, or add it to a profile")?,
    }
    let default = || Sourced { value: DEFAULT_URL.to_owned(), source: "the default".to_owned() };
    let url = settings.base_url.as_ref().map_or_else(default, |url| Sourced {
        value: url.value.clone(),
        source: url.source.clone(),
    });
    let connection = match (&arguments.connection, &settings.connection) {
        (Some(id), _) => Some((id.clone(), "--connection".to_owned())),
        (None, Some(id)) => Some((id.value.clone(), id.source.clone())),
        (None, None) => None,
    };
    let Some((id, id_source)) = connection else {
        report.fail("connection", "not set: pass --connection, or set OFAUTH_CONNECTION_ID")?;
        return report.end(true);
    };
    report.line("ok", "connection", format!("from {id_source}"))?;
    // Also validates the base URL, which may contain a secret if it is wrong.
    let client = account::client(&settings, |client| {
        client.retry(RetryPolicy::off()).deadline(within).attempt_timeout(within)
    });
    let client = match client {
        Ok(client) => client,
        Err(Failure::Usage(message)) if settings.api_key.is_some() => {
            report.fail("settings", message)?;
            return report.end(true);
        }
        Err(_) => return report.end(true),
    };
    report.line("ok", "base URL", format!("{} from {}", url.value, url.source))?;
    if let Ok(url) = Url::parse(&url.value) {
        network(&mut report, &url, within).await?;
    }
    let creator = client.connection(id).map_err(|error| account::set_by(&id_source, error));
    match report.failed {
        0 => call(&mut report, creator?.chats().limit(1).send().await)?,
        _ => report.line("skip", "request", "the server cannot be reached")?,
    }
    report.end(false)
}

/// Checks name resolution, the connection, TLS and the clock.
async fn network(report: &mut Report, url: &Url, within: Duration) -> Result<(), Failure> {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
    let port = url.port_or_known_default().unwrap_or(443);
    let proxy = Client::builder().api_key("none").base_url(url.as_str()).build();
    let proxy = proxy.ok().and_then(|client| client.system_proxy().map(str::to_owned));
    match &proxy {
        Some(proxy) => {
            report.line("ok", "proxy", format!("{proxy}, from the system's settings"))?
        }
        None => report.line("ok", "proxy", "none")?,
    }
    let target = proxy.unwrap_or_else(|| match host.contains(':') {
        true => format!("[{host}]:{port}"),
        false => format!("{host}:{port}"),
    });
    let addresses = match timeout(within, lookup_host(target.clone())).await {
        Ok(Ok(addresses)) => addresses.collect::<Vec<_>>(),
        Ok(Err(error)) => return report.fail("DNS", format!("{target}: {error}")),
        Err(_) => return report.fail("DNS", format!("{target}: no answer in {within:?}")),
    };
    let count = addresses.len();
    report.line("ok", "DNS", format!("{target} has {count} address(es)"))?;
    match timeout(within, TcpStream::connect(addresses.as_slice())).await {
        Ok(Ok(socket)) => {
            let address = socket.peer_addr().map(|address| address.to_string());
            report.line("ok", "TCP", address.unwrap_or_default())?;
        }
        Ok(Err(error)) => return report.fail("TCP", format!("{target}: {error}")),
        Err(_) => return report.fail("TCP", format!("{target}: no answer in {within:?}")),
    }
    // Without credentials, and with the same proxy as the client.
    let mut http = reqwest::Client::builder().redirect(redirect::Policy::none()).timeout(within);
    if url.scheme() == "http" {
        http = http.no_proxy();
    }
    let answer = match http.build() {
        Ok(http) => http.head(url.clone()).send().await,
        Err(error) => Err(error),
    };
    let name = if url.scheme() == "http" { "HTTP" } else { "TLS" };
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) => {
            let mut cause: &dyn std::error::Error = &error;
            while let Some(source) = cause.source() {
                cause = source;
            }
            let hint = match cause.to_string().contains("ertificate") {
                true => "; if a proxy inspects TLS, add its root certificate (SSL_CERT_FILE)",
                false => "",
            };
            return report.fail(name, format!("{cause}{hint}"));
        }
    };
    report.line("ok", name, format!("{:?}, status {}", answer.version(), answer.status()))?;
    let date = answer.headers().get("date").and_then(|date| date.to_str().ok());
    match date.and_then(|date| DateTime::parse_from_rfc2822(date).ok()) {
        Some(theirs) => {
            let ours = DateTime::<Utc>::from(SystemTime::now());
            let skew = ours.signed_duration_since(theirs);
            let difference = format!("{} s from the server's", skew.num_seconds());
            match skew.abs().to_std().is_ok_and(|skew| skew <= MAX_SKEW) {
                true => report.line("ok", "clock", difference),
                false => report.line("warn", "clock", difference),
            }
        }
        None => report.line("skip", "clock", "the server sends no date"),
    }
}

/// Reports what a request for a chat says about the key, the connection and the limit.
fn call(report: &mut Report, result: Result<Page, Error>) -> Result<(), Failure> {
    let error = match result {
        Ok(page) => {
            report.line("ok", "request", format!("status {}", page.meta().status().as_u16()))?;
            let limit = page.meta().rate_limit();
            return match (limit.remaining, limit.limit) {
                (Some(left), Some(limit)) => {
                    report.line("ok", "rate limit", format!("{left} of {limit} requests left"))
                }
                (Some(left), None) => {
                    report.line("ok", "rate limit", format!("{left} requests left"))
                }
                (None, _) => report.line("skip", "rate limit", "the server does not report it"),
            };
        }
        Err(error) => error,
    };
    let culprit = match error.kind() {
        ErrorKind::Unauthorized => "sign-in",
        ErrorKind::Forbidden => "permission",
        ErrorKind::Session => {
            report.line("ok", "sign-in", "the API key is accepted")?;
            "connection"
        }
        ErrorKind::RateLimited => "rate limit",
        _ => "request",
    };
    report.fail(culprit, error)
}

struct Report {
    failed: usize,
}

impl Report {
    fn line(&mut self, status: &str, name: &str, what: impl Display) -> Result<(), Failure> {
        let what = printable(&what.to_string());
        Ok(writeln!(io::stdout(), "{status:<5} {name:<11} {what}")?)
    }

    fn fail(&mut self, name: &str, what: impl Display) -> Result<(), Failure> {
        self.failed += 1;
        self.line("FAIL", name, what)
    }

    /// Returns the result: whether any check failed, and whether the configuration is incomplete.
    fn end(self, incomplete: bool) -> Result<(), Failure> {
        let checks = match self.failed {
            0 => return Ok(()),
            1 => "1 check".to_owned(),
            count => format!("{count} checks"),
        };
        let message = format!("{checks} failed");
        Err(if incomplete { Failure::Usage(message) } else { Failure::Failed(message) })
    }
}
