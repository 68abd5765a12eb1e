//! Injected faults, and the rules for when they occur.

use std::time::Duration;

use axum::http::HeaderValue;
use fastrand::Rng;
use ofauth_api::operations::list_chats::LIMIT;
use serde::{Deserialize, Serialize};

/// A way in which a response goes wrong.
///
/// In JSON, a fault is its name in snake case with its fields, like `{"status":{"status":503}}` or
/// `"broken_json"`. Omitted fields take their documented defaults.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Fault {
    /// No fault: a step of a sequence that succeeds.
    Well,
    /// The response is delayed by a time drawn uniformly between the bounds. Later rules can add
    /// another fault.
    Latency {
        /// The shortest delay, in milliseconds.
        min_ms: u64,
        /// The longest delay, in milliseconds.
        max_ms: u64,
    },
    /// A response with a status instead of a page.
    Status {
        /// The status, from 200 to 599.
        status: u16,
        /// The kind of body; JSON by default.
        #[serde(default)]
        body: FaultBody,
        /// The value of the header `Retry-After`, sent verbatim. Absent by default.
        #[serde(default)]
        retry_after: Option<String>,
    },
    /// A redirect, with status 302.
    Redirect {
        /// The value of the header `Location`.
        location: String,
    },
    /// The connection is reset after some bytes of the response, headers included. With HTTP/2,
    /// everything that the connection sends from then on counts.
    Reset {
        /// The number of bytes.
        after: usize,
    },
    /// The headers are sent byte by byte (HTTP/1.1 only).
    SlowHeaders {
        /// The pause before each byte, in milliseconds.
        every_ms: u64,
    },
    /// The body is sent in pieces.
    SlowBody {
        /// The pause before each piece, in milliseconds.
        every_ms: u64,
        /// The size of a piece in bytes, at least 1.
        piece: usize,
    },
    /// The connection is closed in the middle of the body.
    Truncated {
        /// The number of bytes of the body that are sent.
        after: usize,
        /// Whether the body is sent in chunks instead of with a stated length. `false` by default.
        #[serde(default)]
        chunked: bool,
    },
    /// The header `Content-Length` is wrong. If it is too small, a client treats the rest of the
    /// body as the next response (HTTP/1.1 only). If it is too large, the response never ends.
    ContentLength {
        /// The number of bytes added to the correct length; negative to make it too small.
        delta: i64,
    },
    /// The response is complete, but its body is only the first half of a page.
    BrokenJson,
    /// One chat of the page can't be decoded: its `withUser` is a string.
    UnreadableChat {
        /// The position of the chat in the page, from 0.
        index: usize,
    },
    /// Every media has a type that isn't documented.
    UnknownEnumValue,
    /// Message ids are above 2^53, where a double is no longer exact, as the API's may be.
    /// JavaScript tools can't read them exactly.
    LargeIds,
    /// The page and every chat have a field that isn't documented.
    UnknownField,
    /// `nextOffset` has an unusual form or value.
    NextOffset(OddOffset),
    /// The page has no chats, but `hasMore` is true.
    EmptyPage,
    /// Every offset gets the first page, with `hasMore` true.
    SamePage,
    /// The page is compressed, even if the request doesn't accept that.
    Compressed(Encoding),
    /// A gzip-compressed page that is small on the wire and large once decompressed.
    GzipBomb {
        /// The decompressed size, in megabytes.
        megabytes: usize,
    },
    /// A large page that repeats its chats.
    HugePage {
        /// The smallest size of the page, in megabytes.
        megabytes: usize,
    },
}

