//! What can go wrong on demand.

use std::time::Duration;

use fastrand::Rng;
use serde::{Deserialize, Serialize};

/// A way to answer badly.
///
/// As JSON, a fault is its name in snake case with its fields, like
/// `{"status":{"status":503}}` or `"broken_json"`; fields that are not given have the
/// defaults that are said at each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Fault {
    /// The answer is as it should be: a step of a sequence.
    Well,
    /// The answer comes later, by a time that is drawn evenly between both bounds;
    /// what else is wrong with it is for the rules after this one to say.
    Latency {
        /// At least this many milliseconds.
        min_ms: u64,
        /// At most this many milliseconds.
        max_ms: u64,
    },
    /// A status in the place of a page.
    Status {
        /// From 200 to 599.
        status: u16,
        /// What the body is; JSON by default.
        #[serde(default)]
        body: FaultBody,
        /// The header `Retry-After`, as it is sent; none by default.
        #[serde(default)]
        retry_after: Option<String>,
    },
    /// A redirect, with status 302.
    Redirect {
        /// The header `Location`.
        location: String,
    },
    /// The connection is reset after this many bytes of the response, headers included; of
    /// HTTP/2, after so many bytes of all that the connection sends from then on.
    Reset {
        /// The number of bytes.
        after: usize,
    },
    /// The headers come byte by byte (HTTP/1.1 only).
    SlowHeaders {
        /// The pause before each byte, in milliseconds.
        every_ms: u64,
    },
    /// The body comes in pieces.
    SlowBody {
        /// The pause before each piece, in milliseconds.
        every_ms: u64,
        /// The bytes of a piece, at least 1.
        piece: usize,
    },
    /// The connection is closed within the body.
    Truncated {
        /// The bytes of the body that are sent.
        after: usize,
        /// Whether the body is sent in chunks, in the place of a stated length; it isn't by default.
        #[serde(default)]
        chunked: bool,
    },
    /// The stated length is not the body's: of a longer body, the rest is taken for the
    /// next response (HTTP/1.1 only); after a shorter one, more never comes.
    ContentLength {
        /// What is added to the length.
        delta: i64,
    },
    /// The body is sent whole, and is half of a page.
    BrokenJson,
    /// One chat of the page cannot be read: its `withUser` is a string.
    UnreadableChat {
        /// Which chat of the page, from 0.
        index: usize,
    },
    /// Each media is of a type that the documentation doesn't know.
    UnknownEnumValue,
    /// The ids of messages lie above 2^53, where a double is no longer exact, as the
    /// API's may (JavaScript tools cannot read them).
    LargeIds,
    /// The page and each chat have a field that the documentation doesn't know.
    UnknownField,
    /// `nextOffset` is written in another way.
    NextOffset(OddOffset),
    /// No chats, and more to come.
    EmptyPage,
    /// The first page, whatever offset is asked for, and more to come.
    SamePage,
    /// The page is compressed, whether that was asked for or not.
    Compressed(Encoding),
    /// A page that is small, compressed with gzip, and large when it is decompressed.
    GzipBomb {
        /// Its size after decompression, in megabytes.
        megabytes: usize,
    },
    /// A page that is large: its chats again and again.
    HugePage {
        /// At least this many megabytes.
        megabytes: usize,
    },
}

impl Fault {
    /// A status with the documented body, like 503.
    pub fn status(status: u16) -> Self {
        Self::Status {
            status,
            body: FaultBody::Json,
            retry_after: None,
        }
    }
}

/// The body of an answer with a status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FaultBody {
    /// The documented JSON.
    #[default]
    Json,
    /// HTML, as gateways send it.
    Html,
    /// Nothing.
    Empty,
    /// JSON with `error`, `code` and `details`, as an older reference page has it.
    Code,
    /// JSON with `message`, `code` and `details`, as the official SDKs read it.
    Message,
}

/// A way to write `nextOffset`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum OddOffset {
    /// As a string, like `"20"`.
    Text,
    /// With a fraction, like `20.0`.
    Float,
    /// Not at all.
    Absent,
    /// As null.
    Null,
    /// As the offset that was asked for: it doesn't advance.
    Stuck,
    /// As -1.
    Negative,
}

/// An encoding of the body.
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

/// When a fault occurs. Of all rules, the first that applies decides.
///
/// ```
/// use ofauth_sandbox::{Fault, FaultRule};
///
/// // Two failures, and then well.
/// FaultRule::new(Fault::status(503)).times(2);
/// // One request of ten of one connection, drawn from the seed.
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
    /// Whether even a latency ends the search for what is wrong: a step of a sequence.
    #[serde(default)]
    step: bool,
    #[serde(default)]
    applied: u64,
}

fn always() -> f64 {
    1.0
}

impl FaultRule {
    /// A fault for every request.
    pub fn new(fault: Fault) -> Self {
        Self {
            fault,
            connection: None,
            rate: 1.0,
            times: None,
            step: false,
            applied: 0,
        }
    }

    /// Only for requests of this connection.
    pub fn connection(mut self, id: impl Into<String>) -> Self {
        self.connection = Some(id.into());
        self
    }

    /// Only for this part of the requests, from 0 to 1, drawn from the stand-in's seed.
    pub fn rate(mut self, rate: f64) -> Self {
        self.rate = rate;
        self
    }

    /// Only this many times; then the rules after this one decide.
    pub fn times(mut self, times: u64) -> Self {
        self.times = Some(times);
        self
    }

    /// One rule for each fault, once each: a sequence.
    pub fn sequence(faults: impl IntoIterator<Item = Fault>) -> Vec<Self> {
        let step = |fault| Self {
            step: true,
            ..Self::new(fault).times(1)
        };
        faults.into_iter().map(step).collect()
    }

    /// What occurs.
    pub fn fault(&self) -> &Fault {
        &self.fault
    }

    /// How often it occurred.
    pub fn applied(&self) -> u64 {
        self.applied
    }
}

/// The rules, in the order in which they were made.
#[derive(Debug)]
pub(crate) struct Faults {
    rules: Vec<FaultRule>,
    rng: Rng,
}

/// What is wrong with one answer.
#[derive(Debug, Default)]
pub(crate) struct Wrong {
    pub(crate) latency: Duration,
    pub(crate) fault: Option<Fault>,
    /// The rule that says so.
    rule: Option<usize>,
}

impl Faults {
    pub(crate) fn new(rules: Vec<FaultRule>, seed: u64) -> Self {
        Self {
            rules,
            rng: Rng::with_seed(seed),
        }
    }

    pub(crate) fn rules(&self) -> &[FaultRule] {
        &self.rules
    }

    pub(crate) fn add(&mut self, rules: impl IntoIterator<Item = FaultRule>) {
        self.rules.extend(
            rules
                .into_iter()
                .map(|rule| FaultRule { applied: 0, ..rule }),
        );
    }

    pub(crate) fn clear(&mut self) {
        self.rules.clear();
    }

    /// What is wrong with the answer to a request of this connection; `asked` is what the
    /// request itself asks for.
    pub(crate) fn next(&mut self, connection: Option<&str>, asked: Option<Fault>) -> Wrong {
        let mut wrong = Wrong::default();
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

    /// Takes back what was wrong with an answer that could not have it: there was no page.
    pub(crate) fn undo(&mut self, wrong: &Wrong) {
        if let Some(rule) = wrong.rule.and_then(|index| self.rules.get_mut(index)) {
            rule.applied = rule.applied.saturating_sub(1);
        }
    }
}

impl Wrong {
    /// Adds a fault, and returns whether it decides.
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
