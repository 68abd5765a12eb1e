//! How an application can be tested: with mocks and with the sandbox.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use ofauth::{ChatFilter, Client, ErrorType};
use ofauth_httpmock::httpmock::MockServer;
use ofauth_httpmock::{MockServerExt, error, sample};
use ofauth_sandbox::{Change, Sandbox, Session};
use unread_report::{Unread, unread};

#[tokio::test]
async fn a_mock_gives_chosen_responses() {
    let server = MockServer::start_async().await;
    let mock = server.list_chats(|when, then| {
        when.filter(ChatFilter::Unread);
        let chats = [3, 4]
            .map(|count| sample::chat(count).unread_messages_count(count).try_into().unwrap());
        let page = sample::page_of(chats, None);
        then.sequence([page.into(), error::session_expired().into()]);
    });
    let client = Client::builder().api_key("sk_x").base_url(server.base_url()).build().unwrap();
    let report = unread(&client, &["conn_a".to_owned(), "conn_b".to_owned()]).await;
    assert_eq!(*report[0].as_ref().unwrap(), Unread { fans: 2, messages: 7 });
    assert_eq!(report[1].as_ref().unwrap_err().error_type(), Some(&ErrorType::SessionExpired));
    mock.assert_calls(2);
}

#[tokio::test]
async fn the_sandbox_changes_inboxes_and_expires_sessions() {
    let sandbox = Sandbox::builder().chats(100).start().await.unwrap();
    let connections: Vec<String> = (1..=3).map(|number| sandbox.connection(number)).collect();
    sandbox.change(&connections[1], Change::Session(Session::Expired)).unwrap();
    let client =
        Client::builder().api_key(sandbox.api_key()).base_url(sandbox.url()).build().unwrap();

    let before = unread(&client, &connections).await;
    let text = "<p>Are you there?</p>".to_owned();
    sandbox.change(&connections[0], Change::Message { fan: 7, text, from_creator: false }).unwrap();
    let after = unread(&client, &connections).await;

    let (before, now) = (before[0].as_ref().unwrap(), after[0].as_ref().unwrap());
    assert!(before.fans > 20, "more than one page");
    assert_eq!((now.fans, now.messages), (before.fans + 1, before.messages + 1));
    assert_eq!(after[1].as_ref().unwrap_err().error_type(), Some(&ErrorType::SessionExpired));
    assert!(after[2].is_ok(), "the other connections are still read");
    sandbox.requests().of(&connections[1]).assert_statuses(&[401, 401]);
}
