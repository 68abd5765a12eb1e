//! A small example application: counts the unread messages of several creators.

use ofauth::{ChatFilter, Client, Error};

/// The unread messages in a creator's inbox.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Unread {
    /// The number of fans with unread messages.
    pub fans: usize,
    /// The number of unread messages.
    pub messages: u64,
}

/// Counts the unread messages of each connection. A connection that fails, for example because its
/// session has expired, doesn't stop the others.
pub async fn unread(client: &Client, connections: &[String]) -> Vec<Result<Unread, Error>> {
    let mut report = Vec::new();
    for connection in connections {
        report.push(count(client, connection).await);
    }
    report
}

async fn count(client: &Client, connection: &str) -> Result<Unread, Error> {
    let mut chats = client.connection(connection)?.chats().filter(ChatFilter::Unread).stream();
    let mut unread = Unread::default();
    while let Some(chat) = chats.next().await {
        unread.fans += 1;
        unread.messages += chat?.unread();
    }
    Ok(unread)
}
