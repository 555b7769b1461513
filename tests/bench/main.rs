//! Measures orders and checks of the cluster as processes on this machine, on durable databases, and in
//! turns with them what the machine can do at most: storage, a hop, the disk. Exits with an error if a
//! call of a closed loop failed. The databases must be on a disk.
//!
//!     cargo build --release --workspace && target/release/bench --json bench.json

#![allow(clippy::expect_used, clippy::panic, reason = "so a measurement fails")]

mod calls;
mod counts;
mod disk;
mod echo;
mod floor;
mod load;
mod measure;
mod options;
mod report;
mod rows;
mod size;
mod svg;
mod table;
mod template;
mod world;

use std::{fs, process::ExitCode};

use options::{Command, Options};
use report::{EngineReport, Machine, Report, ratios};

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::read();
    if let Some(Command::EchoServer { listen, size }) = options.command {
        echo::serve(listen, size).await;
        return ExitCode::SUCCESS;
    }
    measure::warn_of_memory(&options.folder);
    let mut engines = Vec::new();
    for engine in options.engines() {
        engines.push(measure::run(&options, *engine).await);
    }
    let succeeded = engines.iter().all(EngineReport::succeeded);
    write(&options, &report(&options, engines));
    if succeeded { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn report(options: &Options, engines: Vec<EngineReport>) -> Report {
    let setting = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    Report {
        machine: machine(options),
        seconds: options.seconds,
        release: !cfg!(debug_assertions),
        settings: options.settings().into_iter().map(setting).collect(),
        ratios: engines.iter().flat_map(ratios).collect(),
        engines,
    }
}

fn machine(options: &Options) -> Machine {
    let processors = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = processors.lines().find(|line| line.starts_with("model name"));
    let name = name.and_then(|line| line.split_once(": ")).map_or("", |(_, name)| name);
    Machine {
        cores: std::thread::available_parallelism().map_or(0, Into::into),
        processor: name.to_owned(),
        file_system: disk::file_system(&options.folder),
    }
}

fn write(options: &Options, report: &Report) {
    println!("{}", table::markdown(report));
    if let Some(file) = &options.json {
        let json = serde_json::to_string_pretty(report).expect("the report has a JSON form");
        fs::write(file, json).expect("the file can be written");
    }
    if let Some(folder) = &options.svg {
        report.engines.iter().for_each(|engine| svg::write(folder, engine));
    }
}
