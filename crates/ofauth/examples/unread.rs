//! Counts the unread messages of many creators, 64 at a time. A creator whose session has expired
//! doesn't stop the others.
//!
//! `OFAUTH_API_KEY=… cargo run -p ofauth --example unread -- conn_abc123 conn_abc124`

use std::collections::HashMap;

use ofauth::{ChatFilter, Client, FleetEvent, Result};

#[tokio::main]
async fn main() -> Result<()> {
    let client = Client::from_env()?;
    let ids: Vec<String> = std::env::args().skip(1).collect();
    let mut unread: HashMap<usize, u64> = HashMap::new();
    let mut fleet = client.fleet(ids).chats(|chats| chats.filter(ChatFilter::Unread));
    while let Some((member, event)) = fleet.next().await {
        let creator = member.index() + 1; // the connection id is secret
        match event {
            FleetEvent::Item(chat) => *unread.entry(creator).or_default() += chat.unread(),
            FleetEvent::Error(error) => eprintln!("creator {creator}: {error}"), // one chat
            FleetEvent::End { result: Err(error), .. } => println!("creator {creator}: {error}"),
            FleetEvent::End { result: Ok(()), .. } => {
                let unread = unread.get(&creator).unwrap_or(&0);
                println!("creator {creator}: {unread} unread messages");
            }
        }
    }
    Ok(())
}
