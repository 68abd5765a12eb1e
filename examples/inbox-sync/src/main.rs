//! Keeps a copy of the inboxes of many creators in a SQLite file:
//!
//! `OFAUTH_API_KEY=… cargo run -p inbox-sync -- copy.db connections.txt 30`
//!
//! The second argument is a file with a connection id per line, the third the seconds between two
//! polls of an account. The job can be killed at any point, and goes on when it is started again.

use std::error::Error;
use std::fs;
use std::time::Duration;

use inbox_sync::{Copy, sync};
use ofauth::{Client, ConnectionId};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [database, connections, seconds] = &arguments[..] else {
        return Err("pass a database, a file with connection ids, and seconds".into());
    };
    let connections = fs::read_to_string(connections)?;
    let lines = connections.lines().map(str::trim).filter(|line| !line.is_empty());
    let accounts: Vec<ConnectionId> = lines.map(ConnectionId::from).collect();
    let (client, copy) = (Client::from_env()?, Copy::open(database)?);
    let every = Duration::try_from_secs_f64(seconds.parse()?)?;
    sync(&client, &copy, accounts, every, |account, error, ended| {
        let what = if ended { "has ended" } else { "is polled again" };
        eprintln!("account {} {what}: {error}", account + 1);
    })
    .await?;
    Ok(())
}
