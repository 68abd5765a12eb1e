//! The API key, the base URL and the connection id, from arguments, the environment and the
//! configuration file, in this order.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;

use crate::arguments::Config;
use crate::failure::Failure;

pub(crate) const KEY: &str = "OFAUTH_API_KEY";
const BASE_URL: &str = "OFAUTH_BASE_URL";
const CONNECTION: &str = "OFAUTH_CONNECTION_ID";
const CONFIG: &str = "OFAUTH_CONFIG";
const PROFILE: &str = "OFAUTH_PROFILE";

/// A setting, and where it comes from, for messages.
#[derive(Debug)]
pub(crate) struct Sourced<T> {
    pub(crate) value: T,
    pub(crate) source: String,
}

/// An API key, which is never shown.
pub(crate) struct ApiKey(String);

impl ApiKey {
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey")
    }
}

#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) api_key: Option<Sourced<ApiKey>>,
    pub(crate) base_url: Option<Sourced<String>>,
    pub(crate) connection: Option<Sourced<String>>,
    /// The profile that was read, for messages.
    pub(crate) profile: Option<String>,
}

/// Returns a variable of the environment.
type Environment<'a> = &'a dyn Fn(&str) -> Option<OsString>;

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    profiles: BTreeMap<String, Profile>,
}

#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Profile {
    api_key: Option<String>,
    api_key_env: Option<String>,
    api_key_command: Option<Vec<String>>,
    base_url: Option<String>,
    connection: Option<String>,
}

impl Settings {
    pub(crate) fn read(base_url: Option<&str>, config: &Config) -> Result<Self, Failure> {
        Self::from(base_url, config, &|name| std::env::var_os(name))
    }

    fn from(
        base_url: Option<&str>,
        config: &Config,
        environment: Environment<'_>,
    ) -> Result<Self, Failure> {
        let set = |name: &str| variable(environment, name);
        let (profile, source) = match profile(config, environment)? {
            Some((profile, file, source)) => (Some((profile, file)), Some(source)),
            None => (None, None),
        };
        let of_profile = |value: Option<String>| {
            Some(Sourced { value: value?, source: source.clone().unwrap_or_default() })
        };
        let profile_settings = profile.as_ref().map(|(profile, _)| profile);
        let api_key = match (set(KEY)?, &profile) {
            (Some(key), _) => Some(key),
            (None, Some((profile, file))) => of_profile(key(profile, file, environment)?),
            (None, None) => None,
        };
        let base_url = match base_url {
            Some(url) => Some(Sourced { value: url.to_owned(), source: "--base-url".to_owned() }),
            None => set(BASE_URL)?.filter(|url| !url.value.is_empty()).or_else(|| {
                of_profile(profile_settings.and_then(|profile| profile.base_url.clone()))
            }),
        };
        let connection = set(CONNECTION)?.or_else(|| {
            of_profile(profile_settings.and_then(|profile| profile.connection.clone()))
        });
        Ok(Self {
            api_key: api_key.map(|key| Sourced { value: ApiKey(key.value), source: key.source }),
            base_url,
            connection,
            profile: source,
        })
    }
}

fn variable(environment: Environment<'_>, name: &str) -> Result<Option<Sourced<String>>, Failure> {
    let Some(value) = environment(name) else {
        return Ok(None);
    };
    let value = value.into_string();
    let value = value.map_err(|_| Failure::Usage(format!("{name} is not valid UTF-8")))?;
    Ok(Some(Sourced { value, source: name.to_owned() }))
}

