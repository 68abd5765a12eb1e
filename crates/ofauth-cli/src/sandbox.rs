//! The `ofauth sandbox` command.

use std::fmt::Display;
use std::io::{self, Write};
use std::{env, fs};

use ofauth_sandbox::Sandbox;

use crate::arguments::SandboxArguments;
use crate::console;
use crate::failure::Failure;

pub(crate) async fn run(arguments: SandboxArguments) -> Result<(), Failure> {
    let SandboxArguments { host, port, connections, chats, .. } = arguments;
    let mut builder = Sandbox::builder()
        .host(host)
        .port(port)
        .connections(connections)
        .chats(chats)
        .seed(arguments.seed)
        .rate_limit(arguments.rate_limit.0)
        .live(arguments.live)
        .faults(arguments.fault);
    if let Some(port) = arguments.admin_port {
        builder = builder.admin_port(port);
    }
    if let Some(file) = &arguments.setup {
        let wrong = |error: &dyn Display| Failure::Usage(format!("{}: {error}", file.display()));
        let json = fs::read_to_string(file).map_err(|error| wrong(&error))?;
        builder = builder.setup_json(&json).map_err(|error| wrong(&error))?;
    }
    let sandbox = builder.start().await.map_err(|error| Failure::Failed(error.to_string()))?;
    if !host.is_loopback() {
        console::warn(&format!(
            "others can reach {host}: requests to the sandbox, including API keys, cross the \
             network in clear text"
        ));
    }

    // Catch signals before printing the address: a program that reads it may stop the server
    // immediately.
    let stopped = stopped().map_err(|error| cannot_wait(&error))?;
    let url = sandbox.url();
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{url}")?;
    writeln!(stdout)?;
    writeln!(stdout, "export OFAUTH_BASE_URL={url}")?;
    writeln!(stdout, "export OFAUTH_API_KEY={}", sandbox.api_key())?;
    writeln!(stdout, "export OFAUTH_CONNECTION_ID={}", sandbox.connection(1))?;
    // Print the command as it was run, since `ofauth` may not be on the PATH.
    let command = env::args().next().unwrap_or_else(|| "ofauth".to_owned());
    writeln!(stdout, "{command} chats")?;
    if let Some(admin) = sandbox.admin_url() {
        writeln!(stdout)?;
        writeln!(stdout, "# the admin port: {admin}")?;
    }
    stdout.flush()?;
    drop(stdout);

    console::hint(&format!(
        "\nServing {connections} connection(s) with {chats} chats each. To use them, paste the \
         lines from `export` on into another terminal. Press Ctrl-C to stop."
    ));
    stopped.await.map_err(|error| cannot_wait(&error))
}

fn cannot_wait(error: &io::Error) -> Failure {
    Failure::Failed(format!("cannot wait for signals: {error}"))
}

/// Returns a future that waits for Ctrl-C or SIGTERM. Both are caught as soon as this returns.
#[cfg(unix)]
fn stopped() -> io::Result<impl Future<Output = io::Result<()>>> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => Ok(()),
            _ = terminate.recv() => Ok(()),
        }
    })
}

/// Returns a future that waits for Ctrl-C.
#[cfg(not(unix))]
fn stopped() -> io::Result<impl Future<Output = io::Result<()>>> {
    Ok(tokio::signal::ctrl_c())
}
