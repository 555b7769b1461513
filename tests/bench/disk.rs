//! The disk floor: how often per second the disk confirms a write.

use std::{
    fs::File,
    io::{Seek, Write},
    path::Path,
    process::Command,
    time::Duration,
};

use testbed::DurableServer;
use types::Clock;

/// Size of a page of PostgreSQL.
const PAGE: usize = 8192;
/// Longest measurement.
const LONGEST: Duration = Duration::from_secs(1);

/// Writes a page and waits for the disk, again and again; returns how often per second.
pub fn syncs_per_second(folder: &Path, time: Duration) -> f64 {
    let path = folder.join("sync");
    let mut file = File::create(&path).expect("the file can be created");
    let (time, watch, mut count) = (time.min(LONGEST), Clock::system().stopwatch(), 0_u32);
    while watch.elapsed() < time {
        file.rewind().and_then(|()| file.write_all(&[7; PAGE])).expect("the disk has space");
        file.sync_data().expect("the disk works");
        count += 1;
    }
    let rate = f64::from(count) / watch.elapsed().as_secs_f64();
    std::fs::remove_file(path).expect("the file can be removed");
    rate
}

/// The rate of `fdatasync` that `pg_test_fsync` measures; it takes about 20 s.
pub fn pg_test_fsync(server: &DurableServer) -> Option<f64> {
    let mut command = Command::new(server.program("pg_test_fsync"));
    command.args(["-s", "1", "-f"]).arg(server.folder().join("sync"));
    let output = command.output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = text.lines().find_map(|line| line.trim().strip_prefix("fdatasync"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// The type of the file system of a folder, such as `ext2/ext3`.
pub fn file_system(folder: &Path) -> String {
    let output = Command::new("stat").args(["-f", "-c", "%T"]).arg(folder).output();
    output.map_or_else(|_| String::new(), |it| String::from_utf8_lossy(&it.stdout).trim().into())
}