/// Returns the profile, its file, and what messages call it.
fn profile(
    config: &Config,
    environment: Environment<'_>,
) -> Result<Option<(Profile, PathBuf, String)>, Failure> {
    let path = |name: &str| environment(name).filter(|path| !path.is_empty()).map(PathBuf::from);
    let given = config.config.clone().or_else(|| path(CONFIG));
    let folder = || match cfg!(windows) {
        true => path("APPDATA"),
        false => path("XDG_CONFIG_HOME").or_else(|| Some(path("HOME")?.join(".config"))),
    };
    let name = match &config.profile {
        Some(name) => Some(name.clone()),
        None => {
            variable(environment, PROFILE)?.map(|name| name.value).filter(|name| !name.is_empty())
        }
    };
    let file = match &given {
        Some(file) => file.clone(),
        None => match folder() {
            Some(folder) => folder.join("ofauth").join("config.toml"),
            None if name.is_none() => return Ok(None),
            None => {
                let what =
                    "there is no folder for the configuration file: set HOME, or pass --config";
                return Err(Failure::Usage(what.to_owned()));
            }
        },
    };
    let wrong = |what: &str| Failure::Usage(format!("{}: {what}", file.display()));
    let text = match fs::read_to_string(&file) {
        Ok(text) => text,
        Err(error)
            if error.kind() == io::ErrorKind::NotFound && given.is_none() && name.is_none() =>
        {
            return Ok(None);
        }
        Err(error) => return Err(wrong(&error.to_string())),
    };
    // The error's own text would quote the line, which may contain a key.
    let mut parsed: File = toml::from_str(&text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        // What was expected, without what was found instead: it may be a key too.
        let message = match error.message().rsplit_once(", expected ") {
            Some((_, expected)) => format!("expected {expected}"),
            None => error.message().to_owned(),
        };
        Failure::Usage(format!("{}:{line}: {message}", file.display()))
    })?;
    let names: Vec<String> = parsed.profiles.keys().cloned().collect();
    let wanted = name.as_deref().unwrap_or("default");
    match (parsed.profiles.remove(wanted), &name) {
        (Some(profile), _) => {
            let source = format!("profile `{wanted}` of {}", file.display());
            Ok(Some((profile, file, source)))
        }
        (None, None) => Ok(None),
        (None, Some(name)) => Err(wrong(&format!(
            "there is no profile `{name}`; the profiles are: {}",
            names.join(", ")
        ))),
    }
}

/// Returns the API key of a profile.
fn key(
    profile: &Profile,
    file: &Path,
    environment: Environment<'_>,
) -> Result<Option<String>, Failure> {
    let wrong = |what: &str| Failure::Usage(format!("{}: {what}", file.display()));
    match (&profile.api_key, &profile.api_key_env, &profile.api_key_command) {
        (None, None, None) => Ok(None),
        (Some(key), None, None) => match is_private(file) {
            true => Ok(Some(key.clone())),
            false => Err(wrong(
                "other users can read this file, so it must not contain an `api_key`: allow only \
                 its owner to read it (chmod 600), or use `api_key_env` or `api_key_command`",
            )),
        },
        (None, Some(name), None) => match variable(environment, name)? {
            Some(key) => Ok(Some(key.value)),
            None => Err(wrong(&match is_name(name) {
                true => format!("`api_key_env` names {name}, which is not set"),
                // It may be the key itself.
                false => "`api_key_env` must be the name of an environment variable".to_owned(),
            })),
        },
        (None, None, Some(command)) => of_command(command)
            .map(Some)
            .map_err(|what| wrong(&format!("`api_key_command` {what}"))),
        _ => Err(wrong("only one of `api_key`, `api_key_env` and `api_key_command` can be set")),
    }
}

