//! The API key and the connection ids: checked once, shown never.

use std::borrow::Cow;

use http::HeaderValue;
use ofauth_api::Credentials;

use crate::{Error, Result};

/// What stands in the place of a secret.
const MASK: &str = "[redacted]";

/// A secret as the header value that is sent; `Debug` doesn't show it.
#[derive(Clone, Debug)]
pub(crate) struct Secret(HeaderValue);

impl Secret {
    /// Checks a secret. The error names it by `name`, and doesn't repeat it.
    pub(crate) fn new(name: &str, secret: &str) -> Result<Self> {
        if secret.is_empty() {
            return Err(Error::configuration(format!("{name} is empty")));
        }
        if !secret.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Error::configuration(format!(
                "{name} must consist of visible ASCII characters, but holds white space, a line \
                 break or another character that cannot be sent in a header"
            )));
        }
        Credentials::header(secret)
            .map(Self)
            .map_err(|_| Error::configuration(format!("{name} cannot be sent in a header")))
    }

    pub(crate) fn header(&self) -> HeaderValue {
        self.0.clone()
    }

    /// `text` with each occurrence of the secret masked.
    pub(crate) fn mask<'a>(&self, text: &'a str) -> Cow<'a, str> {
        match self.0.to_str() {
            Ok(secret) if text.contains(secret) => text.replace(secret, MASK).into(),
            _ => text.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn what_cannot_be_sent_is_refused_and_not_repeated() {
        for secret in [
            "sk_live_x\n",
            "sk_live_x\r\nx-evil: 1",
            " sk_live_x",
            "sk_live_x\t",
            "sk_live_ключ",
            "\0",
        ] {
            let error = Secret::new("the API key", secret).unwrap_err();
            for text in [error.to_string(), format!("{error:?}")] {
                assert!(
                    text.contains("the API key must consist of visible ASCII"),
                    "{text}"
                );
                assert!(!text.contains("sk_live"), "{text}");
            }
        }
        assert_eq!(
            Secret::new("the API key", "").unwrap_err().to_string(),
            "the API key is empty"
        );
    }

    #[test]
    fn it_is_masked_and_not_shown() {
        let secret = Secret::new("the API key", "sk_live_x").unwrap();
        assert_eq!(
            secret.mask("no key sk_live_x, sk_live_x!"),
            "no key [redacted], [redacted]!"
        );
        assert!(!format!("{secret:?}").contains("sk_live"));
    }
}
