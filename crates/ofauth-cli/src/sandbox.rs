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

    let stopped = stopped().map_err(|error| cannot_wait(&error))?;
    anstream::eprintln!(
        "\n{connections} connection(s) with {chats} chats each; paste the lines above into another \
         terminal. Ctrl-C stops."
    );
    stopped.await.map_err(|error| cannot_wait(&error))
}

fn cannot_wait(error: &io::Error) -> Failure {
    Failure::Failed(format!("signals cannot be waited for: {error}"))
}

/// Waits for Ctrl-C or SIGTERM; both are caught from the call on.
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

/// Waits for Ctrl-C.
#[cfg(not(unix))]
fn stopped() -> io::Result<impl Future<Output = io::Result<()>>> {
    Ok(tokio::signal::ctrl_c())
}
