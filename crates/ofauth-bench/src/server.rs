//! A server that answers with prepared bytes, so that a measurement shows the client.

use std::collections::HashMap;
use std::convert::Infallible;
use std::io::Write;
use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http_body_util::Full;
use hyper::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderValue};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use ofauth_sandbox::Sandbox;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// A certificate for this machine, which the clients trust. Its key isn't used elsewhere.
pub(crate) const CERTIFICATE: &[u8] = include_bytes!("certificate.der");
const KEY: &[u8] = include_bytes!("certificate-key.der");

/// Serves until the process is stopped.
pub(crate) async fn run(chats: u32, latency: Duration, gzip: bool, tls: bool, port: u16) {
    let inbox = Arc::new(Inbox::new(chats, gzip).await);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let tls = tls.then(acceptor);
    println!("{}://{address}", if tls.is_some() { "https" } else { "http" });
    loop {
        let (socket, _) = listener.accept().await.unwrap();
        socket.set_nodelay(true).unwrap();
        tokio::spawn(connection(socket, tls.clone(), Arc::clone(&inbox), latency));
    }
}

fn acceptor() -> TlsAcceptor {
    let key = PrivateKeyDer::Pkcs8(KEY.into());
    let config = ServerConfig::builder().with_no_client_auth();
    let mut config = config.with_single_cert(vec![CERTIFICATE.into()], key).unwrap();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    TlsAcceptor::from(Arc::new(config))
}

async fn connection(
    socket: TcpStream,
    tls: Option<TlsAcceptor>,
    inbox: Arc<Inbox>,
    latency: Duration,
) {
    match tls {
        // A client that closes its connection has ended its walk.
        Some(tls) => match tls.accept(socket).await {
            Ok(socket) => answer(socket, inbox, latency).await,
            Err(error) => eprintln!("{error}"),
        },
        None => answer(socket, inbox, latency).await,
    }
}

async fn answer(
    socket: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    inbox: Arc<Inbox>,
    latency: Duration,
) {
    let service = service_fn(|request| {
        let inbox = Arc::clone(&inbox);
        async move {
            if !latency.is_zero() {
                tokio::time::sleep(latency).await;
            }
            Ok::<_, Infallible>(inbox.answer(&request))
        }
    });
    // An error means that the client has gone.
    drop(
        auto::Builder::new(TokioExecutor::new())
            .serve_connection(TokioIo::new(socket), service)
            .await,
    );
}

/// An inbox, with each chat as JSON.
struct Inbox {
    chats: Vec<Vec<u8>>,
    /// The compressed pages, by their first and last chat; `None` if pages are not compressed.
    compressed: Option<Mutex<HashMap<(usize, usize), Bytes>>>,
    requests: AtomicU64,
}

impl Inbox {
    async fn new(chats: u32, gzip: bool) -> Self {
        let sandbox = Sandbox::builder().chats(chats).start().await.unwrap();
        let chats = sandbox.chats(&sandbox.connection(1)).unwrap();
        let chats = chats.iter().map(|chat| serde_json::to_vec(chat).unwrap()).collect();
        let compressed = gzip.then(Mutex::default);
        Self { chats, compressed, requests: AtomicU64::new(0) }
    }

    fn answer<B>(&self, request: &Request<B>) -> Response<Full<Bytes>> {
        if request.uri().path() == "/requests" {
            let requests = self.requests.load(Ordering::Relaxed).to_string();
            return Response::new(Full::from(requests));
        }
        self.requests.fetch_add(1, Ordering::Relaxed);
        let query = request.uri().query().unwrap_or_default();
        let number = |name: &str| {
            let value = query.split('&').find_map(|pair| pair.strip_prefix(name));
            value.and_then(|value| value.parse::<usize>().ok())
        };
        let start = number("offset=").unwrap_or(0).min(self.chats.len());
        let end = (start + number("limit=").unwrap_or(10)).min(self.chats.len());
        let body = match &self.compressed {
            Some(pages) => {
                let mut pages = pages.lock().unwrap();
                pages.entry((start, end)).or_insert_with(|| gzip(&self.page(start, end))).clone()
            }
            None => self.page(start, end),
        };
        let mut response = Response::new(Full::from(body));
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if self.compressed.is_some() {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        response
    }

    fn page(&self, start: usize, end: usize) -> Bytes {
        let more = end < self.chats.len();
        let next = if more { format!(r#","nextOffset":{end}"#) } else { String::new() };
        let list = self.chats[start..end].join(&b',');
        let mut page = Vec::with_capacity(list.len() + 64);
        page.extend_from_slice(br#"{"list":["#);
        page.extend_from_slice(&list);
        page.extend_from_slice(format!(r#"],"hasMore":{more}{next}}}"#).as_bytes());
        page.into()
    }
}

fn gzip(page: &[u8]) -> Bytes {
    let mut zip = GzEncoder::new(Vec::new(), Compression::default());
    zip.write_all(page).unwrap();
    zip.finish().unwrap().into()
}
