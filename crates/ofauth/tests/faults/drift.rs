//! Drift: pages that differ from the API's description.

use std::sync::{Arc, Mutex};

use ofauth::{ErrorKind, EventKind};
use ofauth_sandbox::{Fault, FaultRule};
use serde_json::json;

use crate::server::{Server, Step, response};
use crate::{builder, creator, sandbox};

#[tokio::test]
async fn each_difference_is_reported_once_and_a_matching_page_reports_none() {
    let sandbox = sandbox([]).await;
    let told = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&told);
    let creator = creator(builder(sandbox.url()).drift(1.0).on_event(move |event| {
        if let EventKind::Drift { place, difference, seen: kind, .. } = event.kind {
            let difference = format!("{place} {difference} {kind}");
            seen.lock().unwrap().push(difference);
        }
    }));
    for _ in 0..3 {
        creator.chats().limit(20).send().await.unwrap();
    }
    assert!(told.lock().unwrap().is_empty(), "{told:?}");
    sandbox.inject([FaultRule::new(Fault::UnknownField).times(2)]);
    sandbox.inject([FaultRule::new(Fault::UnknownEnumValue)]);
    for _ in 0..4 {
        creator.chats().limit(20).send().await.unwrap();
    }
    let told = told.lock().unwrap();
    let count = |what: &str| told.iter().filter(|one| one.starts_with(what)).count();
    assert_eq!(count("list[].sandboxSurprise unknown-field boolean"), 1, "{told:?}");
    assert_eq!(count("list[].lastMessage.media[].type unknown-value"), 1, "{told:?}");
    assert!(!told.iter().any(|one| one.contains("hologram")), "{told:?}");
}

#[tokio::test]
async fn names_made_up_by_a_hostile_server_count_as_a_map() {
    let server = Server::start(|page| {
        let mut body = json!({ "list": [], "hasMore": false });
        for field in 0..100 {
            body[format!("made{}up{field}", ["a", "b", "c", "d", "e"][page % 5].repeat(page))] =
                json!(1);
        }
        let body = body.to_string();
        vec![Step::Send(response("200 OK", &[], body.as_bytes()))]
    })
    .await;
    let told = Arc::new(Mutex::new(0));
    let seen = Arc::clone(&told);
    let creator = creator(builder(&server.url).drift(1.0).on_event(move |event| {
        if let EventKind::Drift { .. } = event.kind {
            *seen.lock().unwrap() += 1;
        }
    }));
    for _ in 0..30 {
        creator.chats().send().await.unwrap();
    }
    assert_eq!(*told.lock().unwrap(), 1);
}

#[tokio::test]
async fn many_unknown_names_across_pages_count_as_a_map() {
    // Each page has only one of these names, and no two look alike.
    let names = [
        "amber", "birch", "cedar", "dune", "ember", "fjord", "grove", "heath", "iris", "jade",
        "kelp", "lake", "moss", "nest", "oak", "pine", "quartz", "reed", "sand", "tide",
    ];
    let server = Server::start(move |page| {
        let mut body = json!({ "list": [], "hasMore": false });
        body[names[page % names.len()]] = json!(1);
        if page >= 2 * names.len() {
            body["later"] = json!(2);
        }
        let body = body.to_string();
        vec![Step::Send(response("200 OK", &[], body.as_bytes()))]
    })
    .await;
    let told = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&told);
    let creator = creator(builder(&server.url).drift(1.0).on_event(move |event| {
        if let EventKind::Drift { place, .. } = event.kind {
            seen.lock().unwrap().push(place.to_owned());
        }
    }));
    for _ in 0..50 {
        creator.chats().send().await.unwrap();
    }
    let mut told = told.lock().unwrap().clone();
    assert_eq!(told.pop().as_deref(), Some("{}"), "{told:?}");
    told.sort();
    assert_eq!(told, names[..16]);
}

#[test]
fn invalid_drift_rates_are_rejected() {
    for rate in [-0.1, 1.1, f64::NAN] {
        let error = builder("http://127.0.0.1:1").drift(rate).build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(error.to_string().starts_with("the drift rate must be between 0 and 1"), "{error}");
    }
}
