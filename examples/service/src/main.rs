//! Serves the inboxes of creators on loopback:
//!
//! `OFAUTH_API_KEY=… cargo run -p service -- 8080`
//!
//! Ctrl-C finishes the requests in progress, then exits.

use std::error::Error;
use std::io::Write;
use std::net::Ipv4Addr;
use std::time::Duration;

use ofauth::ClientBuilder;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    // Whoever waits for a page doesn't wait for long.
    let client = ClientBuilder::from_env()?.deadline(Duration::from_secs(20)).build()?;
    let port = std::env::args().nth(1).map_or(Ok(0), |port| port.parse::<u16>())?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    writeln!(std::io::stdout(), "http://{}", listener.local_addr()?)?;
    let stop = async {
        // Without a signal handler, the service runs until it is killed.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    axum::serve(listener, service::service(client)).with_graceful_shutdown(stop).await?;
    Ok(())
}
