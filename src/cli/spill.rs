//! Spill: sorted rows that are kept in a temporary file while the rest of a log is read.
//!
//! The file lies in the system's folder for such (`TMPDIR`), 16 bytes a row, and goes when the reading ends, when it
//! fails, and on Ctrl-C.

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, BufWriter, ErrorKind, Read, Seek, SeekFrom, Write};
use std::rc::Rc;

use super::input::reason;
use super::output::note;
use super::progress::ByteProgress;
use super::unfinished_file::UnfinishedFile;
use crate::import::{EachRow, KeptRun, RunKeeper, RunsInMemory};
use crate::trace::block::CallRow;

/// What all runs together may have in memory while they are merged, bytes.
const BUFFERS: usize = 32 << 20;
/// What a run has at most, and at least.
const BUFFER: (usize, usize) = (1 << 20, 4 << 10);

/// Keeps runs in a temporary file; where that is not possible, in memory.
#[derive(Debug)]
pub(super) struct Spill {
    quiet: bool,
    file: Option<SpillFile>,
    /// Runs that came after those in the file.
    rest: Option<RunsInMemory>,
}

impl Spill {
    /// An empty one.
    pub(super) const fn new(quiet: bool) -> Self {
        Self { quiet, file: None, rest: None }
    }

    fn keep(&mut self, rows: &EachRow<'_>) -> io::Result<()> {
        match &mut self.file {
            Some(file) => file.push(rows),
            None => self.file.insert(SpillFile::create()?).push(rows),
        }
    }
}

impl RunKeeper for Spill {
    fn begin(&mut self) {
        (self.file, self.rest) = (None, None);
    }

    fn push(&mut self, rows: &EachRow<'_>) {
        if self.rest.is_none()
            && let Err(error) = self.keep(rows)
        {
            let text = "cannot sort the rows in the folder for temporary files (TMPDIR)";
            note(&format!("{text}: {}", reason(&error)), self.quiet);
            self.rest = Some(RunsInMemory::default());
        }
        if let Some(rest) = &mut self.rest {
            rest.push(rows);
        }
    }

    fn runs(&self) -> Vec<KeptRun<'_>> {
        let kept = self.file.iter().flat_map(|file| file.runs(self.quiet));
        let kept = kept.map(|run| -> KeptRun<'_> { Box::new(run) });
        kept.chain(self.rest.iter().flat_map(RunsInMemory::runs)).collect()
    }
}

/// A temporary file of runs.
#[derive(Debug)]
struct SpillFile {
    /// Takes the file away when it is dropped.
    #[allow(dead_code)]
    name: UnfinishedFile,
    file: Rc<RefCell<File>>,
    /// Where each run ends, bytes.
    ends: Vec<u64>,
}

impl SpillFile {
    /// One that nobody else may read, where the system knows of that.
    fn create() -> io::Result<Self> {
        let (file, name) = UnfinishedFile::create_in(&std::env::temp_dir(), 0o600)?;
        Ok(Self { name, file: Rc::new(RefCell::new(file)), ends: Vec::new() })
    }

    fn push(&mut self, rows: &EachRow<'_>) -> io::Result<()> {
        let mut file = self.file.try_borrow_mut().map_err(|_| ErrorKind::ResourceBusy)?;
        // What a run that failed has left is written over.
        file.seek(SeekFrom::Start(self.length()))?;
        let mut writer = BufWriter::with_capacity(BUFFER.0, &mut *file);
        let mut length = self.length();
        rows(&mut |row| {
            length += CallRow::BYTES as u64;
            writer.write_all(&row.kept())
        })?;
        writer.flush()?;
        drop(writer);
        drop(file);
        self.ends.push(length);
        Ok(())
    }

    /// How many bytes all runs have.
    fn length(&self) -> u64 {
        self.ends.last().copied().unwrap_or_default()
    }

    fn runs(&self, quiet: bool) -> Vec<SpilledRun> {
        let most =
            (BUFFERS / self.ends.len().max(1)).clamp(BUFFER.1, BUFFER.0) / CallRow::BYTES * CallRow::BYTES;
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        let progress = Rc::new(ByteProgress::new(self.length(), quiet));
        let run = |(at, end)| {
            let (file, progress) = (Rc::clone(&self.file), Rc::clone(&progress));
            SpilledRun { file, progress, at, end, most, bytes: Vec::new(), next: 0 }
        };
        starts.zip(self.ends.iter().copied()).map(run).collect()
    }
}

/// The rows of a run, in order.
#[derive(Debug)]
struct SpilledRun {
    file: Rc<RefCell<File>>,
    progress: Rc<ByteProgress>,
    at: u64,
    end: u64,
    most: usize,
    bytes: Vec<u8>,
    next: usize,
}

impl SpilledRun {
    fn fill(&mut self) -> io::Result<()> {
        let left = usize::try_from(self.end - self.at).map_or(self.most, |left| left.min(self.most));
        self.bytes.resize(left, 0);
        let mut file = self.file.try_borrow_mut().map_err(|_| ErrorKind::ResourceBusy)?;
        file.seek(SeekFrom::Start(self.at))?;
        file.read_exact(&mut self.bytes)?;
        self.at += self.bytes.len() as u64;
        self.progress.add(self.bytes.len() as u64);
        self.next = 0;
        Ok(())
    }
}

impl Iterator for SpilledRun {
    type Item = io::Result<CallRow>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.next >= self.bytes.len() {
            if self.at >= self.end {
                return None;
            }
            if let Err(error) = self.fill() {
                return Some(Err(error));
            }
        }
        let row = self.bytes.get(self.next..)?.first_chunk().copied().map(CallRow::of)?;
        self.next += CallRow::BYTES;
        Some(Ok(row))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn runs_come_back_as_they_went_and_the_file_goes() {
        let mut spill = Spill::new(true);
        let run = |from: i64, n: i64| -> Vec<CallRow> {
            (from..from + n).map(|at| CallRow::new(at, 7, u32::MAX).unwrap()).collect()
        };
        let runs = [run(-5, 200_000), run(3, 0), run(-(1 << 40), 3)];
        let push = |spill: &mut Spill, run: &[CallRow]| {
            spill.push(&|take| run.iter().try_for_each(|row| take(*row)));
        };
        push(&mut spill, &runs[0]);
        assert_eq!(spill.file.as_ref().unwrap().length(), 16 * 200_000);
        // One that fails leaves nothing behind in the file.
        let failed = spill.keep(&|take| take(runs[2][0]).and_then(|()| Err(ErrorKind::StorageFull.into())));
        assert!(failed.is_err());
        push(&mut spill, &runs[1]);
        spill.rest = Some(RunsInMemory::default());
        push(&mut spill, &runs[2]);
        for (kept, run) in spill.runs().into_iter().zip(&runs) {
            assert_eq!(&kept.collect::<io::Result<Vec<CallRow>>>().unwrap(), run);
        }
        let path = spill.file.as_ref().unwrap().name.path().unwrap().to_owned();
        assert!(path.exists());
        spill.begin();
        assert!(!path.exists());
    }
}
