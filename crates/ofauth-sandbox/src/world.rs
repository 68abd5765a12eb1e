//! The state of the sandbox: connections, fault rules, received requests and cached pages.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use axum::body::Bytes;
use chrono::{DateTime, Utc};
use fastrand::Rng;
use ofauth_api::types::{Chat, ErrorType};

use crate::account::{Account, ConnectionSetup, PagePlace, Slice, json};
use crate::change::{Change, ChangeError, Session};
use crate::clock::Clock;
use crate::fault::{ChosenFault, Fault, FaultRule, Faults};
use crate::inbox::{Seeded, mix};
use crate::limit::{Allowance, Bucket, Quota};
use crate::parameters::Parameters;
use crate::record::{KEPT, Recorded, Requests};

/// The prefix of the ids of numbered connections. A number from 1 follows.
pub(crate) const CONNECTION_PREFIX: &str = "conn_sandbox_";
/// The maximum size of the cache of chats and pages as JSON, in bytes.
const CACHE: usize = 256 * 1024 * 1024;

#[derive(Debug)]
pub(crate) struct World {
    seed: u64,
    connections: u32,
    chats: u32,
    limit: Option<Quota>,
    clock: Arc<dyn Clock>,
    accounts: HashMap<String, Account>,
    pub(crate) faults: Faults,
    requests: VecDeque<Recorded>,
    /// The number of requests received so far. The last of them is the last of `requests`.
    received: u64,
    errors: u64,
    live: Rng,
    cache: Cache,
}

/// The error that a request gets instead of a page.
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) kind: ErrorType,
    pub(crate) words: String,
}

impl Refusal {
    pub(crate) fn new(status: u16, kind: ErrorType, words: impl Into<String>) -> Self {
        Self { status, kind, words: words.into() }
    }
}

/// A page before it is serialised.
#[derive(Debug, Default)]
pub(crate) struct Window {
    /// The serialised page, if it is in the cache. The other fields are empty then.
    pub(crate) whole: Option<Bytes>,
    pub(crate) part: Slice,
    pub(crate) offset: u64,
    pub(crate) next: u64,
}

impl World {
    pub(crate) fn new(
        seed: u64,
        (connections, chats): (u32, u32),
        limit: Option<Quota>,
        clock: Arc<dyn Clock>,
        setups: BTreeMap<String, ConnectionSetup>,
        faults: Vec<FaultRule>,
    ) -> Self {
        let mut world = Self {
            seed,
            connections,
            chats,
            limit,
            clock,
            accounts: HashMap::new(),
            faults: Faults::new(faults, mix(seed, 1)),
            requests: VecDeque::new(),
            received: 0,
            errors: 0,
            live: Rng::with_seed(mix(seed, 2)),
            cache: Cache::default(),
        };
        for (id, setup) in setups {
            let seeded = world.seeded(&id);
            world.accounts.insert(id, Account::new(seeded, setup));
        }
        world
    }

    /// Returns the state of the connection's rate limit, and the requested page in the form that
    /// `fault` needs.
    pub(crate) fn page(
        &mut self,
        connection: Option<&str>,
        query: &[(String, String)],
        fault: Option<&Fault>,
    ) -> (Option<Allowance>, Result<Window, Refusal>) {
        let (limit, now) = (self.limit, self.now());
        let Some((account, cache)) = connection.and_then(|id| self.account(id)) else {
            let words = "Connection not found, or without session data";
            return (None, Err(Refusal::new(401, ErrorType::SessionNotProvided, words)));
        };
        let allowance = limit.map(|limit| {
            account.bucket.get_or_insert_with(|| Bucket::full(limit, now)).take(limit, now)
        });
        if allowance.is_some_and(|allowance| !allowance.allowed) {
            let refusal = Refusal::new(429, ErrorType::RateLimitExceeded, "Rate limit exceeded");
            return (allowance, Err(refusal));
        }
        (allowance, read(account, cache, query, fault))
    }

    pub(crate) fn apply(&mut self, connection: &str, change: Change) -> Result<(), ChangeError> {
        let now = self.now();
        let (account, _) = self.account(connection).ok_or(ChangeError::UnknownConnection)?;
        account.apply(change, now)
    }

    pub(crate) fn chats(&mut self, connection: &str) -> Option<Vec<Chat>> {
        self.account(connection).map(|(account, _)| account.chats())
    }

    /// Makes a random change, drawn from the seed: mostly messages, some reads and removals.
    pub(crate) fn live(&mut self) {
        let mut rng = self.live.clone();
        let number = rng.u32(1..=self.connections.max(1));
        let id = format!("{CONNECTION_PREFIX}{number}");
        let now = self.now();
        if let Some((account, _)) = self.account(&id) {
            let place = rng.usize(..account.len().max(1));
            let fan = account.fan_at(place);
            let stranger = 900_000_000 + rng.i64(0..1_000_000);
            let change = match (rng.u8(..100), fan) {
                (0..70, Some(fan)) => Change::Message {
                    fan,
                    text: "<p>A message that arrives while you look 👀</p>".to_owned(),
                    from_creator: rng.bool(),
                },
                (70..85, Some(fan)) => Change::Read { fan },
                (85..90, Some(fan)) => Change::Remove { fan },
                _ => Change::Message {
                    fan: stranger,
                    text: "<p>Hello, I am new here!</p>".to_owned(),
                    from_creator: false,
                },
            };
            // The fan is one of this connection's, so the change can't fail.
            let _ = account.apply(change, now);
        }
        self.live = rng;
    }

    /// Returns the faults of the response to a request.
    pub(crate) fn wrong(&mut self, connection: Option<&str>, asked: Option<Fault>) -> ChosenFault {
        self.faults.next(connection, asked)
    }

