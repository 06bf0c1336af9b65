//! Stacks of threads that libraries start: of DuckDB's workers above all.

/// DuckDB recurses deep (FACTS 16). The memory is only reserved; but DuckDB starts a thread for each megabyte
/// of an extension that it loads, so more would run into the limit of a query process.
const STACK: usize = 16 << 20;

/// Makes the stacks of threads that are started from now on, and ask for no size, at least so large. Only
/// glibc lets a process choose; elsewhere they stay as they are.
pub fn deepen_stacks() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    glibc::deepen(STACK);
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod glibc {
    use std::mem::MaybeUninit;

    use libc::{c_int, pthread_attr_t};

    // The libc crate does not have these.
    unsafe extern "C" {
        fn pthread_getattr_default_np(attributes: *mut pthread_attr_t) -> c_int;
        fn pthread_setattr_default_np(attributes: *const pthread_attr_t) -> c_int;
    }

    pub(super) fn deepen(least: usize) {
        let mut attributes = MaybeUninit::<pthread_attr_t>::uninit();
        // SAFETY: the call before fills the attributes, which are destroyed once and not used after.
        let changed = unsafe {
            let attributes = attributes.as_mut_ptr();
            if pthread_getattr_default_np(attributes) != 0 {
                return tracing::warn!("the size of stacks cannot be read");
            }
            let mut size = 0;
            libc::pthread_attr_getstacksize(attributes, &mut size);
            let changed = if size >= least {
                0
            } else {
                libc::pthread_attr_setstacksize(attributes, least);
                pthread_setattr_default_np(attributes)
            };
            libc::pthread_attr_destroy(attributes);
            changed
        };
        if changed != 0 {
            tracing::warn!(code = changed, "the size of stacks cannot be set");
        }
    }
}

#[cfg(all(test, target_os = "linux", target_env = "gnu"))]
mod tests {
    use std::ffi::c_void;
    use std::mem::MaybeUninit;
    use std::ptr::{null, null_mut};

    /// Writes the size of its own stack to where `size` points.
    extern "C" fn measure(size: *mut c_void) -> *mut c_void {
        let mut attributes = MaybeUninit::uninit();
        // SAFETY: of this thread, which runs; `size` is waited for by the test.
        unsafe {
            let attributes = attributes.as_mut_ptr();
            assert_eq!(libc::pthread_getattr_np(libc::pthread_self(), attributes), 0);
            libc::pthread_attr_getstacksize(attributes, size.cast());
            libc::pthread_attr_destroy(attributes);
        }
        null_mut()
    }

    #[test]
    fn a_thread_that_asks_for_no_size_has_a_deep_stack() {
        super::deepen_stacks();
        let (mut thread, mut size) = (MaybeUninit::uninit(), 0_usize);
        // SAFETY: `size` lives until the thread has ended.
        unsafe {
            let to = (&raw mut size).cast();
            assert_eq!(libc::pthread_create(thread.as_mut_ptr(), null(), measure, to), 0);
            assert_eq!(libc::pthread_join(thread.assume_init(), null_mut()), 0);
        }
        assert!(size >= super::STACK, "{size}");
    }
}
