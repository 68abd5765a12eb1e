//! Sockets that can misbehave: resets, slow headers and wrong lengths.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::{Sleep, sleep};

/// How long a client may take to send the head of a request.
const HEAD_TIME: Duration = Duration::from_secs(10);
/// What an HTTP/2 connection begins with (RFC 9113, section 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// A way for a socket to misbehave while the next response is written.
#[derive(Debug)]
pub(crate) enum Trick {
    /// The connection is reset after this many bytes.
    Reset(usize),
    /// The headers are sent byte by byte, with a pause before each byte.
    SlowHeaders(Duration),
    /// The stated `content-length` is changed by this much (HTTP/1.1 only).
    Length(i64),
}

/// A handle with which a request handler makes its socket misbehave.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wire(Arc<Mutex<Option<Trick>>>);

impl Wire {
    /// Plays a trick on the next response.
    pub(crate) fn play(&self, trick: Trick) {
        *self.trick() = Some(trick);
    }

    /// Cancels a trick that the previous response didn't complete.
    pub(crate) fn clear(&self) {
        *self.trick() = None;
    }

    fn trick(&self) -> MutexGuard<'_, Option<Trick>> {
        // Nothing panics while the lock is held.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Connected<IncomingStream<'_, WireListener>> for Wire {
    fn connect_info(stream: IncomingStream<'_, WireListener>) -> Self {
        stream.io().wire.clone()
    }
}

/// A listener that accepts sockets that can misbehave.
pub(crate) struct WireListener {
    pub(crate) listener: TcpListener,
    /// Its sender is dropped when the sandbox stops.
    pub(crate) stopped: watch::Receiver<()>,
}

impl Listener for WireListener {
    type Io = WireStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (WireStream, SocketAddr) {
        let (stream, address) = Listener::accept(&mut self.listener).await;
        // Send small writes at once. If that isn't possible, they are only delayed.
        let _ = stream.set_nodelay(true);
        (
            WireStream {
                stream,
                wire: Wire::default(),
                pause: None,
                changed: Vec::new(),
                head: Head::default(),
                stopped: Box::pin(crate::wait(self.stopped.clone())),
            },
            address,
        )
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// A socket that can misbehave.
pub(crate) struct WireStream {
    stream: TcpStream,
    wire: Wire,
    pause: Option<Pin<Box<Sleep>>>,
    /// Rewritten bytes that still have to be written.
    changed: Vec<u8>,
    head: Head,
    /// Completes when the sandbox stops, which aborts the connection in any state.
    stopped: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl WireStream {
    /// Writes all rewritten bytes.
    fn poll_changed(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.changed.is_empty() {
            let written = ready!(Pin::new(&mut self.stream).poll_write(cx, &self.changed))?;
            self.changed.drain(..written);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for WireStream {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        ready!(this.poll_changed(cx))?;
        let wire = this.wire.clone();
        let mut trick = wire.trick();
        match &mut *trick {
            None => Pin::new(&mut this.stream).poll_write(cx, buf),
            Some(Trick::Reset(0)) => {
                // Closing without lingering resets the connection.
                this.stream.set_zero_linger()?;
                Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()))
            }
            Some(Trick::Reset(left)) => {
                let most = buf.len().min(*left);
                let written = ready!(Pin::new(&mut this.stream).poll_write(cx, &buf[..most]))?;
                *left -= written;
                Poll::Ready(Ok(written))
            }
            Some(Trick::SlowHeaders(every)) => {
                let pause = this.pause.get_or_insert_with(|| Box::pin(sleep(*every)));
                ready!(pause.as_mut().poll(cx));
                this.pause = None;
                let written =
                    ready!(Pin::new(&mut this.stream).poll_write(cx, &buf[..buf.len().min(1)]))?;
                // The empty line that ends the headers starts here.
                if buf.starts_with(b"\n\r\n") {
                    *trick = None;
                }
                Poll::Ready(Ok(written))
            }
            Some(Trick::Length(delta)) => {
                if let Some(changed) = with_length(buf, *delta) {
                    this.changed = changed;
                    *trick = None;
                    // The next call writes the rest.
                    let _ = this.poll_changed(cx)?;
                    return Poll::Ready(Ok(buf.len()));
                }
                Pin::new(&mut this.stream).poll_write(cx, buf)
            }
        }
    }

    /// Without a trick, writes bodies straight from memory, without a copy.
    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if this.changed.is_empty() && this.wire.trick().is_none() {
            return Pin::new(&mut this.stream).poll_write_vectored(cx, bufs);
        }
        let first = bufs.iter().find(|buf| !buf.is_empty());
        Pin::new(this).poll_write(cx, first.map_or(&[], |buf| buf))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.poll_changed(cx))?;
        Pin::new(&mut this.stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.poll_changed(cx))?;
        Pin::new(&mut this.stream).poll_shutdown(cx)
    }
}

impl AsyncRead for WireStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        // The server always polls for the next request or a disconnect, so it sees the stop here.
        if self.stopped.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        let before = buf.filled().len();
        match Pin::new(&mut self.stream).poll_read(cx, buf) {
            Poll::Pending if self.head.is_late(cx) => {
                Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
            }
            read => {
                self.head.receive(&buf.filled()[before..]);
                read
            }
        }
    }
}

/// The head of the request that is being received. A body counts as the beginning of the next head,
/// because no route takes one.
struct Head {
    /// `None` between requests.
    late: Option<Pin<Box<Sleep>>>,
    /// Whether the next byte begins a line.
    begins_line: bool,
    /// The first bytes of the connection, as many as the preface of HTTP/2 has.
    first: Vec<u8>,
}

impl Default for Head {
    fn default() -> Self {
        Self { late: Some(Box::pin(sleep(HEAD_TIME))), begins_line: false, first: Vec::new() }
    }
}

impl Head {
    fn receive(&mut self, bytes: &[u8]) {
        let missing = bytes.len().min(PREFACE.len() - self.first.len());
        self.first.extend_from_slice(&bytes[..missing]);
        if self.first == PREFACE {
            self.late = None;
            return;
        }
        for byte in bytes {
            if self.late.is_none() {
                self.late = Some(Box::pin(sleep(HEAD_TIME)));
                self.begins_line = false;
            }
            match byte {
                // An empty line ends the head.
                b'\n' if self.begins_line => self.late = None,
                b'\n' => self.begins_line = true,
                b'\r' => {}
                _ => self.begins_line = false,
            }
        }
    }

    fn is_late(&mut self, cx: &mut Context<'_>) -> bool {
        self.late.as_mut().is_some_and(|late| late.as_mut().poll(cx).is_ready())
    }
}

/// Returns the bytes with a changed `content-length`, or `None` if they don't contain that header.
fn with_length(bytes: &[u8], delta: i64) -> Option<Vec<u8>> {
    const NAME: &[u8] = b"content-length: ";
    let start = bytes.windows(NAME.len()).position(|window| window == NAME)? + NAME.len();
    let end = start + bytes[start..].iter().position(|byte| *byte == b'\r')?;
    let length: i64 = std::str::from_utf8(&bytes[start..end]).ok()?.parse().ok()?;
    let length = length.saturating_add(delta).max(0).to_string();
    Some([&bytes[..start], length.as_bytes(), &bytes[end..]].concat())
}
