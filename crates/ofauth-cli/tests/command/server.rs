//! Tests of `ofauth sandbox`.

use super::*;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// A server process that is stopped when it goes out of scope.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        // The process may already have ended.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn the_sandbox_prints_its_address_and_lines_to_paste() {
    let mut command = ofauth(&["sandbox", "--connections", "2", "--chats", "30", "--seed", "9"]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut server = Server(child);
    let mut lines = BufReader::new(server.0.stdout.take().unwrap()).lines().map(Result::unwrap);
    let url = lines.next().unwrap();
    assert!(url.starts_with("http://127.0.0.1:"), "{url}");

    // The lines are written for a shell; here they need no unquoting.
    let mut command = ofauth(&["chats", "--all", "--format", "ndjson"]);
    let pasted = lines.skip(1).take_while(|line| line.starts_with("export "));
    let mut count = 0;
    for line in pasted {
        let (name, value) = line.strip_prefix("export ").unwrap().split_once('=').unwrap();
        command.env(name, value);
        count += 1;
    }
    assert_eq!(count, 3);
    let (code, stdout, stderr) = run(command);
    assert_eq!((code, stdout.lines().count()), (0, 30), "{stderr}");
}

#[cfg(unix)]
#[test]
fn the_sandbox_stops_cleanly_on_sigterm() {
    let child = ofauth(&["sandbox"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut server = Server(child);
    // By the time this line is printed, signals are caught.
    let mut stderr = BufReader::new(server.0.stderr.take().unwrap()).lines().map(Result::unwrap);
    assert!(stderr.any(|line| line.contains("Press Ctrl-C to stop")));
    let mut kill = Command::new("kill");
    assert!(kill.args(["-TERM", &server.0.id().to_string()]).status().unwrap().success());
    assert_eq!(server.0.wait().unwrap().code(), Some(0));
}

#[test]
fn a_port_in_use_is_reported() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let (code, _, stderr) = run(ofauth(&["sandbox", "--port", &port]));
    assert_eq!(code, 1);
    assert!(stderr.contains(&format!("cannot listen on 127.0.0.1:{port}: ")), "{stderr}");
    let (code, _, stderr) = run(ofauth(&["sandbox", "--admin-port", &port]));
    assert_eq!(code, 1);
    assert!(stderr.contains(&format!("the admin port 127.0.0.1:{port}: ")), "{stderr}");
    let fault = r#"{"fault":{"status":{"status":700}}}"#;
    let (code, _, stderr) = run(ofauth(&["sandbox", "--fault", fault]));
    assert!(code == 2 && stderr.contains("status must be from 200 to 599"), "{stderr}");
}

#[test]
fn the_sandbox_is_configured_by_arguments() {
    let folder = std::env::temp_dir().join(format!("ofauth-cli-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let (good, bad) = (folder.join("good.json"), folder.join("bad.json"));
    std::fs::write(&good, r#"{"conn_mine":{"chats":2}}"#).unwrap();
    std::fs::write(&bad, r#"{"conn_mine":{"chat":2}}"#).unwrap();
    let (good, bad) = (good.to_str().unwrap(), bad.to_str().unwrap());

    let fault = r#"{"fault":{"status":{"status":503}},"times":1}"#;
    let mut command =
        ofauth(&["sandbox", "--setup", good, "--rate-limit", "off", "--fault", fault]);
    command.args(["--admin-port", "0", "--live", "0.5"]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut server = Server(child);
    let mut lines = BufReader::new(server.0.stdout.take().unwrap()).lines().map(Result::unwrap);
    let url = lines.next().unwrap();
    assert!(lines.any(|line| line.starts_with("# the admin port: http://127.0.0.1:")));
    let chats = || {
        let mut command = ofauth(&["chats", "--connection", "conn_mine", "--format", "ndjson"]);
        command.args(["--retries", "0"]);
        command.env("OFAUTH_API_KEY", "sk_sandbox_x").env("OFAUTH_BASE_URL", &url);
        run(command)
    };
    assert_eq!(chats().0, 1);
    let (code, stdout, stderr) = chats();
    assert_eq!((code, stdout.lines().count()), (0, 2), "{stderr}");

    for (arguments, words) in [
        (["--setup", bad], "unknown field `chat`"),
        (["--setup", "/nowhere/setup.json"], "/nowhere/setup.json"),
        (["--rate-limit", "60"], "60:90"),
        (["--fault", "503"], "--fault"),
        (["--live", "-1"], "--live"),
        (["--connections", "0"], "--connections"),
        (["--port", "65536"], "--port"),
    ] {
        let (code, stdout, stderr) = run(ofauth(&[&["sandbox"], &arguments[..]].concat()));
        assert_eq!((code, stdout.as_str()), (2, ""), "{arguments:?}: {stderr}");
        assert!(stderr.contains(words), "{arguments:?}: {stderr}");
    }
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_sandbox_that_others_can_reach_gives_a_warning() {
    let warned = |host: &str| {
        let mut command = ofauth(&["sandbox", "--host", host]);
        let child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut server = Server(child);
        let stderr = BufReader::new(server.0.stderr.take().unwrap()).lines().map(Result::unwrap);
        let lines: Vec<String> =
            stderr.take_while(|line| !line.contains("Press Ctrl-C to stop")).collect();
        lines.iter().any(|line| line.starts_with("warning: others can reach"))
    };
    assert!(warned("0.0.0.0"));
    assert!(!warned("127.0.0.2"));
}
