//! The client against the sandbox, over real sockets.

use ofauth::{
    Chat, ChatFilter, ChatOrder, ChatsRequest, Client, Connection, ErrorKind, ErrorType,
    RetryPolicy,
};
use ofauth_sandbox::Sandbox;

async fn sandbox(chats: u32) -> (Sandbox, Connection) {
    let sandbox = Sandbox::builder().chats(chats).rate_limit(None).start().await.unwrap();
    let client = client(&sandbox);
    let creator = client.connection(sandbox.connection(1)).unwrap();
    (sandbox, creator)
}

fn client(sandbox: &Sandbox) -> Client {
    Client::builder()
        .api_key(sandbox.api_key())
        .base_url(sandbox.url())
        .rate_limit(None)
        .build()
        .unwrap()
}

async fn all(request: ChatsRequest) -> Vec<Chat> {
    let mut stream = request.stream();
    let mut chats = Vec::new();
    while let Some(chat) = stream.next().await {
        chats.push(chat.unwrap());
    }
    chats
}

fn ids<'a>(chats: impl IntoIterator<Item = &'a Chat>) -> Vec<i64> {
    chats.into_iter().map(|chat| chat.with_user.id).collect()
}

#[tokio::test]
async fn three_thousand_chats_arrive_once_each_and_newest_first() {
    let (_sandbox, creator) = sandbox(3_000).await;
    let chats = all(creator.chats()).await;
    assert_eq!(chats.len(), 3_000);

    let times: Vec<_> = chats
        .iter()
        .map(|chat| {
            let created = chat.last_message.as_ref().unwrap().created_at.as_ref().unwrap();
            created.to_datetime().unwrap()
        })
        .collect();
    assert!(times.windows(2).all(|pair| pair[0] > pair[1]), "newest first, without a repeat");

    let mut distinct = ids(&chats);
    distinct.sort_unstable();
    distinct.dedup();
    assert_eq!(distinct.len(), 3_000);
}

#[tokio::test]
async fn limit_and_offset_select_a_slice_of_the_list() {
    let (_sandbox, creator) = sandbox(50).await;
    let every = ids(&all(creator.chats()).await);

    let page = creator.chats().send().await.unwrap();
    assert_eq!(ids(&page), every[..10], "the default limit is 10");
    assert!(page.has_more());
    assert_eq!(page.next_offset(), Some(10));

    for (limit, offset) in [(1, 0), (20, 0), (7, 3), (20, 40), (20, 49), (20, 50), (1, 1_000_000)] {
        let page = creator.chats().limit(limit).offset(offset).send().await.unwrap();
        let start = every.len().min(offset as usize);
        let end = every.len().min(start + limit as usize);
        assert_eq!(ids(&page), every[start..end], "limit {limit}, offset {offset}");
        assert_eq!(page.has_more(), end < every.len(), "limit {limit}, offset {offset}");
        assert_eq!(page.next_offset().is_some(), page.has_more());
    }
}

#[tokio::test]
async fn a_stream_keeps_offset_and_limit() {
    let (_sandbox, creator) = sandbox(50).await;
    let every = ids(&all(creator.chats()).await);
    assert_eq!(ids(&all(creator.chats().offset(13).limit(4)).await), every[13..]);

    let mut pages = creator.chats().limit(20).pages();
    let mut sizes = Vec::new();
    while let Some(page) = pages.next().await {
        sizes.push(page.unwrap().len());
    }
    assert_eq!(sizes, [20, 20, 10]);
}

#[tokio::test]
async fn old_is_the_reverse_of_recent() {
    let (_sandbox, creator) = sandbox(50).await;
    let recent = ids(&all(creator.chats().order(ChatOrder::Recent)).await);
    let mut old = ids(&all(creator.chats().order(ChatOrder::Old)).await);
    old.reverse();
    assert_eq!(recent, old);
}

#[tokio::test]
async fn filters_narrow_the_list_and_keep_its_order() {
    let (_sandbox, creator) = sandbox(400).await;
    let every = all(creator.chats()).await;
    let unread: Vec<i64> = ids(every.iter().filter(|chat| chat.unread() > 0));
    assert_eq!(ids(&all(creator.chats().filter(ChatFilter::Unread)).await), unread);

    let tipped = all(creator.chats().filter(ChatFilter::WhoTipped)).await;
    assert!(every.iter().filter(|chat| chat.has_unread_tips == Some(true)).count() > 0);
    for chat in every.iter().filter(|chat| chat.has_unread_tips == Some(true)) {
        assert!(ids(&tipped).contains(&chat.with_user.id));
    }
    let priority = all(creator.chats().filter(ChatFilter::Priority)).await;
    for filtered in [tipped, priority] {
        assert!(!filtered.is_empty() && filtered.len() < every.len() / 2);
        assert_subsequence(&ids(&filtered), &ids(&every));
    }
}

