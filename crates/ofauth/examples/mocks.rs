//! How an application is tested with typed mocks: `cargo test -p ofauth --example mocks`.
//!
//! `OFAUTH_API_KEY=… cargo run -p ofauth --example mocks -- conn_abc123`

use std::error::Error;

use ofauth::{ChatFilter, Client, Connection, ErrorKind};

/// The unread messages of the first page; `None` if the creator must link the account again.
async fn unread(creator: &Connection) -> ofauth::Result<Option<u64>> {
    match creator.chats().filter(ChatFilter::Unread).send().await {
        Ok(page) => Ok(Some(page.iter().map(ofauth::Chat::unread).sum())),
        Err(error) if error.kind() == ErrorKind::Session => Ok(None),
        Err(error) => Err(error),
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let id = std::env::args().nth(1).ok_or("pass a connection id")?;
    println!("{:?}", unread(&Client::from_env()?.connection(id)?).await?);
    Ok(())
}

#[cfg(test)]
#[tokio::test]
async fn a_page_is_summed_up_and_an_expired_session_is_no_error() -> Result<(), Box<dyn Error>> {
    use ofauth_httpmock::{MockServerExt, error, httpmock::MockServer, sample};

    let server = MockServer::start_async().await;
    let mock = server.list_chats(|when, then| {
        when.filter(ChatFilter::Unread);
        let chats = [3, 4].map(|unread| sample::chat(unread).unread_messages_count(unread));
        let chats = chats.map(|chat| chat.try_into().expect("a complete chat"));
        then.sequence([sample::page_of(chats, None).into(), error::session_expired().into()]);
    });
    let client = Client::builder().api_key("sk_test").base_url(server.base_url()).for_tests();
    let creator = client.build()?.connection("conn_test")?;
    assert_eq!(unread(&creator).await?, Some(7));
    assert_eq!(unread(&creator).await?, None);
    mock.assert_calls(2);
    Ok(())
}
