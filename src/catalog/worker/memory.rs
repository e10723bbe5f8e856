//! How much memory a plugin takes while it is looked at. (Linux; elsewhere nobody knows.)

use std::fs;

const BYTES_PER_GIGABYTE: f64 = 1_000_000_000.0;

/// The most memory that the process had since [`forget_peak`].
pub fn peak_gigabytes() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: f64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024.0 / BYTES_PER_GIGABYTE)
}

/// Starts measuring anew.
pub fn forget_peak() {
    // 5 resets VmHWM: proc_pid_clear_refs(5). Where that is not allowed, the peak is that of all files.
    let _ = fs::write("/proc/self/clear_refs", "5");
}
