//! Counts the unread messages of many creators, 64 at a time. A creator whose session has expired
//! doesn't stop the others.
//!
//! `OFAUTH_API_KEY=… cargo run -p ofauth --example unread -- conn_abc123 conn_abc124`

use std::collections::HashMap;
use std::error::Error;

use ofauth::{ChatFilter, Client, FleetEvent};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let client = Client::from_env()?;
    let ids: Vec<String> = std::env::args().skip(1).collect();
    let (creators, mut complete) = (ids.len(), 0);
    let mut unread: HashMap<usize, u64> = HashMap::new();
    let mut fleet = client.fleet(ids).chats(|chats| chats.filter(ChatFilter::Unread));
    while let Some((member, event)) = fleet.next().await {
        let creator = member.index() + 1; // the connection id is secret
        match event {
            FleetEvent::Item(chat) => *unread.entry(creator).or_default() += chat.unread(),
            FleetEvent::Error(error) => eprintln!("creator {creator}: {error}"), // one chat
            FleetEvent::End { result: Ok(()), .. } => {
                let unread = unread.get(&creator).unwrap_or(&0);
                println!("creator {creator}: {unread} unread messages");
                complete += 1;
            }
            FleetEvent::End { result: Err(error), .. } if error.is_session() => {
                eprintln!("creator {creator} must link the account again");
            }
            FleetEvent::End { result: Err(error), .. } => eprintln!("creator {creator}: {error}"),
        }
    }
    // A wrong API key ends the fleet at once, without an `End` for the others.
    match creators - complete {
        0 => Ok(()),
        missing => Err(format!("{missing} of {creators} creators could not be read").into()),
    }
}
