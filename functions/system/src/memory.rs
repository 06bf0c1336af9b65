//! What this process holds, as Linux tells it.

use api::MemoryState;

/// Where the kernel has it.
const FILE: &str = "/proc/self/status";

/// Whether it can be told here.
pub(crate) fn is_told() -> bool {
    read().is_some()
}

/// What this process holds; `None` where there is no such file.
pub(crate) fn read() -> Option<MemoryState> {
    of(&std::fs::read_to_string(FILE).ok()?)
}

fn of(text: &str) -> Option<MemoryState> {
    let resident_bytes = bytes(text, "VmRSS:")?;
    // Some kernels of sandboxes do not count the most.
    let peak_resident_bytes = bytes(text, "VmHWM:").unwrap_or(resident_bytes);
    Some(MemoryState { resident_bytes, peak_resident_bytes })
}

fn bytes(text: &str, field: &str) -> Option<u64> {
    let line = text.lines().find(|line| line.starts_with(field))?;
    let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kilobytes_are_read_by_their_names() {
        let memory = of("Name:\tx\nVmHWM:\t    2048 kB\nVmRSS:\t    1024 kB\n").expect("told");
        assert_eq!((memory.resident_bytes, memory.peak_resident_bytes), (1 << 20, 2 << 20));
        let memory = of("VmRSS:\t1024 kB\n").expect("told");
        assert_eq!(memory.peak_resident_bytes, 1 << 20);
        assert!(of("").is_none());
    }
}
