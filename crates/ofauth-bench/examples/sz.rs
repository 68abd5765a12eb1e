#![allow(clippy::all, missing_docs)]
fn main() {
    let c = ofauth::Client::builder().api_key("sk_x").build().unwrap();
    let k = c.connection("c").unwrap();
    let r = k.chats();
    println!("request {}", std::mem::size_of_val(&r));
    let f = r.send();
    println!("send {}", std::mem::size_of_val(&f));
    println!(
        "chat {} msg {} media {}",
        std::mem::size_of::<ofauth::Chat>(),
        std::mem::size_of::<ofauth_api::types::Message>(),
        std::mem::size_of::<ofauth_api::types::Media>()
    );
    println!(
        "page {} error {} response {}",
        std::mem::size_of::<ofauth::Page>(),
        std::mem::size_of::<ofauth::Error>(),
        std::mem::size_of::<reqwest::Response>()
    );
    println!("connection {}", std::mem::size_of_val(&k));
    let h = reqwest::Client::new();
    let g = h.get("http://x").send();
    println!("reqwest send {}", std::mem::size_of_val(&g));
    let cr = ofauth_api::Credentials::new("a".parse().unwrap(), "b".parse().unwrap());
    let a = ofauth_api::Client::new_with_client("http://x", h.clone(), cr);
    let s = a.list_chats().send();
    println!("raw send {}", std::mem::size_of_val(&s));
}
