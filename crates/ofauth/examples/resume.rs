//! Reads an inbox in parts: stops after some chats, as a crash would, and goes on from the stored
//! cursor when it is run again.
//!
//! `OFAUTH_API_KEY=… cargo run -p ofauth --example resume -- conn_abc123 cursor.txt 50`

use std::error::Error;
use std::fs;

use ofauth::{Client, Cursor};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [id, file, most] = &arguments[..] else {
        return Err("pass a connection id, a file for the cursor, and a number of chats".into());
    };
    let chats = Client::from_env()?.connection(id)?.chats();
    let mut chats = match fs::read_to_string(file) {
        Ok(cursor) => chats.resume(cursor.parse::<Cursor>()?),
        Err(_) => chats.stream(),
    };
    for _ in 0..most.parse()? {
        let Some(chat) = chats.next().await else {
            println!("complete");
            fs::remove_file(file)?;
            return Ok(());
        };
        println!("{}", chat?.with_user.id);
        // An application stores what it read first, and the cursor then, or both in a transaction.
        // Renaming replaces the file at once: a crash never leaves half a cursor.
        let new = format!("{file}.new");
        fs::write(&new, chats.cursor().to_string())?;
        fs::rename(&new, file)?;
    }
    Ok(())
}
