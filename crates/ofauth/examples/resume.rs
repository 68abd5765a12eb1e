//! Reads an inbox in parts: stops after some chats, as a crash would, and goes on from the stored
//! cursor when it is run again.
//!
//! `OFAUTH_API_KEY=… cargo run -p ofauth --example resume -- conn_abc123 cursor.txt 50`

use std::error::Error;
use std::fs;
use std::io;

use ofauth::{Client, Cursor, ErrorKind};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [id, file, most] = &arguments[..] else {
        return Err("pass a connection id, a file for the cursor, and a number of chats".into());
    };
    let chats = Client::from_env()?.connection(id)?.chats();
    let mut chats = match fs::read_to_string(file) {
        Ok(cursor) => chats.resume(cursor.parse::<Cursor>()?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => chats.stream(),
        Err(error) => return Err(error.into()),
    };
    for _ in 0..most.parse()? {
        let Some(chat) = chats.next().await else {
            println!("complete");
            return match fs::remove_file(file) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
                _ => Ok(()), // an empty inbox has no cursor
            };
        };
        match chat {
            Ok(chat) => println!("{}", chat.with_user.id),
            // One record can't be read; the others follow.
            Err(error) if error.kind() == ErrorKind::Rejected => eprintln!("{error}"),
            Err(error) => return Err(error.into()),
        }
        // Store the chats first and then the cursor, or both in one transaction.
        // Renaming replaces the file at once: a crash never leaves half a cursor.
        let new = format!("{file}.new");
        fs::write(&new, chats.cursor().to_string())?;
        fs::rename(&new, file)?;
    }
    Ok(())
}
