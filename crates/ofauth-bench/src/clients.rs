//! The clients that read the pages: ofauth, the generated client alone, and what an application
//! writes without either.

use std::hint::black_box;
use std::io::Read;
use std::num::NonZeroU32;
use std::sync::Arc;

use bytes::Bytes;
use clap::ValueEnum;
use flate2::read::GzDecoder;
use futures_util::future::join_all;
use futures_util::stream::{self, StreamExt};
use http_body_util::{BodyExt, Empty};
use hyper::client::conn::{http1, http2};
use hyper::header::{ACCEPT_ENCODING, CONTENT_ENCODING, HOST, HeaderMap, HeaderValue};
use hyper::{Request, Uri, Version};
use hyper_util::rt::{TokioExecutor, TokioIo};
use ofauth::FleetEvent;
use ofauth_api::types::ChatPage;
use reqwest::redirect::Policy;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::page::Page;
use crate::server::CERTIFICATE;

const KEY: &str = "sk_sandbox_bench";
const LIMIT: NonZeroU32 = NonZeroU32::new(20).unwrap();
/// The largest response.
const SIZE: usize = 32 << 20;

/// A way to read the pages of an inbox.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Way {
    /// `ofauth`, page by page
    Pages,
    /// `ofauth`, each chat exactly once
    Stream,
    /// The generated client, without `ofauth`
    Raw,
    /// reqwest, and serde_json with types written by hand
    Reqwest,
    /// hyper, and serde_json with types written by hand
    Hyper,
}

/// A client that reads whole inboxes.
pub(crate) enum Client {
    Ofauth { client: ofauth::Client, stream: bool, parallel: usize },
    Raw { http: reqwest::Client, url: String },
    Reqwest { http: reqwest::Client, url: String, parallel: usize },
    Hyper { url: Uri },
}

impl Client {
    pub(crate) fn new(way: Way, url: &str, parallel: usize) -> Self {
        let url = url.to_owned();
        match way {
            Way::Pages | Way::Stream => {
                let client = ofauth::Client::builder().api_key(KEY).base_url(url).http(trusting);
                let client = client.rate_limit(None).build().unwrap();
                Self::Ofauth { client, stream: matches!(way, Way::Stream), parallel }
            }
            Way::Raw => Self::Raw { http: http(), url },
            Way::Reqwest => Self::Reqwest { http: http(), url, parallel },
            Way::Hyper => Self::Hyper { url: url.parse().unwrap() },
        }
    }

    /// Reads the inboxes of some connections at once, and returns how many chats they have.
    pub(crate) async fn walk(&self, connections: u32) -> usize {
        if let Self::Ofauth { client, stream: true, .. } = self
            && connections > 1
        {
            return fleet(client, connections).await;
        }
        let walks = (0..connections).map(|number| async move {
            let connection = format!("conn_{number}");
            match self {
                Self::Ofauth { client, stream: true, parallel } => {
                    let chats = client.connection(connection).unwrap().chats().stream();
                    let mut chats = chats.parallel(*parallel);
                    let mut read = 0;
                    while let Some(chat) = chats.next().await {
                        black_box(chat.unwrap());
                        read += 1;
                    }
                    read
                }
                Self::Ofauth { client, .. } => {
                    let mut pages = client.connection(connection).unwrap().chats().pages();
                    let mut read = 0;
                    while let Some(page) = pages.next().await {
                        read += black_box(page.unwrap()).len();
                    }
                    read
                }
                Self::Raw { http, url } => raw(http, url, &connection).await,
                Self::Reqwest { http, url, parallel } => {
                    with_reqwest(http, url, &connection, *parallel).await
                }
                Self::Hyper { url } => with_hyper(url, &connection).await,
            }
        });
        join_all(walks).await.into_iter().sum()
    }
}

async fn fleet(client: &ofauth::Client, connections: u32) -> usize {
    let ids = (0..connections).map(|number| format!("conn_{number}"));
    let mut events = client.fleet(ids.collect::<Vec<_>>()).chats(|chats| chats);
    let mut read = 0;
    while let Some((_, event)) = events.next().await {
        match event {
            FleetEvent::Item(chat) => {
                black_box(chat);
                read += 1;
            }
            FleetEvent::Error(error) => panic!("{error}"),
            FleetEvent::End { result, .. } => result.unwrap(),
        }
    }
    read
}

/// Adds the certificate of the server's tests to an HTTP client.
fn trusting(http: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
    http.tls_certs_only([reqwest::Certificate::from_der(CERTIFICATE).unwrap()])
}

fn http() -> reqwest::Client {
    trusting(reqwest::Client::builder()).redirect(Policy::none()).no_proxy().build().unwrap()
}

fn headers(connection: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert("apikey", HeaderValue::from_static(KEY));
    headers.insert("x-connection-id", connection.parse().unwrap());
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
    headers
}