#[tokio::test]
async fn a_search_finds_texts_of_every_script() {
    let (_sandbox, creator) = sandbox(400).await;
    let every = all(creator.chats()).await;
    // Spaces, `&`, `+`, `%` and non-ASCII letters must be encoded in the query string.
    for text in ["Canada &amp; the US", "эфир", "写真、とても", "البث", "100% + & = ?#", "🎂"]
    {
        let found = all(creator.chats().query(text)).await;
        let expected: Vec<i64> = ids(every.iter().filter(|chat| {
            chat.last_message.as_ref().unwrap().text.to_lowercase().contains(&text.to_lowercase())
        }));
        assert_eq!(ids(&found), expected, "{text}");
        assert_eq!(found.is_empty(), text.starts_with("100%"), "{text}");
    }
    // The limit is 100 characters, not bytes.
    assert!(creator.chats().query("ж".repeat(100)).send().await.unwrap().is_empty());
}

#[tokio::test]
async fn user_lists_hold_some_fans_or_none() {
    let (_sandbox, creator) = sandbox(400).await;
    let every = all(creator.chats()).await;
    let list = all(creator.chats().user_list_id(1)).await;
    assert!(!list.is_empty() && list.len() < every.len() / 2);
    assert_subsequence(&ids(&list), &ids(&every));
    assert!(creator.chats().user_list_id(i64::MAX as u64).send().await.unwrap().is_empty());
}

fn assert_subsequence(part: &[i64], whole: &[i64]) {
    let mut rest = whole.iter();
    assert!(part.iter().all(|id| rest.any(|other| other == id)), "the order has changed");
}

#[tokio::test]
async fn parameters_combine() {
    let (_sandbox, creator) = sandbox(400).await;
    let unread = ids(&all(creator.chats().filter(ChatFilter::Unread).order(ChatOrder::Old)).await);
    let request = creator.chats().filter(ChatFilter::Unread).order(ChatOrder::Old);
    let page = request.limit(5).offset(2).send().await.unwrap();
    assert_eq!(ids(&page), unread[2..7]);
}

#[tokio::test]
async fn connections_share_a_client_and_have_separate_inboxes() {
    let sandbox = Sandbox::builder().connections(50).start().await.unwrap();
    let client = client(&sandbox);
    let mut firsts = Vec::new();
    for number in 1..=50 {
        let creator = client.connection(sandbox.connection(number)).unwrap();
        firsts.extend(ids(&creator.chats().limit(1).send().await.unwrap()));
    }
    firsts.sort_unstable();
    firsts.dedup();
    assert_eq!(firsts.len(), 50);
}

#[tokio::test]
async fn the_body_is_kept_as_it_was_received() {
    let (_sandbox, creator) = sandbox(3).await;
    let page = creator.chats().send().await.unwrap();
    let body: serde_json::Value = serde_json::from_slice(page.body()).unwrap();
    let chats = serde_json::to_value(page.chats()).unwrap();
    assert_eq!(body["list"], chats);
}

#[tokio::test]
async fn an_unknown_connection_and_a_wrong_key_are_distinct_errors() {
    let (sandbox, _) = sandbox(1).await;
    let error = client(&sandbox).connection("conn_gone").unwrap().chats().send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Session);
    assert_eq!(error.status().unwrap(), 401);
    assert_eq!(error.error_type(), Some(&ErrorType::SessionNotProvided));
    let id = error.request_id().unwrap();
    assert_eq!(
        error.to_string(),
        format!(
            "Connection not found, or without session data: ask the creator to link the account \
             again (SESSION_NOT_PROVIDED, 401, request {id})"
        )
    );

    let client = Client::builder().api_key("sk_live_x").base_url(sandbox.url()).build().unwrap();
    let creator = client.connection(sandbox.connection(1)).unwrap();
    let error = creator.chats().send().await.unwrap_err();
    assert_eq!(error.error_type(), Some(&ErrorType::Unauthorized));
    assert!(error.to_string().contains("check the API key"), "{error}");
    let mut stream = creator.chats().stream();
    assert!(stream.next().await.unwrap().is_err());
    assert!(stream.next().await.is_none(), "a stream ends after an error");
}

#[tokio::test]
async fn a_wrong_base_path_is_reported() {
    let sandbox = Sandbox::start().await.unwrap();
    let url = format!("{}/api/", sandbox.url());
    let client = Client::builder().api_key(sandbox.api_key()).base_url(url).build().unwrap();
    let creator = client.connection(sandbox.connection(1)).unwrap();
    let error = creator.chats().send().await.unwrap_err();
    assert_eq!(error.error_type(), Some(&ErrorType::RouteNotFound));
    assert!(error.to_string().contains("check the base URL"), "{error}");
}

#[tokio::test]
async fn a_server_that_cannot_be_reached_is_an_error_that_names_it() {
    // Bound but not listening: nobody else can take the port, and nobody answers.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = socket.local_addr().unwrap().to_string();
    let client = Client::builder()
        .api_key("sk_x")
        .retry(RetryPolicy::off())
        .base_url(format!("http://{address}"));
    let creator = client.build().unwrap().connection("conn_x").unwrap();
    let error = creator.chats().send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport);
    assert!(error.to_string().contains(&address), "{error}");
    assert!(std::error::Error::source(&error).is_some());
}
