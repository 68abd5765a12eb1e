//! Keeps a copy of the inboxes of many creators in SQLite.
//!
//! The first poll of an account reads every chat, later ones what is new. What a poll found and its
//! checkpoint are committed together, so the job can be stopped at any point: after a restart, it
//! goes on from the last checkpoint of each account.

use std::collections::HashMap;
use std::time::Duration;

use ofauth::{Chat, Checkpoint, Client, ConnectionId, Error, FleetEvent, WatchEvent};
use rusqlite::{Connection, Result, params};

/// The copy. It holds private messages and connection ids: protect the file.
pub struct Copy(Connection);

impl Copy {
    /// Opens the copy, and creates its tables if necessary.
    pub fn open(file: &str) -> Result<Self> {
        let db = Connection::open(file)?;
        db.execute_batch(
            "PRAGMA journal_mode = WAL;
             CREATE TABLE IF NOT EXISTS chats (
                 account TEXT, fan INTEGER, chat TEXT NOT NULL, PRIMARY KEY (account, fan)
             );
             CREATE TABLE IF NOT EXISTS accounts (account TEXT PRIMARY KEY, checkpoint TEXT);",
        )?;
        Ok(Self(db))
    }

    /// Returns the chats of an account as JSON, by fan.
    pub fn chats(&self, account: &str) -> Result<HashMap<i64, String>> {
        let mut query = self.0.prepare("SELECT fan, chat FROM chats WHERE account = ?")?;
        query.query_map([account], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
    }

    fn checkpoint(&self, account: &ConnectionId) -> Result<Checkpoint> {
        let mut query = self.0.prepare("SELECT checkpoint FROM accounts WHERE account = ?")?;
        let mut stored = query.query_map([account.expose()], |row| row.get::<_, String>(0))?;
        // A checkpoint that can't be read only means that everything is read again.
        Ok(stored.next().transpose()?.and_then(|text| text.parse().ok()).unwrap_or_default())
    }

    fn put_chat(&self, account: &ConnectionId, chat: &Chat) -> Result<()> {
        let json = serde_json::to_string(chat)
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
        let row = params![account.expose(), chat.with_user.id, json];
        self.0.execute("INSERT OR REPLACE INTO chats VALUES (?, ?, ?)", row).map(drop)
    }

    fn put_checkpoint(&self, account: &ConnectionId, checkpoint: &Checkpoint) -> Result<()> {
        let row = params![account.expose(), checkpoint.to_string()];
        self.0.execute("INSERT OR REPLACE INTO accounts VALUES (?, ?)", row).map(drop)
    }
}

/// Copies the accounts' inboxes and keeps the copy up to date, polling about `every`. `failed` is
/// called for each failure with the account's index, and with `true` if the account has ended
/// rather than the poll being repeated.
///
/// Returns when every account has ended, for example because its session has expired. The future can
/// be dropped at any point.
pub async fn sync(
    client: &Client,
    copy: &Copy,
    accounts: Vec<ConnectionId>,
    every: Duration,
    mut failed: impl FnMut(usize, &Error, bool),
) -> Result<()> {
    let since = accounts.iter().map(|account| Ok((account.clone(), copy.checkpoint(account)?)));
    let since: HashMap<ConnectionId, Checkpoint> = since.collect::<Result<_>>()?;
    let mut changes = client
        .fleet(accounts)
        .watch(move |member, chats| chats.watch(since[member.id()].clone(), every));
    let mut open = copy.0.unchecked_transaction()?;
    while let Some((member, event)) = changes.next().await {
        match event {
            FleetEvent::Item(WatchEvent::Chat(chat)) => copy.put_chat(member.id(), &chat)?,
            FleetEvent::Item(WatchEvent::Checkpoint(checkpoint)) => {
                copy.put_checkpoint(member.id(), &checkpoint)?;
                open.commit()?;
                open = copy.0.unchecked_transaction()?;
            }
            FleetEvent::Error(error) => failed(member.index(), &error, false),
            FleetEvent::End { result, .. } => {
                if let Err(error) = result {
                    failed(member.index(), &error, true);
                }
            }
        }
    }
    open.commit()
}
