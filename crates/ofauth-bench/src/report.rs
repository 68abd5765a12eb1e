//! Measures everything, and writes `BENCHMARKS.md`.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::application::{self, Build};
use crate::clients::Way;
use crate::walks::{Counts, Server, Walk, count, cpu_per_page, median, walk};
use crate::{counts, plot};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
const WAYS: [Way; 5] = [Way::Hyper, Way::Reqwest, Way::Raw, Way::Pages, Way::Stream];
const NAMES: [&str; 5] = [
    "hyper + `from_slice` (reference)",
    "reqwest + `from_str`",
    "generated client alone",
    "**`ofauth`, `pages()`**",
    "**`ofauth`, `stream()`**",
];

/// Measures everything, and writes the report, its plot and the counts.
pub(crate) fn write() {
    let plain = Server::start(&[]);
    let counted = WAYS.map(|way| {
        eprintln!("counting: {way:?}");
        count(way, &plain)
    });
    let [reference, .., pages, stream] = counted;
    let long = Server::start(&["--chats", "100000"]);
    let long_instructions = crate::walks::count_whole(Way::Stream, &long);
    let peak = |server: &Server| {
        median((0..3).map(|_| walk(Way::Stream, server, &[]).peak_kib as f64).collect())
    };
    let long_bytes = (peak(&long) - peak(&plain)) * 1_024.0 / 99_000.0;
    drop(long);
    eprintln!("measuring CPU time");
    let cpu = cpu_per_page(WAYS, &plain);
    let cpu_gzip = cpu_per_page(WAYS, &Server::start(&["--gzip"]));
    let cpu_tls = cpu_per_page(WAYS, &Server::start(&["--gzip", "--tls"]));
    eprintln!("measuring latency");
    let slow = Server::start(&["--latency", "50"]);
    let many = [Way::Reqwest, Way::Pages, Way::Stream]
        .map(|way| best(way, &slow, &["--connections", "64"]));
    let ahead = [("one after another", "0"), ("8 at once", "8"), ("16 at once", "16")].map(
        |(name, parallel)| {
            let arguments = ["--parallel", parallel];
            (name, [Way::Reqwest, Way::Stream].map(|way| best(way, &slow, &arguments).wall_us))
        },
    );
    let one_by_one = best(Way::Pages, &slow, &[]).wall_us;
    drop(slow);
    let sdk = sdk(&plain);
    eprintln!("building applications");
    let builds = [false, true]
        .map(|release| [false, true].map(|ofauth| application::build(ofauth, release)));
    let first_command = application::first_command();
    let crates = application::crates();

    counts::write(pages, stream, crates);
    let ratio = |counts: Counts| counts.instructions as f64 / reference.instructions as f64;
    let bars = [
        "hyper + from_slice",
        "reqwest + from_str",
        "generated client",
        "ofauth pages()",
        "ofauth stream()",
    ];
    let bars: Vec<_> =
        (0..).zip(bars).map(|(index, name)| (name, ratio(counted[index]), index > 2)).collect();
    plot::bars(
        &root("docs/benchmarks.svg"),
        "Instructions per page of 20 chats, relative to hyper",
        &bars,
    );

    let mut text = String::new();
    let mut rows = String::new();
    for (index, name) in NAMES.iter().enumerate() {
        let Counts { instructions, allocations, bytes } = counted[index];
        let share =
            |times: &[f64; 5]| format!("{:.0} µs ({:.2})", times[index], times[index] / times[0]);
        writeln!(
            rows,
            "| {name} | {:.0} K ({:.3}) | {allocations} | {:.0} KB | {} | {} | {} |",
            instructions as f64 / 1e3,
            ratio(counted[index]),
            bytes as f64 / 1e3,
            share(&cpu),
            share(&cpu_gzip),
            share(&cpu_tls),
        )
        .unwrap();
    }
    let seconds = |micros: u64| micros as f64 / 1e6;
    let [reqwest, at_pages, at_stream] = many;
    let fleet = |walk: Walk| {
        format!("{:.2} s, {:.1} MiB", seconds(walk.wall_us), walk.peak_kib as f64 / 1_024.0)
    };
    let mut latency = String::new();
    for (name, [reqwest, ours]) in ahead {
        writeln!(
            latency,
            "| 1 000 chats, {name} | {:.2} s | {:.2} s |",
            seconds(reqwest),
            seconds(ours)
        )
        .unwrap();
    }
    let [dev, release] = builds.map(|[alone, with]: [Build; 2]| with.cpu - alone.cpu);
    let size = (builds[1][1].size as f64 - builds[1][0].size as f64) / 1e6;
    write!(
        text,
        include_str!("report.md"),
        machine = machine(),
        commit = output("git", &["rev-parse", "--short", "HEAD"]),
        rust = output("rustc", &["--version"]),
        versions = versions(&["hyper", "reqwest", "serde_json", "tokio"]),
        rows = rows.trim_end(),
        pages = ratio(pages),
        stream = ratio(stream),
        gzip = cpu_gzip[3] / cpu[3],
        reqwest_fleet = fleet(reqwest),
        pages_fleet = fleet(at_pages),
        stream_fleet = fleet(at_stream),
        one_by_one = seconds(one_by_one),
        latency = latency.trim_end(),
        long_ratio = long_instructions as f64 / stream.instructions as f64,
        long_bytes = long_bytes,
        crates = crates,
        dev = dev,
        release = release,
        size = size,
        first_command = first_command,
        sdk = sdk.map_or_else(
            || "not measured: there is no Python".to_owned(),
            |sdk| format!("{:.0} µs, {:.1} × `pages()`", sdk, sdk / cpu[3]),
        ),
    )
    .unwrap();
    fs::write(root("BENCHMARKS.md"), text).unwrap();
}

/// The fastest of three walks, which shows the least of other processes.
fn best(way: Way, server: &Server, arguments: &[&str]) -> Walk {
    let walks = (0..3).map(|_| walk(way, server, arguments));
    walks.min_by_key(|walk| walk.wall_us).unwrap()
}

/// The CPU time of a page with the vendor's Python SDK, in microseconds.
fn sdk(server: &Server) -> Option<f64> {
    eprintln!("measuring the vendor's Python SDK");
    let script = root("crates/ofauth-bench/vendor.py");
    let output = Command::new("python3").arg(script).arg(&server.url).output().ok()?;
    if !output.status.success() {
        eprintln!("{}", String::from_utf8_lossy(&output.stderr));
        return None;
    }
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}

fn root(file: &str) -> PathBuf {
    Path::new(ROOT).join(file)
}

fn output(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).current_dir(ROOT).args(arguments).output().unwrap();
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// The processor and the number of cores.
fn machine() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name"));
    let model =
        model.map_or("unknown processor", |model| model.trim_start_matches(['\t', ' ', ':']));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!("{model}, {cores} cores")
}

/// The versions in the lock file.
fn versions(names: &[&str]) -> String {
    let lock = fs::read_to_string(root("Cargo.lock")).unwrap();
    let version = |name: &&str| {
        let (_, rest) = lock.split_once(&format!("name = \"{name}\"\nversion = \"")).unwrap();
        format!("{name} {}", rest.split_once('"').unwrap().0)
    };
    names.iter().map(version).collect::<Vec<_>>().join(", ")
}
