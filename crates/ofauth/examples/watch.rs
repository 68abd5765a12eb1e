//! Prints new activity of many creators as it happens. A file for each creator holds the checkpoint
//! from which the next run goes on.
//!
//! `OFAUTH_API_KEY=… cargo run -p ofauth --example watch -- checkpoints/ conn_abc123 conn_abc124`

use std::collections::HashMap;
use std::error::Error;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use ofauth::{Checkpoint, Client, ConnectionId, FleetEvent, WatchEvent};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1).collect::<Vec<_>>().into_iter();
    let directory = PathBuf::from(arguments.next().ok_or("pass a directory for checkpoints")?);
    fs::create_dir_all(&directory)?;
    // The digest of a connection id isn't secret, and always the same.
    let file = |id: &ConnectionId| directory.join(format!("{:016x}", id.digest()));
    let ids: Vec<ConnectionId> = arguments.map(ConnectionId::from).collect();
    let mut since: HashMap<ConnectionId, Checkpoint> = HashMap::new();
    for id in &ids {
        match fs::read_to_string(file(id)) {
            Ok(checkpoint) => since.insert(id.clone(), checkpoint.parse()?),
            // The first time, every chat counts as new.
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error.into()),
        };
    }
    let client = Client::from_env()?;
    let mut changes = client.fleet(ids).watch(move |member, chats| {
        let since = since.get(member.id()).cloned().unwrap_or_default();
        chats.watch(since, Duration::from_secs(30))
    });
    while let Some((member, event)) = changes.next().await {
        let creator = member.index() + 1;
        match event {
            FleetEvent::Item(WatchEvent::Chat(chat)) => {
                println!("creator {creator}: {}", chat.with_user.id);
            }
            // Every change before it was printed.
            FleetEvent::Item(WatchEvent::Checkpoint(checkpoint)) => {
                // A crash never leaves half a checkpoint.
                let new = file(member.id()).with_extension("new");
                fs::write(&new, checkpoint.to_string())?;
                fs::rename(new, file(member.id()))?;
            }
            FleetEvent::Error(error) => eprintln!("creator {creator}: {error}"), // polled again
            FleetEvent::End { result, .. } => println!("creator {creator} ended: {result:?}"),
        }
    }
    Ok(())
}
