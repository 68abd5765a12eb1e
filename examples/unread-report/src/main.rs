//! Prints how many unread messages each creator has:
//!
//! `OFAUTH_API_KEY=… cargo run -p unread-report -- conn_abc123 conn_def456`

use std::io::{self, Write};

use ofauth::Client;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = Client::from_env()?;
    let connections: Vec<String> = std::env::args().skip(1).collect();
    let mut stdout = io::stdout();
    for (number, unread) in unread_report::unread(&client, &connections).await.iter().enumerate() {
        match unread {
            Ok(unread) => writeln!(
                stdout,
                "creator {}: {} messages from {} fans",
                number + 1,
                unread.messages,
                unread.fans
            )?,
            Err(error) => writeln!(stdout, "creator {}: {error}", number + 1)?,
        }
    }
    Ok(())
}
