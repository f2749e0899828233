//! Interrupt: what is left to do when Ctrl-C or the system ends the program: take unfinished files away.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, Once};

/// Files in the making. Whoever makes, places or removes one holds the lock, so that none is missed.
static UNFINISHED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());
static WATCH: Once = Once::new();

/// How a program ends that a signal has ended: 128 and the number of SIGINT.
const INTERRUPTED: i32 = 130;

/// The list of unfinished files, locked.
#[derive(Debug)]
pub(super) struct Unfinished(MutexGuard<'static, Vec<PathBuf>>);

impl Unfinished {
    /// Waits for its turn.
    pub(super) fn lock() -> Self {
        WATCH.call_once(|| {
            // Where no handler can be set, a file that is cut off stays under its temporary name.
            let _ = ctrlc::set_handler(end);
        });
        Self(UNFINISHED.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    /// `file` is in the making.
    pub(super) fn add(&mut self, file: &Path) {
        self.0.push(file.to_owned());
    }

    /// `file` is in its place, or gone.
    pub(super) fn remove(&mut self, file: &Path) {
        self.0.retain(|other| other != file);
    }
}

fn end() {
    let files = Unfinished::lock();
    for file in &*files.0 {
        let _ = std::fs::remove_file(file);
    }
    // The lock is still held: nothing more is put in place.
    std::process::exit(INTERRUPTED);
}
