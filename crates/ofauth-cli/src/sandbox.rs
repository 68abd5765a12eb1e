//! `ofauth sandbox`

use std::io::{self, Write};

use ofauth_sandbox::Sandbox;

use crate::arguments::SandboxArguments;
use crate::failure::Failure;

pub(crate) async fn run(arguments: SandboxArguments) -> Result<(), Failure> {
    let SandboxArguments {
        port,
        connections,
        chats,
        seed,
    } = arguments;
    let sandbox = Sandbox::builder()
        .port(port)
        .connections(connections)
        .chats(chats)
        .seed(seed)
        .start()
        .await
        .map_err(|error| {
            Failure::Failed(format!(
                "port {port} of 127.0.0.1 cannot be listened on: {error}"
            ))
        })?;

    let url = sandbox.url();
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{url}")?;
    writeln!(stdout)?;
    writeln!(stdout, "export OFAUTH_BASE_URL={url}")?;
    writeln!(stdout, "export OFAUTH_API_KEY={}", sandbox.api_key())?;
    writeln!(
        stdout,
        "export OFAUTH_CONNECTION_ID={}",
        sandbox.connection(1)
    )?;
    writeln!(stdout, "ofauth chats")?;
    stdout.flush()?;
    drop(stdout);

    anstream::eprintln!(
        "\n{connections} connection(s) with {chats} chats each; paste the lines above into another \
         terminal. Ctrl-C stops."
    );
    stopped()
        .await
        .map_err(|error| Failure::Failed(format!("cannot wait for signals: {error}")))
}

#[cfg(unix)]
async fn stopped() -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn stopped() -> io::Result<()> {
    tokio::signal::ctrl_c().await
}