    /// Returns the next error number, for a request id.
    pub(crate) fn error_number(&mut self) -> u64 {
        self.errors += 1;
        self.errors
    }

    /// Records a request and returns its number, for [`answered`](Self::answered).
    pub(crate) fn record(&mut self, request: Recorded) -> u64 {
        if self.requests.len() == KEPT {
            self.requests.pop_front();
        }
        self.requests.push_back(request);
        self.received += 1;
        self.received
    }

    pub(crate) fn answered(&mut self, number: u64, status: u16) {
        // Counted from the end. The request may have been discarded by now.
        let back = usize::try_from(self.received - number).unwrap_or(usize::MAX);
        let place = self.requests.len().checked_sub(back.saturating_add(1));
        if let Some(request) = place.and_then(|place| self.requests.get_mut(place)) {
            request.status = status;
        }
    }

    pub(crate) fn requests(&self) -> Requests {
        Requests(self.requests.iter().cloned().collect())
    }

    pub(crate) fn forget_requests(&mut self) {
        self.requests.clear();
    }

    fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Returns a connection that was set up by id, or a numbered one.
    fn account(&mut self, id: &str) -> Option<(&mut Account, &mut Cache)> {
        if !self.accounts.contains_key(id) {
            let digits = id.strip_prefix(CONNECTION_PREFIX)?;
            let number: u32 = digits.parse().ok()?;
            // "+1" and "01" also parse, but are different ids.
            if number == 0 || number > self.connections || number.to_string() != digits {
                return None;
            }
            let account = Account::new(self.seeded(id), ConnectionSetup::default());
            self.accounts.insert(id.to_owned(), account);
        }
        self.accounts.get_mut(id).map(|account| (account, &mut self.cache))
    }

    fn seeded(&self, id: &str) -> Seeded {
        let number = id.bytes().fold(0, |hash, byte| mix(hash, byte.into()));
        Seeded::new(self.seed, number, self.chats)
    }
}

fn read(
    account: &Account,
    cache: &mut Cache,
    query: &[(String, String)],
    fault: Option<&Fault>,
) -> Result<Window, Refusal> {
    match account.session {
        Session::Active => {}
        Session::Expired => {
            return Err(Refusal::new(401, ErrorType::SessionExpired, "Session has expired"));
        }
        Session::Missing => {
            let words = "Connection not found, or without session data";
            return Err(Refusal::new(401, ErrorType::SessionNotProvided, words));
        }
        Session::RulesOutdated => {
            let words = "Signing rules are being updated";
            return Err(Refusal::new(401, ErrorType::RulesOutdated, words));
        }
    }
    if account.forbidden {
        return Err(Refusal::new(403, ErrorType::Forbidden, "Insufficient permissions"));
    }
    let Parameters { limit, offset, order, wanted } =
        Parameters::read(query).map_err(|words| Refusal::new(400, ErrorType::BadRequest, words))?;
    let start = match fault {
        Some(Fault::SamePage) => 0,
        _ => usize::try_from(offset).unwrap_or(usize::MAX),
    };
    let place = PagePlace { order, start, limit };
    let pristine = account.pristine().filter(|_| fault.is_none() && wanted.all());
    if let Some(seeded) = pristine
        && let Some(whole) = cache.pages.get(&(seeded.key(), place))
    {
        return Ok(Window { whole: Some(whole.clone()), ..Window::default() });
    }
    let part = account.part(&wanted, place, |seeded, index| match pristine {
        // The cache holds the whole page, so caching its chats would be a waste.
        Some(_) => json(&seeded.chat(index)),
        None => cache.json(seeded, index),
    });
    let page = Window { whole: None, part, offset, next: offset.saturating_add(limit as u64) };
    let Some(seeded) = pristine else {
        return Ok(page);
    };
    let whole = Bytes::from(page.json());
    if !page.part.chats.is_empty() {
        cache.keep(whole.len());
        cache.pages.insert((seeded.key(), place), whole.clone());
    }
    Ok(Window { whole: Some(whole), ..Window::default() })
}

impl Window {
    /// Serialises the page.
    pub(crate) fn json(&self) -> Vec<u8> {
        let size: usize = self.part.chats.iter().map(|chat| chat.len() + 1).sum();
        let mut json = Vec::with_capacity(size + 64);
        json.extend_from_slice(b"{\"list\":[");
        for (index, chat) in self.part.chats.iter().enumerate() {
            if index > 0 {
                json.push(b',');
            }
            json.extend_from_slice(chat);
        }
        let end = match self.part.more {
            true => format!("],\"hasMore\":true,\"nextOffset\":{}}}", self.next),
            false => "],\"hasMore\":false}".to_owned(),
        };
        json.extend_from_slice(end.as_bytes());
        json
    }
}

/// A cache of generated chats and pages as JSON, since the same pages are requested repeatedly.
#[derive(Debug, Default)]
struct Cache {
    chats: HashMap<(u64, u32), Bytes>,
    pages: HashMap<(u64, PagePlace), Bytes>,
    size: usize,
}

impl Cache {
    /// Makes room for more bytes, by clearing the cache if it is full.
    fn keep(&mut self, bytes: usize) {
        if self.size + bytes > CACHE {
            *self = Self::default();
        }
        self.size += bytes;
    }

    fn json(&mut self, seeded: &Seeded, index: u32) -> Bytes {
        let key = (seeded.key(), index);
        if let Some(json) = self.chats.get(&key) {
            return json.clone();
        }
        let json = json(&seeded.chat(index));
        self.keep(json.len());
        self.chats.insert(key, json.clone());
        json
    }
}
