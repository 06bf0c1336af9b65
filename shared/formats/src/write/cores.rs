//! Work on many things at once.

use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};
use std::thread;

/// Threads beside the caller's at most.
const OTHERS: usize = 3;

/// Stack of one: columns are encoded, nothing nests.
const STACK: usize = 1 << 20;

/// Does the work on each of them, here and on as many threads as there are other cores; where none can be
/// started, here. The first error ends it.
pub(super) fn on_all_cores<T: Send, E: Send>(
    all: impl Iterator<Item = T> + Send,
    work: impl Fn(T) -> Result<(), E> + Sync,
) -> Result<(), E> {
    let left = Mutex::new(all);
    let next = || left.lock().unwrap_or_else(PoisonError::into_inner).next();
    let one_by_one = || {
        while let Some(one) = next() {
            work(one)?;
        }
        Ok(())
    };
    let others = thread::available_parallelism().map_or(0, NonZeroUsize::get).saturating_sub(1);
    thread::scope(|scope| {
        let start = |_| {
            let other = thread::Builder::new().name("columns".to_owned()).stack_size(STACK);
            other.spawn_scoped(scope, one_by_one).ok()
        };
        let others: Vec<_> = (0..others.min(OTHERS)).filter_map(start).collect();
        let mut done = one_by_one();
        for other in others {
            // A panic goes on here.
            let other = other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            done = done.and(other);
        }
        done
    })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn each_is_worked_on_once_until_one_fails() {
        let mut all = vec![0; 1_000];
        on_all_cores(all.iter_mut(), |one| {
            *one += 1;
            Ok::<(), ()>(())
        })
        .expect("none fails");
        assert!(all.iter().all(|one| *one == 1));
        let done = AtomicUsize::new(0);
        let failed = on_all_cores(0..1_000_000, |one| {
            done.fetch_add(1, Ordering::Relaxed);
            if one == 7 { Err(one) } else { Ok(()) }
        });
        assert_eq!(failed, Err(7));
        assert!(done.into_inner() >= 8);
    }
}