fn unpacked(headers: &HeaderMap, body: Bytes) -> Bytes {
    if !headers.contains_key(CONTENT_ENCODING) {
        return body;
    }
    let mut page = Vec::new();
    GzDecoder::new(&*body).read_to_end(&mut page).unwrap();
    page.into()
}

async fn raw(http: &reqwest::Client, url: &str, connection: &str) -> usize {
    let credentials =
        ofauth_api::Credentials::new(HeaderValue::from_static(KEY), connection.parse().unwrap());
    let client = ofauth_api::Client::new_with_client(url, http.clone(), credentials);
    let mut read = 0;
    loop {
        let request = client.list_chats().limit(LIMIT).offset(read as i64);
        let response = request.send().await.unwrap().into_inner().into_response();
        let (body, end) = ofauth_api::receive(response, SIZE).await;
        assert!(end.is_none());
        let page: ChatPage = serde_json::from_slice(&body).unwrap();
        let page = black_box(page);
        read += page.list.len();
        if !page.has_more {
            return read;
        }
    }
}

/// Reads pages one after another, or `parallel` at once, whether they exist or not.
async fn with_reqwest(
    http: &reqwest::Client,
    url: &str,
    connection: &str,
    parallel: usize,
) -> usize {
    let headers = headers(connection);
    let get = |offset: usize| {
        let url = format!("{url}/v2/access/chats?limit={LIMIT}&offset={offset}");
        let request = http.get(url).headers(headers.clone());
        async move {
            let response = request.send().await.unwrap().error_for_status().unwrap();
            let received = response.headers().clone();
            let body = unpacked(&received, response.bytes().await.unwrap());
            let page: Page = serde_json::from_str(str::from_utf8(&body).unwrap()).unwrap();
            black_box(page)
        }
    };
    let offsets = (0..).step_by(LIMIT.get() as usize);
    let mut pages = stream::iter(offsets).map(get).buffered(parallel.max(1));
    let mut read = 0;
    while let Some(page) = pages.next().await {
        read += page.list.len();
        if !page.has_more {
            break;
        }
    }
    read
}

/// An open connection, by HTTP version.
enum Sender {
    One(http1::SendRequest<Empty<Bytes>>),
    Two(http2::SendRequest<Empty<Bytes>>),
}

impl Sender {
    async fn connect(url: &Uri) -> Self {
        let socket = TcpStream::connect(url.authority().unwrap().as_str()).await.unwrap();
        socket.set_nodelay(true).unwrap();
        if url.scheme_str() == Some("http") {
            let (sender, connection) = http1::handshake(TokioIo::new(socket)).await.unwrap();
            tokio::spawn(connection);
            return Self::One(sender);
        }
        let mut roots = RootCertStore::empty();
        roots.add(CERTIFICATE.into()).unwrap();
        let config = ClientConfig::builder().with_root_certificates(roots);
        let mut config = config.with_no_client_auth();
        config.alpn_protocols = vec![b"h2".to_vec()];
        let name = ServerName::try_from(url.host().unwrap().to_owned()).unwrap();
        let socket = TlsConnector::from(Arc::new(config)).connect(name, socket).await.unwrap();
        let two = http2::Builder::new(TokioExecutor::new());
        let (sender, connection) = two.handshake(TokioIo::new(socket)).await.unwrap();
        tokio::spawn(connection);
        Self::Two(sender)
    }

    async fn get(&mut self, url: &Uri, path: &str, headers: &HeaderMap) -> (HeaderMap, Bytes) {
        let mut request = Request::new(Empty::new());
        *request.headers_mut() = headers.clone();
        let response = match self {
            Self::One(sender) => {
                *request.uri_mut() = path.parse().unwrap();
                let host = url.authority().unwrap().as_str().parse().unwrap();
                request.headers_mut().insert(HOST, host);
                sender.ready().await.unwrap();
                sender.send_request(request).await
            }
            Self::Two(sender) => {
                *request.version_mut() = Version::HTTP_2;
                let authority = url.authority().unwrap();
                *request.uri_mut() = format!("https://{authority}{path}").parse().unwrap();
                sender.ready().await.unwrap();
                sender.send_request(request).await
            }
        };
        let (head, body) = response.unwrap().into_parts();
        assert!(head.status.is_success());
        (head.headers, body.collect().await.unwrap().to_bytes())
    }
}

async fn with_hyper(url: &Uri, connection: &str) -> usize {
    let mut sender = Sender::connect(url).await;
    let headers = headers(connection);
    let mut read = 0;
    loop {
        let path = format!("/v2/access/chats?limit={LIMIT}&offset={read}");
        let (received, body) = sender.get(url, &path, &headers).await;
        let page: Page = serde_json::from_slice(&unpacked(&received, body)).unwrap();
        let page = black_box(page);
        read += page.list.len();
        if !page.has_more {
            return read;
        }
    }
}
