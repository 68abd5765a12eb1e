//! Secrets (the API key and the connection ids): validated once, never shown.

use std::borrow::Cow;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use crate::digest::digest;
use crate::{Error, Result};
use bytes::Bytes;
use http::HeaderValue;
use zeroize::Zeroizing;

/// Replaces a secret in texts that are shown.
const MASK: &str = "[redacted]";

/// A secret, as the header value to send. `Debug` doesn't show it.
///
/// All clones share one allocation, which is wiped when the last clone is dropped. The HTTP library
/// copies it into its own buffers when it sends a request; those aren't wiped.
#[derive(Clone, Debug)]
pub(crate) struct Secret(HeaderValue);

impl Secret {
    /// Validates a secret. Errors call it `name` and don't contain it.
    pub(crate) fn new(name: &str, secret: Arc<Zeroizing<String>>) -> Result<Self> {
        let text = secret.as_str();
        if text.is_empty() {
            return Err(Error::configuration(format!("{name} is empty")));
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Error::configuration(format!(
                "{name} must consist of visible ASCII characters, but contains white space, a \
                 line break or another character that cannot be sent in a header"
            )));
        }
        let mut header = HeaderValue::from_maybe_shared(Bytes::from_owner(Wiped(secret)))
            .map_err(|_| Error::configuration(format!("{name} cannot be sent in a header")))?;
        header.set_sensitive(true);
        Ok(Self(header))
    }

    pub(crate) fn header(&self) -> HeaderValue {
        self.0.clone()
    }

    /// Masks each occurrence of the secret in `text`, in upper or lower case: a server may repeat
    /// the secret as a host name, which is case-insensitive.
    pub(crate) fn mask<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let (lower, secret) = (text.to_ascii_lowercase(), self.0.as_bytes().to_ascii_lowercase());
        // Anything this short isn't a secret, and would match within words.
        if secret.len() < 4 {
            return text.into();
        }
        // The secret is ASCII, and not empty.
        let secret = String::from_utf8(secret).unwrap_or_default();
        let mut masked = String::new();
        let mut rest = 0;
        for (place, found) in lower.match_indices(&secret) {
            masked += &text[rest..place];
            masked += MASK;
            rest = place + found.len();
        }
        match rest {
            0 => text.into(),
            _ => (masked + &text[rest..]).into(),
        }
    }
}

/// The memory behind the header value of a secret.
struct Wiped(Arc<Zeroizing<String>>);

impl AsRef<[u8]> for Wiped {
    fn as_ref(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

/// A connection id, like `conn_abc123`, of a linked creator account.
///
/// `Debug` shows nothing of it, and its memory is wiped when the last clone is dropped. It is
/// checked when it is used: see [`Client::connection`](crate::Client::connection).
///
/// ```
/// use ofauth::ConnectionId;
///
/// let id = ConnectionId::from("conn_abc123");
/// assert_eq!(format!("{id:?}"), "ConnectionId([redacted])");
/// assert_eq!(id.expose(), "conn_abc123");
/// ```
#[derive(Clone)]
pub struct ConnectionId {
    id: Arc<Zeroizing<String>>,
    digest: u64,
}

impl ConnectionId {
    fn new(id: String) -> Self {
        let digest = digest([b"connection\0", id.as_bytes()]);
        Self { id: Arc::new(id.into()), digest }
    }

    /// Returns the id. Treat it like a credential, and keep it out of logs.
    pub fn expose(&self) -> &str {
        self.id.as_str()
    }

    /// Returns a hash of the id that is the same on every machine and with every API key, for the
    /// keys of a shared store. Keep it out of logs, where a [`ConnectionHash`] belongs: if ids can
    /// be guessed, this hash confirms a guess.
    pub fn digest(&self) -> u64 {
        self.digest
    }

    /// Validates the id, and returns it as a header.
    pub(crate) fn secret(&self) -> Result<Secret> {
        Secret::new("the connection id", Arc::clone(&self.id))
    }
}

impl From<String> for ConnectionId {
    fn from(id: String) -> Self {
        Self::new(id)
    }
}

impl From<&str> for ConnectionId {
    fn from(id: &str) -> Self {
        Self::new(id.into())
    }
}

impl From<&String> for ConnectionId {
    fn from(id: &String) -> Self {
        id.as_str().into()
    }
}

impl From<&ConnectionId> for ConnectionId {
    fn from(id: &ConnectionId) -> Self {
        id.clone()
    }
}

impl PartialEq for ConnectionId {
    fn eq(&self, other: &Self) -> bool {
        self.expose() == other.expose()
    }
}

impl Eq for ConnectionId {}

impl Hash for ConnectionId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.digest.hash(state);
    }
}

impl fmt::Debug for ConnectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ConnectionId({MASK})")
    }
}

/// Identifies a connection in traces and events. The hash is the same for the same API key and
/// connection on every machine, and doesn't reveal the connection id.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionHash(u64);

impl ConnectionHash {
    pub(crate) fn new(api_key: &Secret, connection: &Secret) -> Self {
        // Including the key keeps anyone without it from finding ids by guessing.
        Self(digest([api_key.0.as_bytes(), &[0], connection.0.as_bytes()]))
    }

    /// Returns the hash as a number.
    pub fn get(self) -> u64 {
        self.0
    }
}

impl From<u64> for ConnectionHash {
    fn from(hash: u64) -> Self {
        Self(hash)
    }
}

/// Writes 16 hexadecimal digits.
impl fmt::Display for ConnectionHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl fmt::Debug for ConnectionHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{ConnectionHash, Secret};

    fn secret(text: &str) -> Secret {
        Secret::new("the API key", Arc::new(text.to_owned().into())).unwrap()
    }

    #[test]
    fn invalid_secrets_are_rejected_and_not_shown() {
        for text in [
            "sk_live_x\n",
            "sk_live_x\r\nx-evil: 1",
            " sk_live_x",
            "sk_live_x\t",
            "sk_live_ключ",
            "\0",
        ] {
            let error = Secret::new("the API key", Arc::new(text.to_owned().into())).unwrap_err();
            for text in [error.to_string(), format!("{error:?}")] {
                assert!(text.contains("the API key must consist of visible ASCII"), "{text}");
                assert!(!text.contains("sk_live"), "{text}");
            }
        }
        let error = Secret::new("the API key", Arc::default()).unwrap_err();
        assert_eq!(error.to_string(), "the API key is empty");
    }

    #[test]
    fn a_secret_is_masked_wherever_it_occurs_and_never_shown() {
        let secret = secret("sk_live_x");
        assert_eq!(
            secret.mask("ключ sk_live_x, again SK_live_X!"),
            "ключ [redacted], again [redacted]!"
        );
        assert_eq!(secret.mask("no key"), "no key");
        assert!(!format!("{secret:?}").contains("sk_live"));
        assert_eq!(secret.header(), "sk_live_x");
    }

    #[test]
    fn hashes_depend_on_the_key_and_the_connection() {
        let hash = |key, id| ConnectionHash::new(&secret(key), &secret(id));
        assert_eq!(hash("k", "conn_1"), hash("k", "conn_1"));
        let others = [hash("k", "conn_2"), hash("j", "conn_1"), hash("kc", "onn_1")];
        assert!(!others.contains(&hash("k", "conn_1")));
        // The first 8 bytes of SHA-256 of `k`, a zero byte and `conn_1`: this must never change.
        assert_eq!(hash("k", "conn_1").to_string(), "dfcc1a39fe807a92");
    }
}