/// Whether a text looks like the name of an environment variable.
fn is_name(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

/// Returns the first line that a command writes.
fn of_command(command: &[String]) -> Result<String, String> {
    let [program, arguments @ ..] = command else {
        return Err("must name a program and its arguments, like [\"pass\", \"show\", \"ofauth\"]"
            .to_owned());
    };
    let output = Command::new(program)
        .args(arguments)
        .stderr(Stdio::inherit())
        .stdin(Stdio::inherit())
        .output()
        .map_err(|error| format!("cannot be run: {error}"))?;
    if !output.status.success() {
        return Err(format!("failed ({})", output.status));
    }
    let text = String::from_utf8(output.stdout).map_err(|_| "did not write UTF-8".to_owned())?;
    match text.lines().next().map(str::trim) {
        Some(key) if !key.is_empty() => Ok(key.to_owned()),
        _ => Err("wrote nothing".to_owned()),
    }
}

#[cfg(unix)]
fn is_private(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;

    fs::metadata(file).is_ok_and(|file| file.permissions().mode() & 0o077 == 0)
}

/// Permissions can't be checked here.
#[cfg(not(unix))]
fn is_private(_: &Path) -> bool {
    false
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use std::fs;
    #[cfg(unix)]
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;

    use super::{Config, Settings};
    use crate::failure::Failure;

    fn read(file: &Path, profile: Option<&str>, set: &[(&str, &str)]) -> Result<Settings, String> {
        let config = Config { config: Some(file.to_owned()), profile: profile.map(str::to_owned) };
        let environment =
            |name: &str| set.iter().find(|(set, _)| *set == name).map(|(_, value)| (*value).into());
        Settings::from(None, &config, &environment).map_err(|failure| match failure {
            Failure::Usage(message) => message,
            other => format!("{other:?}"),
        })
    }

    #[test]
    fn settings_come_from_the_environment_or_else_the_profile() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.toml");
        let text = "[profiles.default]\napi_key_env = \"OTHER\"\nconnection = \"conn_1\"\n\
                    [profiles.work]\napi_key_command = [\"echo\", \"sk_2\"]\n\
                    base_url = \"https://work.example\"\n[profiles.open]\napi_key = \"sk_3\"\n\
                    [profiles.both]\napi_key = \"sk_4\"\napi_key_env = \"OTHER\"\n";
        fs::write(&file, text).unwrap();
        // Whatever the umask.
        #[cfg(unix)]
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        let key =
            |settings: &Settings| settings.api_key.as_ref().unwrap().value.expose().to_owned();

        let settings = read(&file, None, &[("OTHER", "sk_1")]).unwrap();
        assert_eq!(key(&settings), "sk_1");
        assert_eq!(settings.connection.as_ref().unwrap().value, "conn_1");
        assert!(settings.api_key.unwrap().source.starts_with("profile `default` of "));
        let set = [("OFAUTH_API_KEY", "sk_0"), ("OFAUTH_CONNECTION_ID", "conn_0")];
        let settings = read(&file, None, &set).unwrap();
        assert_eq!(
            (key(&settings), settings.connection.unwrap().value),
            ("sk_0".to_owned(), "conn_0".to_owned())
        );
        #[cfg(unix)]
        {
            let settings = read(&file, Some("work"), &[]).unwrap();
            assert_eq!(key(&settings), "sk_2");
            assert_eq!(settings.base_url.unwrap().value, "https://work.example");
        }
        for (profile, set, words) in [
            (None, &[][..], "OTHER, which is not set"),
            (Some("home"), &[], "the profiles are: both, default, open, work"),
            (Some("open"), &[], "other users can read this file"),
            (Some("both"), &[], "only one of"),
        ] {
            let error = read(&file, profile, set).unwrap_err();
            assert!(error.contains(words) && !error.contains("sk_"), "{error}");
        }
        fs::write(&file, "[profiles.default]\n\napi_key = sk_5\n").unwrap();
        let error = read(&file, None, &[]).unwrap_err();
        assert!(error.contains("config.toml:3: ") && !error.contains("sk_5"), "{error}");
        for text in [
            "[profiles.default]\napi_key_command = \"echo sk_5\"\n",
            "[profiles]\ndefault = \"sk_5\"\n",
            "[profiles.default]\napi_key_env = \"sk_live_sk_5\"\n",
        ] {
            fs::write(&file, text).unwrap();
            let error = read(&file, None, &[]).unwrap_err();
            assert!(!error.contains("sk_5"), "{error}");
        }
        fs::write(&file, "[profiles.default]\nsk_6 = \"sk_7\"\n").unwrap();
        let error = read(&file, None, &[]).unwrap_err();
        assert!(error.contains(":2: expected one of `api_key`, "), "{error}");
        assert!(!error.contains("sk_"), "{error}");
        assert!(read(&folder.path().join("none"), None, &[]).unwrap_err().contains("none: "));
    }
}
