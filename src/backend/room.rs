//! How much memory networks may take, and what that limit is called.

/// What a browser's Worker gives: its address space ends at 4 GB, and a page has several Workers.
#[cfg(target_arch = "wasm32")]
pub fn memory() -> (u64, String) {
    (512 << 20, "memory that a page has for it".into())
}

/// What this machine gives: three quarters of its memory, so that the system and the data have room beside it.
#[cfg(not(target_arch = "wasm32"))]
pub fn memory() -> (u64, String) {
    static BYTES: std::sync::LazyLock<u64> = std::sync::LazyLock::new(|| machine().unwrap_or(USUAL) / 4 * 3);
    (*BYTES, "memory that this machine has for it".into())
}

/// What a machine is taken to have that does not say it.
#[cfg(not(target_arch = "wasm32"))]
const USUAL: u64 = 8 << 30;

/// Linux says it in two files: of the machine, and of the container where there is one.
#[cfg(not(target_arch = "wasm32"))]
fn machine() -> Option<u64> {
    let read = |path| std::fs::read_to_string(path).ok();
    let all = total(&read("/proc/meminfo")?)?;
    let of_container = read("/sys/fs/cgroup/memory.max").and_then(|text| text.trim().parse().ok());
    Some(of_container.unwrap_or(all).min(all))
}

/// Bytes in a line as `MemTotal:       24576000 kB`.
#[cfg(not(target_arch = "wasm32"))]
fn total(text: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok()?.checked_mul(1 << 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_says_how_much_it_has() {
        let text = "MemFree:          100 kB\nMemTotal:       24576000 kB\nSwapTotal: 0 kB\n";
        assert_eq!(total(text), Some(24_576_000 << 10));
        assert_eq!(
            (total(""), total("MemTotal: much kB"), total("MemTotal: 99999999999999999999 kB")),
            (None, None, None)
        );
        let (bytes, name) = memory();
        assert!(bytes > 512 << 20 && name.contains("this machine"), "{bytes} of {name}");
    }
}
