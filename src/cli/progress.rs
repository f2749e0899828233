//! Progress: how far the reading or writing of a large file, or long work, is and how long it will take.

use std::fmt::Write;
use std::io::{self, Read};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::quantity::Millis;

/// A bar on stderr; there is none where stderr is no terminal, or nobody wants it.
#[derive(Debug)]
pub(super) struct ByteProgress {
    bar: ProgressBar,
}

/// A file smaller than this, in bytes, is read before anyone looks.
const SMALL: u64 = 16 << 20;

impl ByteProgress {
    /// Of `total` bytes.
    pub(super) fn new(total: u64, quiet: bool) -> Self {
        let bar = ProgressBar::with_draw_target(Some(total), target(quiet || total < SMALL));
        Self { bar: bar.with_style(timed("{wide_bar} {bytes}/{total_bytes}, {bytes_per_sec}{left}")) }
    }

    /// What comes out of `source`, which is done with as it is read.
    pub(super) const fn of_reading<R>(self, source: R) -> ProgressRead<R> {
        ProgressRead { source, progress: self }
    }

    /// `bytes` more are done.
    pub(super) fn add(&self, bytes: u64) {
        self.bar.inc(bytes);
    }
}

/// A source that shows how far it is read.
#[derive(Debug)]
pub(super) struct ProgressRead<R> {
    source: R,
    progress: ByteProgress,
}

impl<R: Read> Read for ProgressRead<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(into)?;
        self.progress.add(read as u64);
        Ok(read)
    }
}

/// Work of a known number of steps, or of an unknown one; shown where [`ByteProgress`] would be, and gone
/// without a trace when it is done.
#[derive(Debug)]
pub(super) struct StepProgress {
    bar: ProgressBar,
}

impl StepProgress {
    /// `what` in `total` steps, with the time that is left.
    pub(super) fn begin(what: &'static str, total: u64, quiet: bool) -> Self {
        let shown = "{msg} {wide_bar} {pos}/{len}, {elapsed_text} elapsed{left}";
        Self::begun(what, ProgressBar::with_draw_target(Some(total), target(quiet)), shown)
    }

    /// `what` that takes nobody knows how long, with the time it has taken.
    pub(super) fn unknown(what: &'static str, quiet: bool) -> Self {
        let bar = ProgressBar::with_draw_target(None, target(quiet));
        Self::begun(what, bar, "{spinner} {msg}, {elapsed_text} elapsed")
    }

    fn begun(what: &'static str, bar: ProgressBar, shown: &str) -> Self {
        const TICK: Duration = Duration::from_millis(500);
        let bar = bar.with_style(timed(shown)).with_message(what);
        if !bar.is_hidden() {
            bar.enable_steady_tick(TICK);
        }
        Self { bar }
    }

    /// One step more is done.
    pub(super) fn step(&self) {
        self.bar.inc(1);
    }

    /// So many steps are done, of about so many.
    pub(super) fn at(&self, done: u64, total: u64) {
        self.bar.set_length(total);
        self.bar.set_position(done);
    }

    /// Takes it away.
    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Drop for StepProgress {
    fn drop(&mut self) {
        self.finish();
    }
}

/// What is `shown`, with the time that is `gone`, and that which is `left` if the rest is as slow as what is done: a step that
/// takes long lengthens it as it goes on, and does not make years of it.
fn timed(shown: &str) -> ProgressStyle {
    let seconds = |time: Duration| match time.as_secs() {
        0 => "0s".to_owned(),
        some => Millis(some.saturating_mul(1_000)).to_string(),
    };
    ProgressStyle::with_template(shown)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .with_key("elapsed_text", move |state: &ProgressState, out: &mut dyn Write| {
            let _ = write!(out, "{}", seconds(state.elapsed()));
        })
        .with_key("left", move |state: &ProgressState, out: &mut dyn Write| {
            if let Some(left) = left(state.elapsed(), state.pos(), state.len().unwrap_or(0)) {
                let _ = write!(out, ", about {} left", seconds(left));
            }
        })
}

/// The time that the rest of `total` takes at the pace so far; none before there is a pace.
fn left(elapsed: Duration, done: u64, total: u64) -> Option<Duration> {
    if elapsed < Duration::from_secs(1) {
        return None;
    }
    let ms = elapsed.as_millis().checked_mul(u128::from(total.saturating_sub(done)))?;
    u64::try_from(ms.checked_div(done.into())?).ok().map(Duration::from_millis)
}

/// stderr, unless nobody wants it; indicatif draws nothing where it is no terminal.
fn target(quiet: bool) -> ProgressDrawTarget {
    if quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() }
}

impl Drop for ByteProgress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_takes_as_long_as_what_is_done() {
        let second = Duration::from_secs;
        assert_eq!(left(second(82), 3, 6), Some(second(82)));
        assert_eq!(left(second(10), 5, 6), Some(second(2)));
        assert_eq!(left(second(10), 6, 6), Some(second(0)));
        assert_eq!((left(second(10), 0, 6), left(second(0), 1, 6)), (None, None));
        assert_eq!(left(second(u64::MAX), 1, u64::MAX), None);
    }
}
