//! Writes a creator's whole inbox as CSV, each chat exactly once, even if messages arrive meanwhile.
//!
//! `OFAUTH_API_KEY=… cargo run -p ofauth --example export_csv -- conn_abc123 > chats.csv`

use std::error::Error;

use ofauth::{Client, ErrorKind};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let id = std::env::args().nth(1).ok_or("pass a connection id")?;
    let creator = Client::from_env()?.connection(id)?;
    let mut csv = csv::Writer::from_writer(std::io::stdout());
    csv.write_record(["fan", "unread", "last_activity", "last_message"])?;
    let mut chats = creator.chats().stream().prefetch(1);
    while let Some(chat) = chats.next().await {
        let chat = match chat {
            Ok(chat) => chat,
            // One record can't be read; the others follow.
            Err(error) if error.kind() == ErrorKind::Rejected => {
                eprintln!("{error}");
                continue;
            }
            // The list is incomplete.
            Err(error) => return Err(error.into()),
        };
        csv.write_record([
            chat.with_user.id.to_string(),
            chat.unread().to_string(),
            chat.last_activity().map_or_else(String::new, |time| time.to_rfc3339()),
            chat.last_message.map_or_else(String::new, |message| message.plain_text()),
        ])?;
    }
    csv.flush()?;
    Ok(())
}
