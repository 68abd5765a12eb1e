//! Decoding a page of 20 chats, without HTTP.
//!
//! `cargo bench -p ofauth-bench`

#![allow(clippy::unwrap_used, reason = "a benchmark fails by panicking")]

#[path = "../src/page.rs"]
mod page;

use std::sync::LazyLock;

use divan::Bencher;
use ofauth_api::types::ChatPage;
use ofauth_sandbox::Sandbox;

use page::Page;

static BODY: LazyLock<String> = LazyLock::new(|| {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let chats = runtime.block_on(async {
        let sandbox = Sandbox::builder().chats(20).start().await.unwrap();
        sandbox.chats(&sandbox.connection(1)).unwrap()
    });
    serde_json::to_string(
        &ChatPage::try_from(ChatPage::builder().list(chats).has_more(false)).unwrap(),
    )
    .unwrap()
});

fn main() {
    divan::main();
}

#[divan::bench]
fn types_by_hand_from_slice(bencher: Bencher<'_, '_>) {
    bencher.bench(|| serde_json::from_slice::<Page>(BODY.as_bytes()).unwrap());
}

#[divan::bench]
fn types_by_hand_from_str(bencher: Bencher<'_, '_>) {
    bencher.bench(|| serde_json::from_str::<Page>(&BODY).unwrap());
}

/// As `ofauth` decodes: the encoding is checked once.
#[divan::bench]
fn generated_types_from_str(bencher: Bencher<'_, '_>) {
    bencher.bench(|| {
        let body = str::from_utf8(BODY.as_bytes()).unwrap();
        serde_json::from_str::<ChatPage>(body).unwrap()
    });
}

/// As `ofauth` decodes with the feature `simd`: the parser changes a copy.
#[cfg(feature = "simd")]
#[divan::bench]
fn generated_types_simd(bencher: Bencher<'_, '_>) {
    let (mut copy, mut buffers) = (Vec::new(), simd_json::Buffers::default());
    bencher.bench_local(|| {
        copy.clear();
        copy.extend_from_slice(BODY.as_bytes());
        simd_json::serde::from_slice_with_buffers::<ChatPage>(&mut copy, &mut buffers).unwrap()
    });
}
