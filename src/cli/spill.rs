//! Spill: sorted rows that are kept in a temporary file while the rest of a log is read.
//!
//! The file lies in the system's folder for such (`TMPDIR`), 16 bytes a row, and goes when the reading ends, when it
//! fails, and on Ctrl-C.

use std::cell::RefCell;
use std::fs::{File, OpenOptions, remove_file};
use std::io::{self, BufWriter, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::rc::Rc;

use super::interrupt::Unfinished;
use crate::trace::block::Row;

/// What all runs together may have in memory while they are merged, bytes.
const BUFFERS: usize = 32 << 20;
/// What a run has at most, and at least.
const BUFFER: (usize, usize) = (1 << 20, 4 << 10);

/// A temporary file of runs.
#[derive(Debug)]
pub struct Spill {
    path: PathBuf,
    file: Rc<RefCell<File>>,
    /// Where each run ends, bytes.
    ends: Vec<u64>,
}

impl Spill {
    /// An empty one.
    pub fn create() -> io::Result<Self> {
        let mut unfinished = Unfinished::lock();
        for number in 0.. {
            let path = std::env::temp_dir().join(format!("eniplan-{}-{number}.rows", std::process::id()));
            match private().create_new(true).open(&path) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists && number < 1_000 => {}
                made => {
                    let file = Rc::new(RefCell::new(made?));
                    unfinished.add(&path);
                    return Ok(Self { path, file, ends: Vec::new() });
                }
            }
        }
        Err(ErrorKind::AlreadyExists.into())
    }

    /// Keeps a run.
    pub fn push(&mut self, rows: &[Row]) -> io::Result<()> {
        let mut file = self.file.try_borrow_mut().map_err(|_| ErrorKind::ResourceBusy)?;
        let mut writer = BufWriter::with_capacity(BUFFER.0, &mut *file);
        rows.iter().try_for_each(|row| writer.write_all(&row.kept()))?;
        writer.flush()?;
        drop(writer);
        self.ends.push(self.length() + (rows.len() * Row::BYTES) as u64);
        Ok(())
    }

    /// How many bytes all runs have.
    pub fn length(&self) -> u64 {
        self.ends.last().copied().unwrap_or(0)
    }

    /// The runs, to be read side by side.
    pub fn runs(&self) -> Vec<Run> {
        let most = (BUFFERS / self.ends.len().max(1)).clamp(BUFFER.1, BUFFER.0) / Row::BYTES * Row::BYTES;
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        let run = |(at, end)| Run { file: Rc::clone(&self.file), at, end, most, bytes: Vec::new(), next: 0 };
        starts.zip(self.ends.iter().copied()).map(run).collect()
    }
}

/// For a file that nobody else may read, where the system knows of that.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

impl Drop for Spill {
    fn drop(&mut self) {
        let mut unfinished = Unfinished::lock();
        // What the system cannot take away is left to it.
        let _ = remove_file(&self.path);
        unfinished.remove(&self.path);
    }
}

/// The rows of a run, in order.
#[derive(Debug)]
pub struct Run {
    file: Rc<RefCell<File>>,
    at: u64,
    end: u64,
    most: usize,
    bytes: Vec<u8>,
    next: usize,
}

impl Run {
    fn fill(&mut self) -> io::Result<()> {
        let left = usize::try_from(self.end - self.at).unwrap_or(usize::MAX);
        self.bytes.resize(left.min(self.most), 0);
        let mut file = self.file.try_borrow_mut().map_err(|_| ErrorKind::ResourceBusy)?;
        file.seek(SeekFrom::Start(self.at))?;
        file.read_exact(&mut self.bytes)?;
        self.at += self.bytes.len() as u64;
        self.next = 0;
        Ok(())
    }
}

impl Iterator for Run {
    type Item = io::Result<Row>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.next >= self.bytes.len() {
            if self.at >= self.end {
                return None;
            }
            if let Err(error) = self.fill() {
                return Some(Err(error));
            }
        }
        let row = self.bytes.get(self.next..)?.first_chunk().map(Row::of)?;
        self.next += Row::BYTES;
        Some(Ok(row))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn runs_come_back_as_they_went_and_the_file_goes() {
        let mut spill = Spill::create().unwrap();
        let run = |from: i64, n: i64| -> Vec<Row> {
            (from..from + n).map(|at| Row { at, duration: 7, name: u32::MAX }).collect()
        };
        let runs = [run(-5, 200_000), run(3, 0), run(i64::MIN, 3)];
        for run in &runs {
            spill.push(run).unwrap();
        }
        assert_eq!(spill.length(), 16 * 200_003);
        for (kept, run) in spill.runs().into_iter().zip(&runs) {
            assert_eq!(&kept.collect::<io::Result<Vec<Row>>>().unwrap(), run);
        }
        let path = spill.path.clone();
        assert!(path.exists());
        drop(spill);
        assert!(!path.exists());
    }
}
