//! For code that isn't async: waits for any call, and iterates over any stream, of this crate.
//!
//! There is no second client. The types and their methods are the same as in async code; at the
//! end, [`wait`](Wait::wait) takes the place of `.await`, and [`iter`](Iter::iter) makes a stream
//! an iterator.
//!
//! ```no_run
//! use ofauth::Client;
//! use ofauth::blocking::{Iter, Wait};
//!
//! # fn main() -> Result<(), ofauth::Error> {
//! let client = Client::from_env()?;
//! let creator = client.connection("conn_abc123")?;
//! let page = creator.chats().limit(20).send().wait()?;
//! for chat in creator.chats().stream().iter() {
//!     println!("{}", chat?.with_user.id);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Network I/O and timers run on this module's Tokio runtime, in a background thread that starts on
//! first use. So `wait` works outside a runtime and within one. Within a runtime, however:
//!
//! - The thread that waits is blocked. In a runtime with one thread, nothing else makes progress
//!   meanwhile: if the call waits for a server in the same runtime, like a sandbox in a
//!   `#[tokio::test]`, it never returns. Use [`tokio::task::spawn_blocking`].
//! - Don't share a client between blocking and async code. Its HTTP connections belong to the runtime
//!   that opened them: a call may have to wait, until its timeout, for a runtime that is blocked.

use std::future::{Future, pending};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use futures_core::Stream;
use futures_util::StreamExt;
use tokio::runtime::{Builder, Handle};
use tokio::task::unconstrained;

/// Waits for calls; implemented for every future.
pub trait Wait: Future + Sized {
    /// Blocks this thread until the call has ended, and returns its result.
    ///
    /// If the background thread can't be started, because the system has no more threads or file
    /// descriptors, calls outside a runtime return an error of kind
    /// [`Configuration`](crate::ErrorKind::Configuration). Within a runtime, they use that one.
    fn wait(self) -> Self::Output {
        let runtime = runtime();
        let _context = runtime.as_ref().map(Handle::enter);
        let unpark = Arc::new(Unpark { thread: thread::current(), woken: AtomicBool::new(false) });
        let waker = Waker::from(Arc::clone(&unpark));
        let mut context = Context::from_waker(&waker);
        // Within a task, Tokio would let only so many operations pass until the task yields, which a
        // blocked one never does.
        let mut future = pin!(unconstrained(self));
        loop {
            if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
                return output;
            }
            while !unpark.woken.swap(false, Ordering::Acquire) {
                thread::park();
            }
        }
    }
}

impl<F: Future> Wait for F {}

/// Iterates over streams; implemented for every stream.
pub trait Iter: Stream + Unpin + Sized {
    /// Returns an iterator, which blocks until the stream's next item is available.
    fn iter(self) -> BlockingIter<Self> {
        BlockingIter { stream: self }
    }
}

impl<S: Stream + Unpin> Iter for S {}

/// An iterator over a stream; created by [`Iter::iter`].
#[derive(Clone, Debug)]
#[must_use = "an iterator does nothing until it is used"]
pub struct BlockingIter<S> {
    stream: S,
}

impl<S> BlockingIter<S> {
    /// Borrows the stream, for example to get its position: `chats.get_ref().cursor()`.
    pub fn get_ref(&self) -> &S {
        &self.stream
    }

    /// Consumes the iterator and returns the stream.
    pub fn into_inner(self) -> S {
        self.stream
    }
}

impl<S: Stream + Unpin> Iterator for BlockingIter<S> {
    type Item = S::Item;

    fn next(&mut self) -> Option<S::Item> {
        StreamExt::next(&mut self.stream).wait()
    }
}

struct Unpark {
    thread: Thread,
    /// Not only the thread's own token, which code that the future calls may use up.
    woken: AtomicBool,
}

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.woken.store(true, Ordering::Release);
        self.thread.unpark();
    }
}

/// Returns the runtime that this module's thread runs. `None` if it can't be started; this is tried
/// again.
fn runtime() -> Option<Handle> {
    static RUNTIME: Mutex<Option<Handle>> = Mutex::new(None);
    let mut running = RUNTIME.lock().unwrap_or_else(PoisonError::into_inner);
    if running.is_none() {
        let (sender, handle) = mpsc::channel();
        // The runtime lives in its thread: it must not be dropped in async code.
        let serve = move || {
            let Ok(runtime) = Builder::new_current_thread().enable_all().build() else { return };
            if sender.send(runtime.handle().clone()).is_ok() {
                runtime.block_on(pending::<()>());
            }
        };
        thread::Builder::new().name("ofauth-blocking".to_owned()).spawn(serve).ok()?;
        *running = handle.recv().ok();
    }
    running.clone()
}
