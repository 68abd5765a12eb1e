//! A script without async code: prints the chats whose fan wrote last.
//!
//! `OFAUTH_API_KEY=… cargo run -p ofauth --features blocking --example blocking -- conn_abc123`

use std::error::Error;

use ofauth::Client;
use ofauth::blocking::{Iter, Wait};

fn main() -> Result<(), Box<dyn Error>> {
    let id = std::env::args().nth(1).ok_or("pass a connection id")?;
    let creator = Client::from_env()?.connection(id)?;
    let first = creator.chats().limit(1).send().wait()?;
    println!("rate limit: {:?}", first.meta().rate_limit());
    for chat in creator.chats().stream().iter() {
        let chat = chat?;
        if chat.is_from_fan() == Some(true) {
            println!("{}", chat.with_user.id);
        }
    }
    Ok(())
}
