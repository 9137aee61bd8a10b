//! How much memory this machine has.

use std::fs;

/// Bytes that networks may take: three quarters of all, so that the system and the data have room beside them. `None` of a
/// machine that does not say what it has.
pub fn memory() -> Option<u64> {
    // Linux says it in two files: of the machine, and of the container where there is one.
    let all = total(&fs::read_to_string("/proc/meminfo").ok()?)?;
    let of_container = fs::read_to_string("/sys/fs/cgroup/memory.max").ok().and_then(|text| text.trim().parse().ok());
    Some(of_container.unwrap_or(all).min(all) / 4 * 3)
}

/// Bytes in a line as `MemTotal:       24576000 kB`.
fn total(text: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok()?.checked_mul(1 << 10)
}