impl Fault {
    /// Checks that the fault can take effect. The error names the field and the rule.
    pub(crate) fn check(&self) -> Result<(), String> {
        let header = |name: &str, value: &str| match HeaderValue::from_str(value) {
            Ok(_) => Ok(()),
            Err(_) => Err(format!("{name} must be a valid header value")),
        };
        let positive = |name: &str, value: u64| match value {
            0 => Err(format!("{name} must be at least 1, but is 0")),
            _ => Ok(()),
        };
        match self {
            Self::Latency { min_ms, max_ms } if min_ms > max_ms => {
                Err(format!("min_ms must not be above max_ms, but {min_ms} is above {max_ms}"))
            }
            Self::Status { status, .. } if !(200..600).contains(status) => {
                Err(format!("status must be from 200 to 599, but is {status}"))
            }
            Self::Status { status: 204 | 205 | 304, body, .. } if *body != FaultBody::Empty => {
                Err("body must be empty, because this status has no body".to_owned())
            }
            Self::Status { retry_after: Some(value), .. } => header("retry_after", value),
            Self::Redirect { location } => header("location", location),
            Self::SlowHeaders { every_ms } => positive("every_ms", *every_ms),
            Self::SlowBody { every_ms, piece } => {
                positive("every_ms", *every_ms).and(positive("piece", *piece as u64))
            }
            Self::ContentLength { delta: 0 } => {
                Err("delta must not be 0, which is the correct length".to_owned())
            }
            Self::UnreadableChat { index } if *index >= LIMIT.max as usize => {
                let last = LIMIT.max - 1;
                Err(format!("index must be from 0 to {last}, the last of a page, but is {index}"))
            }
            Self::GzipBomb { megabytes } | Self::HugePage { megabytes } => {
                match (1..=4_096).contains(megabytes) {
                    true => Ok(()),
                    false => Err(format!("megabytes must be from 1 to 4096, but is {megabytes}")),
                }
            }
            _ => Ok(()),
        }
    }

    /// Creates a [`Fault::Status`] with the documented JSON body.
    pub fn status(status: u16) -> Self {
        Self::Status { status, body: FaultBody::Json, retry_after: None }
    }
}

/// The body of a [`Fault::Status`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FaultBody {
    /// JSON in the documented form.
    #[default]
    Json,
    /// HTML, like an error page of a gateway.
    Html,
    /// An empty body.
    Empty,
    /// JSON with `error`, `code` and `details`, as on an older reference page.
    Code,
    /// JSON with `message`, `code` and `details`, as the official SDKs expect.
    Message,
}

/// An unusual form or value of `nextOffset`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum OddOffset {
    /// A string, like `"20"`.
    Text,
    /// A number with a fraction, like `20.0`.
    Float,
    /// No such field.
    Absent,
    /// `null`.
    Null,
    /// The requested offset, which doesn't advance.
    Stuck,
    /// -1.
    Negative,
}

/// A content encoding of the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Encoding {
    /// `gzip`
    Gzip,
    /// `br`
    Br,
    /// `zstd`
    Zstd,
}

/// A fault and the requests that it affects.
///
/// The first rule that applies to a request decides, except that a [`Fault::Latency`] outside a
/// [sequence](Self::sequence) lets later rules add another fault.
///
/// ```
/// use ofauth_sandbox::{Fault, FaultRule};
///
/// // Two failures, then success.
/// FaultRule::new(Fault::status(503)).times(2);
/// // About one in ten requests of a connection, drawn from the seed.
/// FaultRule::new(Fault::Reset { after: 100 }).connection("conn_sandbox_1").rate(0.1);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultRule {
    fault: Fault,
    #[serde(default)]
    connection: Option<String>,
    #[serde(default = "always")]
    rate: f64,
    #[serde(default)]
    times: Option<u64>,
    /// Whether this is a step of a sequence, where even a latency keeps later rules from applying.
    #[serde(default)]
    step: bool,
    #[serde(default)]
    applied: u64,
}

fn always() -> f64 {
    1.0
}

impl FaultRule {
    /// Creates a rule that applies a fault to every request.
    pub fn new(fault: Fault) -> Self {
        Self { fault, connection: None, rate: 1.0, times: None, step: false, applied: 0 }
    }

    /// Limits the rule to the requests of one connection.
    pub fn connection(mut self, id: impl Into<String>) -> Self {
        self.connection = Some(id.into());
        self
    }

    /// Limits the rule to a fraction of the requests, from 0 to 1, drawn from the sandbox's seed.
    pub fn rate(mut self, rate: f64) -> Self {
        self.rate = rate;
        self
    }

