//! What all connections of a client share.

use std::sync::{Arc, PoisonError, RwLock};

use crate::base_url::BaseUrl;
#[cfg(feature = "drift")]
use crate::drift::DriftWatch;
use crate::event::Hook;
use crate::retry::RetryBudget;
use crate::secret::Secret;
use crate::{CallOptions, RateLimiter};

pub(crate) struct Shared {
    pub(crate) http: reqwest::Client,
    pub(crate) base_url: BaseUrl,
    /// The system's proxy for the base URL, as `host:port`.
    pub(crate) proxy: Option<String>,
    pub(crate) keys: RwLock<Keys>,
    pub(crate) options: CallOptions,
    pub(crate) limiter: Option<Arc<dyn RateLimiter>>,
    pub(crate) budget: RetryBudget,
    pub(crate) hook: Hook,
    #[cfg(feature = "drift")]
    pub(crate) drift: Option<DriftWatch>,
}

/// The API key, and the one before, with which calls may still be under way.
pub(crate) struct Keys {
    pub(crate) current: Secret,
    pub(crate) former: Option<Secret>,
}

impl Shared {
    pub(crate) fn api_key(&self) -> Secret {
        self.read(|keys| keys.current.clone())
    }

    pub(crate) fn set_api_key(&self, key: Secret) {
        // Nothing panics while the lock is held.
        let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        keys.former = Some(std::mem::replace(&mut keys.current, key));
    }

    /// Masks the API keys in `text`.
    pub(crate) fn mask(&self, text: &str) -> String {
        self.read(|keys| {
            let masked = keys.current.mask(text);
            match &keys.former {
                Some(former) => former.mask(&masked).into_owned(),
                None => masked.into_owned(),
            }
        })
    }

    fn read<T>(&self, read: impl FnOnce(&Keys) -> T) -> T {
        read(&self.keys.read().unwrap_or_else(PoisonError::into_inner))
    }
}
