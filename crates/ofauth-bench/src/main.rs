//! A server of prepared pages, and clients that read them, to measure one beside another.
//!
//! `serve` prints the server's URL, to which any client can be pointed. `walk` reads its pages with
//! one client and prints what that took, as JSON. `report` runs both in many ways and writes
//! `BENCHMARKS.md`, and `check` fails if a count has grown; `cargo xtask bench` runs these two.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program that prints its results")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a measurement that fails is worth nothing"
)]

mod application;
mod clients;
mod counts;
mod page;
mod plot;
mod report;
mod server;
mod walks;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser;
use cpu_time::ProcessTime;

use clients::{Client, Way};

#[derive(Parser)]
#[command(about)]
enum Command {
    /// Serve the pages of one inbox, the same for every connection id, and print the URL
    Serve {
        /// How many chats the inbox has
        #[arg(long, default_value_t = 1_000)]
        chats: u32,
        /// How many milliseconds the server waits before it answers
        #[arg(long, default_value_t = 0)]
        latency: u64,
        /// Compress the pages
        #[arg(long)]
        gzip: bool,
        /// Speak TLS, and HTTP/2 if the client can
        #[arg(long)]
        tls: bool,
        /// The port; 0 for a free one
        #[arg(long, default_value_t = 0)]
        port: u16,
    },
    /// Measure everything, and write BENCHMARKS.md, its plot and counts.toml
    Report,
    /// Fail if a page takes more instructions or allocations, or an application more crates, than
    /// counts.toml says
    Check,
    /// Read the whole inbox, and print the time and memory that it took
    Walk {
        /// The client
        client: Way,
        /// The server's URL
        url: String,
        /// How often to read the inbox
        #[arg(long, default_value_t = 1)]
        rounds: u32,
        /// How many pages to read at once (stream, reqwest)
        #[arg(long, default_value_t = 0)]
        parallel: usize,
        /// How many connections to read at once
        #[arg(long, default_value_t = 1)]
        connections: u32,
    },
}

fn main() -> ExitCode {
    // Fails only if there is a provider already.
    drop(tokio_rustls::rustls::crypto::ring::default_provider().install_default());
    match Command::parse() {
        Command::Report => report::write(),
        Command::Check => return counts::check(),
        command => run(command),
    }
    ExitCode::SUCCESS
}

#[tokio::main(flavor = "current_thread")]
async fn run(command: Command) {
    match command {
        Command::Report | Command::Check => {}
        Command::Serve { chats, latency, gzip, tls, port } => {
            server::run(chats, Duration::from_millis(latency), gzip, tls, port).await;
        }
        Command::Walk { client, url, rounds, parallel, connections } => {
            let client = Client::new(client, &url, parallel);
            let (start, cpu) = (Instant::now(), ProcessTime::now());
            let mut read = 0;
            for _ in 0..rounds {
                read += client.walk(connections).await;
            }
            let (wall, cpu) = (start.elapsed(), cpu.elapsed());
            println!(
                r#"{{"chats":{read},"wall_us":{},"cpu_us":{},"peak_kib":{}}}"#,
                wall.as_micros(),
                cpu.as_micros(),
                peak()
            );
        }
    }
}

/// The peak memory of this process in KiB, where the system tells.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    peak.and_then(|peak| peak.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}