    /// Limits the rule to this many requests. After that, later rules decide.
    pub fn times(mut self, times: u64) -> Self {
        self.times = Some(times);
        self
    }

    /// Creates a sequence: one rule for each fault, each of which applies once.
    pub fn sequence(faults: impl IntoIterator<Item = Fault>) -> Vec<Self> {
        let step = |fault| Self { step: true, ..Self::new(fault).times(1) };
        faults.into_iter().map(step).collect()
    }

    /// Checks that the rule can take effect. The error names the field and the rule.
    ///
    /// # Errors
    ///
    /// Returns an error if the rule can never apply, or if its fault can't exist.
    pub fn check(&self) -> Result<(), String> {
        let Self { fault, connection, rate, times, .. } = self;
        if !(*rate > 0.0 && *rate <= 1.0) {
            return Err(format!("rate must be above 0 and at most 1, but is {rate}"));
        }
        if *times == Some(0) {
            return Err("times must be at least 1, but is 0; leave the rule out".to_owned());
        }
        if connection.as_deref() == Some("") {
            return Err("connection must not be empty; leave it out for all connections".to_owned());
        }
        fault.check()
    }

    /// Returns the fault.
    pub fn fault(&self) -> &Fault {
        &self.fault
    }

    /// Returns how often the rule was applied.
    pub fn applied(&self) -> u64 {
        self.applied
    }
}

/// The rules, in the order in which they were added.
#[derive(Debug)]
pub(crate) struct Faults {
    rules: Vec<FaultRule>,
    rng: Rng,
}

/// The faults of one response.
#[derive(Debug, Default)]
pub(crate) struct ChosenFault {
    pub(crate) latency: Duration,
    pub(crate) fault: Option<Fault>,
    /// The index of the rule that decided.
    rule: Option<usize>,
}

impl Faults {
    pub(crate) fn new(rules: Vec<FaultRule>, seed: u64) -> Self {
        Self { rules, rng: Rng::with_seed(seed) }
    }

    pub(crate) fn rules(&self) -> &[FaultRule] {
        &self.rules
    }

    pub(crate) fn add(&mut self, rules: impl IntoIterator<Item = FaultRule>) {
        self.rules.extend(rules.into_iter().map(|rule| FaultRule { applied: 0, ..rule }));
    }

    pub(crate) fn clear(&mut self) {
        self.rules.clear();
    }

    /// Returns the faults of the next response to a connection. `asked` is the fault that the
    /// request itself asks for.
    pub(crate) fn next(&mut self, connection: Option<&str>, asked: Option<Fault>) -> ChosenFault {
        let mut wrong = ChosenFault::default();
        if let Some(fault) = asked
            && wrong.add(fault, &mut self.rng)
        {
            return wrong;
        }
        for (index, rule) in self.rules.iter_mut().enumerate() {
            let spent = rule.times.is_some_and(|times| rule.applied >= times);
            let other = rule.connection.is_some() && rule.connection.as_deref() != connection;
            if spent || other || (rule.rate < 1.0 && self.rng.f64() >= rule.rate) {
                continue;
            }
            rule.applied += 1;
            if wrong.add(rule.fault.clone(), &mut self.rng) || rule.step {
                wrong.rule = Some(index);
                break;
            }
        }
        wrong
    }

    /// Takes back the count of the rule that decided, because there was no page for its fault.
    pub(crate) fn undo(&mut self, wrong: &ChosenFault) {
        if let Some(rule) = wrong.rule.and_then(|index| self.rules.get_mut(index)) {
            rule.applied = rule.applied.saturating_sub(1);
        }
    }
}

impl ChosenFault {
    /// Adds a fault and returns whether it decides, so that no later rule applies.
    fn add(&mut self, fault: Fault, rng: &mut Rng) -> bool {
        match fault {
            Fault::Latency { min_ms, max_ms } => {
                self.latency += Duration::from_millis(rng.u64(min_ms..=max_ms.max(min_ms)));
                return false;
            }
            Fault::Well => {}
            fault => self.fault = Some(fault),
        }
        true
    }
}
