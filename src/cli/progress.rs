//! Progress: how far the reading or writing of a large file, or long work, is and how long it will take.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar on stderr; there is none where stderr is no terminal, or nobody wants it.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// Of `total` bytes.
    pub fn new(total: u64, quiet: bool) -> Self {
        let style =
            ProgressStyle::with_template("{wide_bar} {bytes}/{total_bytes}, {bytes_per_sec}, {eta} left");
        let bar = ProgressBar::with_draw_target(Some(total), target(quiet));
        Self { bar: bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar())) }
    }

    /// `bytes` more are done.
    pub fn add(&self, bytes: u64) {
        self.bar.inc(bytes);
    }
}

/// Work of a known number of steps, or of an unknown one; shown where [`Progress`] would be, and gone
/// without a trace when it is done.
#[derive(Debug)]
pub struct Work {
    bar: ProgressBar,
}

impl Work {
    /// `what` in `total` steps, with the time that is left.
    pub fn of(what: &'static str, total: u64, quiet: bool) -> Self {
        let shown = "{msg} {wide_bar} {pos} of {len}, {elapsed} gone, {eta} left";
        Self::begun(what, ProgressBar::with_draw_target(Some(total), target(quiet)), shown)
    }

    /// `what` that takes nobody knows how long, with the time it has taken.
    pub fn unknown(what: &'static str, quiet: bool) -> Self {
        let bar = ProgressBar::with_draw_target(None, target(quiet));
        Self::begun(what, bar, "{spinner} {msg}, {elapsed} gone")
    }

    fn begun(what: &'static str, bar: ProgressBar, shown: &str) -> Self {
        const TICK: Duration = Duration::from_millis(500);
        let style = ProgressStyle::with_template(shown);
        let bar = bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar())).with_message(what);
        if !bar.is_hidden() {
            bar.enable_steady_tick(TICK);
        }
        Self { bar }
    }

    /// One step more is done.
    pub fn step(&self) {
        self.bar.inc(1);
    }

    /// So many steps are done, of about so many.
    pub fn at(&self, done: u64, total: u64) {
        self.bar.set_length(total);
        self.bar.set_position(done);
    }

    /// Takes it away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        self.finish();
    }
}

/// stderr, unless nobody wants it; indicatif draws nothing where it is no terminal.
fn target(quiet: bool) -> ProgressDrawTarget {
    if quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
