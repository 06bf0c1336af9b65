//! What was measured on, and when.

use std::fs;

/// Processor, cores, memory.
pub(crate) fn describe() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let model = field("/proc/cpuinfo", "model name").unwrap_or_else(|| "unknown".to_owned());
    let kilobytes = field("/proc/meminfo", "MemTotal")
        .and_then(|text| text.split_whitespace().next()?.parse::<u64>().ok());
    let memory = kilobytes.map_or("unknown".to_owned(), |kb| format!("{} GiB", kb >> 20));
    let system = (std::env::consts::OS, std::env::consts::ARCH);
    format!("{model}, {cores} cores, {memory} of memory, {} {}", system.0, system.1)
}

/// Today.
#[expect(clippy::disallowed_methods, reason = "the date of a measurement is the clock's")]
pub(crate) fn date() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%d").to_string()
}

/// The value of the first line `name: value`.
fn field(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let value = |line: &str| {
        let (key, value) = line.split_once(':')?;
        (key.trim() == name).then(|| value.trim().to_owned())
    };
    text.lines().find_map(value)
}
