//! Prints the first page of a creator's inbox.
//!
//! `OFAUTH_API_KEY=… cargo run -p ofauth --example first_page -- conn_abc123`

use std::error::Error;

use ofauth::Client;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let id = std::env::args().nth(1).ok_or("pass a connection id")?;
    let creator = Client::from_env()?.connection(id)?;
    let page = creator.chats().limit(20).send().await?;
    for chat in &page {
        let time = chat.last_activity().map_or_else(String::new, |time| time.to_rfc3339());
        println!("{:>12} {:>3} unread  {time}", chat.with_user.id, chat.unread());
    }
    println!("{} chats{}", page.len(), if page.has_more() { ", and more" } else { "" });
    Ok(())
}
