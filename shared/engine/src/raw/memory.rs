//! What allocators keep of memory that was given back: exports free as much as they send, some hundred
//! megabytes a second, on threads that come and go, and each thread's heap would keep its most.

/// For reading instances, of DuckDB's own allocator (jemalloc): the peak from which a task gives back
/// what it freed, and the size of a block for which all that is free is given back first: that of a row
/// group on its way in. At 3 MiB large pages of strings count too: 20 MB less, a tenth of the speed.
pub(crate) const OPTIONS: [(&str, &str); 2] = [
    ("allocator_flush_threshold", "4MiB"),
    ("allocator_bulk_deallocation_flush_threshold", "4MiB"),
];

/// glibc keeps up to so much free memory at the end of each heap. By default it learns 64 MiB.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const KEPT: libc::c_int = 1 << 20;

/// For the whole process, from here on. Another allocator than glibc's does as it does.
pub(crate) fn keep_little() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: sets a number of the allocator, under its own lock.
    unsafe {
        libc::mallopt(libc::M_TRIM_THRESHOLD, KEPT);
        // Setting one ends the learning of both; columns of a batch are no reason for an mmap each.
        libc::mallopt(libc::M_MMAP_THRESHOLD, KEPT);
    }
}
