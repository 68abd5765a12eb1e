//! Tests in a terminal, which `script` (util-linux) provides, and of interrupts.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use httpmock::prelude::*;
use unicode_width::UnicodeWidthStr;

use super::*;

/// Runs a command line of a shell in a terminal that is `columns` wide. Returns what it wrote there.
fn in_terminal(columns: u32, line: &str, url: Option<&str>) -> String {
    let binary = env!("CARGO_BIN_EXE_ofauth");
    let line = format!("stty cols {columns} rows 50; {binary} {line}");
    let mut script = Command::new("script");
    script.args(["--quiet", "--return", "--command", &line, "/dev/null"]);
    script.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).env("TERM", "xterm");
    if let Some(url) = url {
        script.env("OFAUTH_API_KEY", KEY).env("OFAUTH_CONNECTION_ID", CONNECTION);
        script.env("OFAUTH_BASE_URL", url);
    }
    let output = script.stdin(Stdio::null()).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// Removes styles and the progress line.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, escape)) = rest.split_once("\u{1b}[") {
        plain.push_str(before);
        rest = escape.split_once(|c: char| c.is_ascii_alphabetic()).map_or("", |(_, rest)| rest);
    }
    (plain + rest).replace('\r', "")
}

/// Compares with a file of the folder `snapshots`, or writes it if `UPDATE_SNAPSHOTS` is set.
fn compare(name: &str, text: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/command/snapshots").join(name);
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        fs::write(&file, text).unwrap();
    }
    let expected = fs::read_to_string(&file).unwrap_or_default();
    assert_eq!(text, expected, "{name}: run the test with UPDATE_SNAPSHOTS=1 if this is right");
}

#[test]
fn help_and_tables_fit_the_terminal() {
    for columns in [60, 80, 200] {
        for (name, line) in [
            ("help", "chats -h"),
            ("table", "chats --sandbox -q --limit 5"),
            (
                "connections",
                "chats --sandbox -q --limit 2 --connection conn_sandbox_1 --connection conn_sandbox_2",
            ),
        ] {
            let text = plain(&in_terminal(columns, line, None));
            let widest = text.lines().map(|line| line.width()).max().unwrap();
            assert!(widest <= columns as usize, "{name}, {columns}:\n{text}");
            compare(&format!("{name}-{columns}.txt"), &text);
        }
    }
}

#[test]
fn no_message_acts_on_the_terminal() {
    let server = MockServer::start();
    let odd = "a\\u001b]0;pwned\\u0007b\\u009b31m\\u202ec\\u007f";
    server.mock(|when, then| {
        when.path("/v2/access/chats");
        then.status(200).body(format!(
            r#"{{"list":[{{"withUser":{{"id":7,"_view":"s"}},"lastMessage":{{"id":1,"text":"{odd}","fromUser":{{"id":7,"name":"{odd}"}},"media":[],"previews":[]}}}}],"hasMore":false}}"#
        ));
    });
    let acts = ["\u{1b}]", "\u{7}", "\u{9b}", "\u{202e}", "\u{7f}"];
    for format in ["table", "json", "ndjson", "csv"] {
        let line = format!("chats --format {format}");
        let text = in_terminal(80, &line, Some(&server.base_url()));
        assert!(text.contains("pwned"), "{format}: {text:?}");
        for acting in acts {
            assert!(!text.contains(acting), "{format}: {text:?}");
        }
    }
    let text = in_terminal(80, "chats --raw", Some(&server.base_url()));
    assert!(acts.iter().all(|acting| !text.contains(acting)), "{text:?}");
    // A file gets them unchanged.
    let (_, stdout, _) = run(with_account(&server.base_url(), &["chats", "--format", "csv"]));
    assert!(acts.iter().all(|acting| stdout.contains(acting)), "{stdout:?}");
}

#[test]
fn the_progress_line_shows_waits_and_retries() {
    let line = "chats --sandbox --max 25 --rate-limit 60:1 --format ndjson";
    let text = in_terminal(100, line, None);
    assert!(text.contains("(waiting for the rate limit)"), "{text:?}");
    let server = MockServer::start();
    server.mock(|when, then| {
        when.path("/v2/access/chats");
        then.status(503).header("retry-after", "1");
    });
    let text = in_terminal(100, "chats --retries 1", Some(&server.base_url()));
    assert!(text.contains("to retry: server"), "{text:?}");
}

#[test]
fn colors_follow_the_usual_settings() {
    let table = |line: &str| in_terminal(80, &format!("chats --sandbox -q --limit 2 {line}"), None);
    let bold = "\u{1b}[1m";
    assert!(table("").contains(bold));
    assert!(!table("--color never").contains(bold));
    let piped = |arguments: &[&str], name: &str, value: &str| {
        let mut command = ofauth(&[&["chats", "--sandbox", "--limit", "2"], arguments].concat());
        command.env(name, value);
        run(command).1.contains('\u{1b}')
    };
    assert!(piped(&["--color", "always"], "TERM", "xterm"));
    assert!(piped(&[], "CLICOLOR_FORCE", "1"));
    assert!(!piped(&[], "TERM", "xterm"));
    let help = |line: &str| in_terminal(80, line, None);
    assert!(help("chats -h").contains(bold) && !help("chats -h --color never").contains(bold));
    for variable in ["NO_COLOR=1", "TERM=dumb"] {
        let binary = env!("CARGO_BIN_EXE_ofauth");
        let line = format!("--version; {variable} {binary} chats --sandbox -q --limit 2");
        assert!(!in_terminal(80, &line, None).contains(bold), "{variable}");
    }
}

#[test]
fn a_full_disk_is_an_error_and_no_panic() {
    let code = |line: &str| {
        let line = format!("{} {line}", env!("CARGO_BIN_EXE_ofauth"));
        Command::new("sh").args(["-c", &line]).status().unwrap().code().unwrap()
    };
    assert_eq!(code("chats --sandbox --format ndjson 2>/dev/full >/dev/null"), 0);
    assert_eq!(code("chats --sandbox --order x 2>/dev/full"), 2);
    assert_eq!(code("chats --sandbox --format ndjson >/dev/full 2>/dev/full"), 1);
    assert_eq!(code("chats --sandbox --format ndjson 2>&- >/dev/null"), 0);
    assert_eq!(code("chats --sandbox -vv 2>/dev/full >/dev/null"), 0);
    assert!(code("chats --sandbox >&- 2>&-") <= 1);
    assert!(code("--help >/dev/full 2>/dev/full") <= 2);
}

#[test]
fn an_interrupt_leaves_well_formed_json() {
    let arguments = ["chats", "--sandbox", "--all", "--format", "json", "--rate-limit", "1:1"];
    let mut command = ofauth(&arguments);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut text = String::new();
    stdout.read_line(&mut text).unwrap();
    // The second page waits for a minute.
    let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(kill.unwrap().success());
    stdout.read_to_string(&mut text).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(serde_json::from_str::<Vec<Value>>(&text).unwrap().len(), 20);
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert!(
        stderr.contains("interrupted after 20 chats") && stderr.contains("--resume "),
        "{stderr}"
    );
}
