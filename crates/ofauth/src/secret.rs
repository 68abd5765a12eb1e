//! The API key and the connection ids: checked once, shown never.

use std::borrow::Cow;
use std::fmt;

use crate::digest::digest;
use crate::{Error, Result};
use bytes::Bytes;
use http::HeaderValue;
use secrecy::{ExposeSecret, SecretString};

/// What stands in the place of a secret.
const MASK: &str = "[redacted]";

/// A secret as the header value that is sent; `Debug` doesn't show it.
///
/// All clones share one piece of memory, which is wiped when the last of them is dropped.
#[derive(Clone, Debug)]
pub(crate) struct Secret(HeaderValue);

impl Secret {
    /// Checks a secret. The error names it by `name`, and doesn't repeat it.
    pub(crate) fn new(name: &str, secret: SecretString) -> Result<Self> {
        let text = secret.expose_secret();
        if text.is_empty() {
            return Err(Error::configuration(format!("{name} is empty")));
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Error::configuration(format!(
                "{name} must consist of visible ASCII characters, but holds white space, a line \
                 break or another character that cannot be sent in a header"
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

    /// `text` with each occurrence of the secret masked, in upper or lower case: a server
    /// may repeat it as a host, which has no case.
    pub(crate) fn mask<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let (lower, secret) = (
            text.to_ascii_lowercase(),
            self.0.as_bytes().to_ascii_lowercase(),
        );
        // What is that short is no secret, and would be found within words.
        if secret.len() < 4 {
            return text.into();
        }
        // It is ASCII, and not empty.
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

/// The memory that a header value of a secret refers to.
struct Wiped(SecretString);

impl AsRef<[u8]> for Wiped {
    fn as_ref(&self) -> &[u8] {
        self.0.expose_secret().as_bytes()
    }
}

/// What stands for a connection in traces, events and limits: the same for the same key
/// and connection, on each machine. The connection id cannot be had from it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionHash(u64);

impl ConnectionHash {
    pub(crate) fn new(api_key: &Secret, connection: &Secret) -> Self {
        // With the key in front, who knows some ids cannot find them by trying.
        Self(digest([
            api_key.0.as_bytes(),
            &[0],
            connection.0.as_bytes(),
        ]))
    }

    /// The hash as a number.
    pub fn get(self) -> u64 {
        self.0
    }
}

impl From<u64> for ConnectionHash {
    fn from(hash: u64) -> Self {
        Self(hash)
    }
}

/// 16 hexadecimal digits.
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
    use super::{ConnectionHash, Secret};

    fn secret(text: &str) -> Secret {
        Secret::new("the API key", text.into()).unwrap()
    }

    #[test]
    fn what_cannot_be_sent_is_refused_and_not_repeated() {
        for text in [
            "sk_live_x\n",
            "sk_live_x\r\nx-evil: 1",
            " sk_live_x",
            "sk_live_x\t",
            "sk_live_ключ",
            "\0",
        ] {
            let error = Secret::new("the API key", text.into()).unwrap_err();
            for text in [error.to_string(), format!("{error:?}")] {
                assert!(
                    text.contains("the API key must consist of visible ASCII"),
                    "{text}"
                );
                assert!(!text.contains("sk_live"), "{text}");
            }
        }
        let error = Secret::new("the API key", "".into()).unwrap_err();
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
    fn a_hash_tells_key_and_connection_apart_and_shows_neither() {
        let hash = |key, id| ConnectionHash::new(&secret(key), &secret(id));
        assert_eq!(hash("k", "conn_1"), hash("k", "conn_1"));
        let others = [
            hash("k", "conn_2"),
            hash("j", "conn_1"),
            hash("kc", "onn_1"),
        ];
        assert!(!others.contains(&hash("k", "conn_1")));
        // The first 8 bytes of SHA-256 of `k`, a zero byte and `conn_1`: stable for ever.
        assert_eq!(hash("k", "conn_1").to_string(), "dfcc1a39fe807a92");
    }
}
