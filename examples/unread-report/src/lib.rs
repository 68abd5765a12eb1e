//! An application in small: how many unread messages wait, for each of several creators.

use ofauth::{ChatFilter, Client, Error};

/// What one creator's inbox holds.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Unread {
    /// The fans who wait.
    pub fans: usize,
    /// Their messages.
    pub messages: u64,
}

/// Counts what is unread for each connection. A creator whose session has expired does
/// not stop the others.
pub async fn unread(client: &Client, connections: &[String]) -> Vec<Result<Unread, Error>> {
    let mut report = Vec::new();
    for connection in connections {
        report.push(of(client, connection).await);
    }
    report
}

async fn of(client: &Client, connection: &str) -> Result<Unread, Error> {
    let mut chats = client
        .connection(connection)?
        .chats()
        .filter(ChatFilter::Unread)
        .stream();
    let mut unread = Unread::default();
    while let Some(chat) = chats.next().await {
        unread.fans += 1;
        unread.messages += chat?.unread();
    }
    Ok(unread)
}
