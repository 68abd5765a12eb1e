//! Runs walks and their server in processes of their own, so that only the client is measured.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use clap::ValueEnum;
use serde::Deserialize;

use crate::clients::Way;

/// A running server. It is stopped on drop.
pub(crate) struct Server {
    child: Child,
    pub(crate) url: String,
}

impl Server {
    /// Starts a server with these arguments of `serve`.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut command = this();
        command.arg("serve").args(arguments).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut url = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut url).unwrap();
        Self { child, url: url.trim().to_owned() }
    }

    /// The number of pages that the server has sent. Without TLS only.
    fn pages(&self) -> u64 {
        let mut socket = TcpStream::connect(self.url.trim_start_matches("http://")).unwrap();
        let request = b"GET /requests HTTP/1.1\r\nhost: bench\r\nconnection: close\r\n\r\n";
        socket.write_all(request).unwrap();
        let mut answer = String::new();
        socket.read_to_string(&mut answer).unwrap();
        answer.rsplit("\r\n").next().unwrap().parse().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

fn this() -> Command {
    Command::new(std::env::current_exe().unwrap())
}

/// The arguments of `walk`.
fn walk_arguments(way: Way, server: &Server, more: &[&str]) -> Vec<String> {
    let way = way.to_possible_value().unwrap();
    let arguments = ["walk", way.get_name(), &server.url].into_iter().chain(more.iter().copied());
    arguments.map(str::to_owned).collect()
}

/// What a walk took.
#[derive(Clone, Copy, Deserialize)]
pub(crate) struct Walk {
    pub(crate) chats: u64,
    pub(crate) wall_us: u64,
    pub(crate) cpu_us: u64,
    pub(crate) peak_kib: u64,
}

/// Walks with these further arguments of `walk`.
pub(crate) fn walk(way: Way, server: &Server, more: &[&str]) -> Walk {
    let output = this().args(walk_arguments(way, server, more)).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Walks 9 times with each client in turn, and returns the median of the CPU time of a page, in
/// microseconds.
pub(crate) fn cpu_per_page<const N: usize>(ways: [Way; N], server: &Server) -> [f64; N] {
    const ROUNDS: u32 = 40;
    let mut times = ways.map(|_| Vec::new());
    for _ in 0..9 {
        for (way, times) in ways.iter().zip(&mut times) {
            let walk = walk(*way, server, &["--rounds", &ROUNDS.to_string()]);
            let pages = pages_of(*way, walk.chats / u64::from(ROUNDS)) * u64::from(ROUNDS);
            times.push(walk.cpu_us as f64 / pages as f64);
        }
    }
    times.map(median)
}

/// How many pages a walk over a quiet inbox reads.
fn pages_of(way: Way, chats: u64) -> u64 {
    match way {
        // Each page shares a chat with the one before, and the front is read again.
        Way::Stream => (chats - 1).div_ceil(19) + 1,
        _ => chats.div_ceil(20),
    }
}

pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// What a page takes, counted by valgrind.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(crate) struct Counts {
    pub(crate) instructions: u64,
    pub(crate) allocations: u64,
    pub(crate) bytes: u64,
}

/// Counts what a page takes, as the difference of a long walk and a short one.
pub(crate) fn count(way: Way, server: &Server) -> Counts {
    let ([few, many], pages) = both(server, |rounds| {
        let output =
            valgrind(way, server, rounds, &["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
        number_after(&output, "Collected : ")
    });
    let ([few_blocks, many_blocks], _) = both(server, |rounds| {
        let output = valgrind(way, server, rounds, &["--tool=memcheck", "--leak-check=no"]);
        let blocks = number_after(&output, "total heap usage: ");
        (blocks, number_after(&output, "frees, "))
    });
    Counts {
        instructions: (many - few) / pages,
        allocations: (many_blocks.0 - few_blocks.0) / pages,
        bytes: (many_blocks.1 - few_blocks.1) / pages,
    }
}

/// Measures one walk and eleven, and returns both, with by how many pages they differ.
fn both<T>(server: &Server, measure: impl Fn(u32) -> T) -> ([T; 2], u64) {
    let before = server.pages();
    let few = measure(1);
    let between = server.pages();
    let many = measure(11);
    ([few, many], server.pages() - between - (between - before))
}

fn valgrind(way: Way, server: &Server, rounds: u32, tool: &[&str]) -> String {
    let mut command = Command::new("valgrind");
    command.args(tool).arg(std::env::current_exe().unwrap());
    command.args(walk_arguments(way, server, &["--rounds", &rounds.to_string()]));
    let output = command.output().expect("valgrind, which must be installed");
    let counts = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{counts}");
    let read: Walk = serde_json::from_slice(&output.stdout).unwrap();
    assert!(read.chats > 0 && read.chats.is_multiple_of(u64::from(rounds)), "{}", read.chats);
    counts
}

fn number_after(output: &str, label: &str) -> u64 {
    let (_, rest) = output.split_once(label).unwrap_or_else(|| panic!("no {label:?} in {output}"));
    let digits = rest.chars().take_while(|one| one.is_ascii_digit() || *one == ',');
    digits.filter(|one| *one != ',').collect::<String>().parse().unwrap()
}

/// Counts the instructions per page of a single walk, with its start.
pub(crate) fn count_whole(way: Way, server: &Server) -> u64 {
    let before = server.pages();
    let output = valgrind(way, server, 1, &["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
    number_after(&output, "Collected : ") / (server.pages() - before)
}
