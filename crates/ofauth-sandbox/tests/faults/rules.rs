//! Fault rules: when a fault occurs.

use super::*;
use ofauth_sandbox::{Fault, FaultRule, Sandbox};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::Instant;

#[tokio::test(start_paused = true)]
async fn latency_is_drawn_between_its_bounds_and_adds_to_the_next_rule() {
    let rules = [
        FaultRule::new(Fault::Latency { min_ms: 2_000, max_ms: 3_000 }),
        FaultRule::new(status(503)),
    ];
    let sandbox = Sandbox::builder().faults(rules).start().await.unwrap();
    let mut seen = Vec::new();
    for _ in 0..20 {
        let start = Instant::now();
        assert_eq!(ask(&sandbox, "", "").await.status(), 503);
        seen.push(start.elapsed());
    }
    let (least, most) = (seen.iter().min().unwrap(), seen.iter().max().unwrap());
    assert!(*least >= Duration::from_secs(2) && *most > *least, "{seen:?}");
    assert!(*most < Duration::from_millis(3_100), "{seen:?}");
}

#[tokio::test]
async fn a_fault_without_a_page_is_not_counted() {
    let rules = [FaultRule::new(Fault::BrokenJson).times(1)];
    let sandbox = Sandbox::builder().faults(rules).start().await.unwrap();
    assert_eq!(ask(&sandbox, "limit=99", "").await.status(), 400);
    assert_eq!(sandbox.faults()[0].applied(), 0);
    let broken = ask(&sandbox, "", "").await;
    assert!(serde_json::from_slice::<Value>(broken.split().1).is_err());
    assert_eq!(sandbox.faults()[0].applied(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_latency_can_be_a_step_of_a_sequence() {
    let latency = Fault::Latency { min_ms: 5_000, max_ms: 5_000 };
    let rules = FaultRule::sequence([latency, status(503), Fault::Well]);
    let sandbox = Sandbox::builder().faults(rules).start().await.unwrap();
    let start = Instant::now();
    assert_eq!(ask(&sandbox, "", "").await.status(), 200);
    assert!(start.elapsed() >= Duration::from_secs(5));
    assert_eq!(ask(&sandbox, "", "").await.status(), 503);
    assert_eq!(ask(&sandbox, "", "").await.status(), 200);
}

#[tokio::test]
async fn rules_apply_in_order_with_counts_connections_and_rates() {
    let mut rules = FaultRule::sequence([status(503), status(502), Fault::Well, status(500)]);
    rules.push(FaultRule::new(status(504)).connection("conn_sandbox_2"));
    let sandbox = Sandbox::builder().faults(rules).start().await.unwrap();
    let mut seen = Vec::new();
    for _ in 0..5 {
        seen.push(ask(&sandbox, "", "").await.status());
    }
    assert_eq!(seen, [503, 502, 200, 500, 200]);
    assert_eq!(
        sandbox.faults().iter().map(FaultRule::applied).collect::<Vec<_>>(),
        [1, 1, 1, 1, 0]
    );
    sandbox.requests().of(ONE).assert_statuses(&seen);
    sandbox.clear_faults();

    sandbox.inject([FaultRule::new(status(503)).rate(0.3)]);
    let mut failed = 0;
    for _ in 0..60 {
        failed += u64::from(ask(&sandbox, "", "").await.status() == 503);
    }
    assert!((6..=32).contains(&failed), "{failed} of 60 failed");
    assert_eq!(sandbox.faults()[0].applied(), failed);
}

#[tokio::test]
async fn a_request_can_ask_for_a_fault_in_a_header() {
    let sandbox = Sandbox::start().await.unwrap();
    for (fault, expected) in [
        (r#"{"status":{"status":502,"body":"html"}}"#, 502),
        (r#""empty_page""#, 200),
        (r#"{"compressed":"gzip"}"#, 200),
        (r#"{"nonsense":1}"#, 400),
        ("nonsense", 400),
    ] {
        let answer = ask(&sandbox, "", &format!("x-sandbox-fault: {fault}\r\n")).await;
        assert_eq!(answer.status(), expected, "{fault}");
    }
    assert_eq!(ask(&sandbox, "", "").await.status(), 200);
}

/// A rule that can never take effect is refused, and the message names the field.
#[tokio::test]
async fn faults_that_cannot_exist_are_refused() {
    for (rule, field) in [
        (json!({ "fault": { "status": { "status": 100 } } }), "status must be from 200 to 599"),
        (json!({ "fault": { "status": { "status": 600 } } }), "status must be"),
        (json!({ "fault": { "status": { "status": 204 } } }), "body must be empty"),
        (json!({ "fault": { "status": { "status": 429, "retry_after": "a\nb" } } }), "retry_after"),
        (json!({ "fault": { "redirect": { "location": "a\nb" } } }), "location"),
        (json!({ "fault": { "latency": { "min_ms": 2, "max_ms": 1 } } }), "min_ms"),
        (json!({ "fault": { "slow_headers": { "every_ms": 0 } } }), "every_ms"),
        (json!({ "fault": { "slow_body": { "every_ms": 1, "piece": 0 } } }), "piece"),
        (json!({ "fault": { "content_length": { "delta": 0 } } }), "delta"),
        (json!({ "fault": { "unreadable_chat": { "index": 20 } } }), "index must be from 0 to 19"),
        (json!({ "fault": { "gzip_bomb": { "megabytes": 0 } } }), "megabytes"),
        (json!({ "fault": { "huge_page": { "megabytes": 5000 } } }), "megabytes"),
        (json!({ "fault": "broken_json", "times": 0 }), "times"),
        (json!({ "fault": "broken_json", "rate": 0.0 }), "rate"),
        (json!({ "fault": "broken_json", "rate": 1.5 }), "rate"),
        (json!({ "fault": "broken_json", "connection": "" }), "connection"),
    ] {
        let rule: FaultRule = serde_json::from_value(rule).unwrap();
        let error = rule.check().unwrap_err();
        assert!(error.starts_with(field), "{error}");
        let error = Sandbox::builder().faults([rule]).start().await.unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
    }
}
