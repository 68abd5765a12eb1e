//! The initial state of connections, changes to them, and the admin port.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeSet;

use ofauth_sandbox::{Change, ChangeError, ConnectionSetup, Sandbox, SandboxBuilder, Session};
use serde_json::{Value, json};

const ONE: &str = "conn_sandbox_1";

async fn start(builder: SandboxBuilder) -> Sandbox {
    builder.start().await.unwrap()
}

async fn get(sandbox: &Sandbox, connection: &str, query: &str) -> (u16, Value) {
    let url = format!("{}/v2/access/chats?{query}", sandbox.url());
    let request = reqwest::Client::new().get(url).header("apiKey", "sk_sandbox_x");
    let response = request.header("x-connection-id", connection).send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

/// Returns the fans of all chats, read page by page as a client would.
async fn fans(sandbox: &Sandbox, connection: &str, query: &str) -> Vec<i64> {
    let mut fans = Vec::new();
    loop {
        let query = format!("limit=20&offset={}&{query}", fans.len());
        let (_, page) = get(sandbox, connection, &query).await;
        let list = page["list"].as_array().unwrap();
        fans.extend(list.iter().map(|chat| chat["withUser"]["id"].as_i64().unwrap()));
        if page["hasMore"] == false {
            return fans;
        }
    }
}

fn message(fan: i64, text: &str, from_creator: bool) -> Change {
    Change::Message { fan, text: text.to_owned(), from_creator }
}

#[tokio::test]
async fn a_message_moves_its_chat_to_the_front() {
    let sandbox = start(Sandbox::builder().chats(50)).await;
    let mut expected = fans(&sandbox, ONE, "").await;
    let (_, before) = get(&sandbox, ONE, "limit=1&offset=30").await;
    let fan = expected.remove(30);
    expected.insert(0, fan);
    sandbox.change(ONE, message(fan, "<p>Наконец!</p>", false)).unwrap();
    assert_eq!(fans(&sandbox, ONE, "").await, expected);

    let (_, page) = get(&sandbox, ONE, "limit=2").await;
    let (chat, second) = (&page["list"][0], &page["list"][1]);
    assert_eq!(chat["lastMessage"]["text"], "<p>Наконец!</p>");
    assert_eq!(chat["lastMessage"]["fromUser"]["id"], fan);
    let unread = before["list"][0]["unreadMessagesCount"].as_i64().unwrap();
    assert_eq!(chat["unreadMessagesCount"], unread + 1);
    for field in ["id", "createdAt"] {
        let value = |chat: &Value| chat["lastMessage"][field].to_string();
        assert!(value(chat) > value(second), "{field} is newer than all others");
    }
    // The search finds the new text.
    assert_eq!(fans(&sandbox, ONE, "query=наконец").await, [fan]);

    sandbox.change(ONE, message(fan, "answer", true)).unwrap();
    let (_, page) = get(&sandbox, ONE, "limit=1").await;
    assert_eq!(page["list"][0]["unreadMessagesCount"], 0);
    assert_ne!(page["list"][0]["lastMessage"]["fromUser"]["id"], fan);
}

#[tokio::test]
async fn a_message_from_a_new_fan_starts_a_chat() {
    let sandbox = start(Sandbox::builder().chats(5)).await;
    sandbox.change(ONE, message(7, "hello", false)).unwrap();
    let fans = fans(&sandbox, ONE, "").await;
    assert_eq!((fans.len(), fans[0]), (6, 7));
    // Other connections are unchanged.
    assert_eq!(sandbox.chats("conn_sandbox_2").unwrap().len(), 5);
}

#[tokio::test]
async fn reading_pinning_and_removing_change_the_chats() {
    let sandbox = start(Sandbox::builder().chats(60)).await;
    let unread = fans(&sandbox, ONE, "filter=unread").await;
    let order = fans(&sandbox, ONE, "").await;
    sandbox.change(ONE, Change::Read { fan: unread[2] }).unwrap();
    let mut left = unread.clone();
    left.remove(2);
    assert_eq!(fans(&sandbox, ONE, "filter=unread").await, left);
    assert_eq!(fans(&sandbox, ONE, "").await, order, "reading doesn't move chats");

    let pinned = |fan: i64| {
        let chat = sandbox.chats(ONE).unwrap().into_iter().find(|chat| chat.with_user.id == fan);
        let chat = chat.unwrap();
        (chat.count_pinned_messages.unwrap(), chat.last_message.unwrap().is_pinned.unwrap())
    };
    let fan = *order.iter().find(|fan| !pinned(**fan).1).unwrap();
    let (count, _) = pinned(fan);
    sandbox.change(ONE, Change::Pin { fan, pinned: true }).unwrap();
    sandbox.change(ONE, Change::Pin { fan, pinned: true }).unwrap();
    assert_eq!(pinned(fan), (count + 1, true));
    sandbox.change(ONE, Change::Pin { fan, pinned: false }).unwrap();
    assert_eq!(pinned(fan), (count, false));

    sandbox.change(ONE, Change::Remove { fan: order[9] }).unwrap();
    let mut left = order.clone();
    left.remove(9);
    assert_eq!(fans(&sandbox, ONE, "").await, left);
    let again = sandbox.change(ONE, Change::Remove { fan: order[9] });
    assert_eq!(again, Err(ChangeError::UnknownFan));
    let other = sandbox.change("conn_none", Change::Read { fan: 1 });
    assert_eq!(other, Err(ChangeError::UnknownConnection));
}

#[tokio::test]
async fn sessions_expire_and_permissions_are_withdrawn() {
    let sandbox = start(Sandbox::builder()).await;
    for (change, status, kind) in [
        (Change::Session(Session::Expired), 401, "SESSION_EXPIRED"),
        (Change::Session(Session::Missing), 401, "SESSION_NOT_PROVIDED"),
        (Change::Session(Session::RulesOutdated), 401, "RULES_OUTDATED"),
        (Change::Session(Session::Active), 200, ""),
        (Change::Permission { granted: false }, 403, "FORBIDDEN"),
        (Change::Permission { granted: true }, 200, ""),
    ] {
        sandbox.change(ONE, change).unwrap();
        let (answered, body) = get(&sandbox, ONE, "").await;
        assert_eq!((answered, body["type"].as_str().unwrap_or_default()), (status, kind));
        assert_eq!(get(&sandbox, "conn_sandbox_2", "").await.0, 200);
    }
}

#[tokio::test]
async fn connections_start_as_configured() {
    let chat: Value = json!({ "withUser": { "id": 7, "_view": "s" }, "unreadMessagesCount": 3 });
    let setup = json!({
        "conn_many": { "chats": 33 },
        "conn_gone": { "session": "expired" },
        "conn_shut": { "forbidden": true },
        "conn_one": { "list": [chat] },
    });
    let mut begins = ConnectionSetup::default();
    begins.chats = Some(2);
    let builder = Sandbox::builder().setup_json(&setup.to_string()).unwrap();
    let sandbox = start(builder.setup("conn_two", begins)).await;
    assert_eq!(fans(&sandbox, "conn_many", "").await.len(), 33);
    assert_eq!(get(&sandbox, "conn_gone", "").await.0, 401);
    assert_eq!(get(&sandbox, "conn_shut", "").await.0, 403);
    assert_eq!(get(&sandbox, "conn_one", "filter=unread").await.1["list"], json!([chat]));
    assert_eq!(fans(&sandbox, "conn_two", "").await.len(), 2);
    assert_eq!(get(&sandbox, ONE, "").await.0, 200);

    for wrong in
        ["{", r#"{"c":{"chat":1}}"#, r#"{"c":{"session":"lost"}}"#, r#"{"c":{"list":[{}]}}"#]
    {
        assert!(Sandbox::builder().setup_json(wrong).is_err(), "{wrong}");
    }
}

#[tokio::test(start_paused = true)]
async fn live_changes_are_reproducible_from_the_seed() {
    let after_a_minute = async |seed| {
        let builder = Sandbox::builder().connections(1).chats(40).seed(seed).live(2.0);
        let sandbox = start(builder).await;
        tokio::time::sleep(std::time::Duration::from_secs(60)).await;
        sandbox.chats(ONE).unwrap().iter().map(|chat| chat.with_user.id).collect::<Vec<_>>()
    };
    let changed = after_a_minute(1).await;
    let still = start(Sandbox::builder().connections(1).chats(40)).await;
    let before: Vec<i64> = still.chats(ONE).unwrap().iter().map(|chat| chat.with_user.id).collect();
    assert_ne!(changed, before);
    assert_eq!(
        changed.iter().collect::<BTreeSet<_>>().len(),
        changed.len(),
        "no chat is duplicated"
    );
    assert_eq!(after_a_minute(1).await, changed);
    assert_ne!(after_a_minute(2).await, changed);
}

#[tokio::test]
async fn the_admin_port_offers_the_same_operations() {
    let sandbox = start(Sandbox::builder().chats(5).admin_port(0)).await;
    let admin = sandbox.admin_url().unwrap();
    let client = reqwest::Client::new();
    let fan = sandbox.chats(ONE).unwrap()[3].with_user.id;
    let changes = format!("{admin}/connections/{ONE}/changes");
    let change = json!({ "message": { "fan": fan, "text": "over the wire" } });
    let response = client.post(&changes).json(&change).send().await.unwrap();
    assert_eq!(response.status(), 204);
    let (_, page) = get(&sandbox, ONE, "limit=1").await;
    assert_eq!(page["list"][0]["lastMessage"]["text"], "over the wire");
    let chats: Value = client
        .get(format!("{admin}/connections/{ONE}/chats"))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(chats[0], page["list"][0]);

    for (body, status) in [
        (json!({ "read": { "fan": 1 } }), 404),
        (json!({ "sing": {} }), 422),
        (json!({ "read": { "fan": 1, "loud": true } }), 422),
    ] {
        let response = client.post(&changes).json(&body).send().await.unwrap();
        assert_eq!(response.status(), status, "{body}");
    }
    let url = format!("{admin}/connections/conn_none/changes");
    assert_eq!(client.post(url).json(&change).send().await.unwrap().status(), 404);

    let fault = json!({ "fault": { "status": { "status": 503 } }, "times": 1 });
    let faults = format!("{admin}/faults");
    assert_eq!(client.post(&faults).json(&fault).send().await.unwrap().status(), 204);
    assert_eq!(get(&sandbox, ONE, "").await.0, 503);
    assert_eq!(get(&sandbox, ONE, "").await.0, 200);
    let rules: Value = client.get(&faults).send().await.unwrap().json().await.unwrap();
    assert_eq!(rules[0]["applied"], 1);
    let again = client.post(&faults).json(&rules[0]).send().await.unwrap();
    assert_eq!(again.status(), 204, "a listed rule can be added again");
    assert_eq!(client.delete(&faults).send().await.unwrap().status(), 204);
    assert!(sandbox.faults().is_empty());

    let requests = format!("{admin}/requests");
    let seen: Value = client.get(&requests).send().await.unwrap().json().await.unwrap();
    let statuses: Vec<&Value> =
        seen.as_array().unwrap().iter().map(|request| &request["status"]).collect();
    assert_eq!(statuses, [200, 503, 200]);
    assert!(!seen.to_string().contains("sk_sandbox_x"), "headers are not shown");
    assert_eq!(client.delete(&requests).send().await.unwrap().status(), 204);
    sandbox.requests().assert_count(0);
}

/// Chats that arrive look like the others: ids that JavaScript reads, and times in whole seconds.
#[tokio::test(start_paused = true)]
async fn chats_of_a_live_inbox_are_like_the_others() {
    let sandbox = start(Sandbox::builder().chats(50).live(1_000.0)).await;
    let before = sandbox.chats(ONE).unwrap();
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    let after = sandbox.chats(ONE).unwrap();
    assert_ne!(before.len(), after.len());
    let mut seen = BTreeSet::new();
    for chat in after {
        assert!((1..1 << 53).contains(&chat.with_user.id), "{}", chat.with_user.id);
        assert!(seen.insert(chat.with_user.id));
        if let Some(message) = chat.last_message {
            assert!((1..1 << 53).contains(&message.id));
            let created = message.created_at.unwrap();
            assert!(!created.as_str().contains('.'), "{}", created.as_str());
        }
    }
}

#[tokio::test]
async fn a_port_in_use_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let error = Sandbox::builder().port(port).start().await.unwrap_err();
    assert!(error.to_string().starts_with(&format!("cannot listen on 127.0.0.1:{port}: ")));
    let error = Sandbox::builder().admin_port(port).start().await.unwrap_err();
    let words = format!("cannot listen on the admin port 127.0.0.1:{port}: ");
    assert!(error.to_string().starts_with(&words), "{error}");
}
