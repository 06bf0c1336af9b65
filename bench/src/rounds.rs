//! Ways of doing the same thing, measured in turns, and what is to be said of their times.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::report::number;

/// A way of doing it; it answers how long it took.
pub(crate) type Way<'a> = Box<dyn FnMut() -> anyhow::Result<Duration> + 'a>;

/// Runs all ways once for nothing, then `rounds` times in turns, each round beginning with another
/// way, so that what else the machine does meets all of them. Answers each way's times.
pub(crate) fn interleave(
    name: &str,
    rounds: usize,
    ways: &mut [Way<'_>],
) -> anyhow::Result<Vec<Times>> {
    let bar = bar(name, (rounds + 1) * ways.len());
    let mut times = vec![Times::default(); ways.len()];
    for round in 0..=rounds {
        for turn in 0..ways.len() {
            let way = (round + turn) % ways.len();
            let time = ways[way]()?;
            if round > 0 {
                times[way].0.push(time);
            }
            bar.inc(1);
        }
    }
    bar.finish_and_clear();
    Ok(times)
}

/// A bar of so many steps.
pub(crate) fn bar(name: &str, steps: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("  {msg:<32} {bar:30} {pos}/{len}");
    let bar = ProgressBar::new(steps as u64);
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.with_message(name.to_owned())
}

/// Does one long thing that has no steps.
pub(crate) fn waiting<T>(
    name: &str,
    work: impl FnOnce() -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let spinner = ProgressBar::new_spinner().with_message(name.to_owned());
    spinner.enable_steady_tick(Duration::from_millis(120));
    let done = work();
    spinner.finish_and_clear();
    done
}

/// How long `work` takes.
pub(crate) fn timed(work: impl FnOnce() -> anyhow::Result<()>) -> anyhow::Result<Duration> {
    let started = Instant::now();
    work().map(|()| started.elapsed())
}

/// Times of one way.
#[derive(Debug, Default, Clone)]
pub(crate) struct Times(pub(crate) Vec<Duration>);

impl Times {
    /// The time that this share of all stays within, in milliseconds.
    pub(crate) fn percentile(&self, share: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort();
        let last = sorted.len().saturating_sub(1);
        let at = (last as f64 * share).round() as usize;
        sorted.get(at).map_or(0.0, |time| time.as_secs_f64() * 1e3)
    }

    /// The middle one, in milliseconds.
    pub(crate) fn median(&self) -> f64 {
        self.percentile(0.5)
    }

    /// How many of them, one after another, were over after so long.
    pub(crate) fn within(&self, length: Duration) -> usize {
        let ends = self.0.iter().scan(Duration::ZERO, |sum, time| {
            *sum += *time;
            Some(*sum)
        });
        ends.take_while(|end| *end <= length).count()
    }

    /// The middle one and how far the others are, for a table.
    pub(crate) fn describe(&self) -> String {
        let [least, middle, most] = [0.0, 0.5, 1.0].map(|share| number(self.percentile(share)));
        format!("{middle} ms ({least} to {most})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_the_sorted_times() {
        let times = Times([5, 1, 4, 2, 3].map(Duration::from_millis).to_vec());
        assert_eq!(times.median(), 3.0);
        assert_eq!(times.percentile(1.0), 5.0);
        assert_eq!(times.within(Duration::from_millis(10)), 3);
        assert_eq!(times.describe(), "3.00 ms (1.00 to 5.00)");
    }
}
