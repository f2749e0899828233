//! Blocks: a file read in blocks of whole lines, on a thread of its own.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::progress::ByteProgress;
use crate::import::blocks::{header, whole_lines};

/// The size of a block, bytes: a few are in the processor's caches at a time.
const SIZE: usize = 2 << 20;
/// A line longer than this is not traffic.
const LONGEST_LINE: usize = 16 << 20;
/// What is looked at to know the format: a header of a day of minutes is 7 KB.
const SAMPLE: usize = 1 << 20;

/// The beginning of a file.
#[derive(Debug)]
pub struct Beginning {
    file: File,
    /// The length of the file, bytes.
    pub length: u64,
    bytes: Vec<u8>,
    /// Where the rows begin.
    rows: usize,
}

impl Beginning {
    /// Of the file `path`; nothing where it cannot be read twice, or does not begin with a line.
    pub fn of(path: &Path) -> Option<Self> {
        let about = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file)?;
        let mut file = File::open(path).ok()?;
        let mut bytes = Vec::new();
        file.by_ref().take(SAMPLE as u64).read_to_end(&mut bytes).ok()?;
        let (_, rows) = header(&bytes)?;
        Some(Self { file, length: about.len(), bytes, rows })
    }

    /// The first line, without its end.
    pub fn header(&self) -> &str {
        header(&self.bytes).map_or("", |(line, _)| line)
    }

    /// The header and the first row, with their ends; nothing where there is no whole row.
    pub fn sample(&self) -> Option<&[u8]> {
        let mut from = self.rows;
        loop {
            let rest = self.bytes.get(from..)?;
            let end = memchr::memchr(b'\n', rest)? + 1;
            from += end;
            if !rest.get(..end)?.trim_ascii().is_empty() {
                return self.bytes.get(..from);
            }
        }
    }

    /// The rows in blocks.
    pub fn blocks(self, quiet: bool) -> Blocks {
        let (full, filled) = sync_channel(4);
        let (empty, emptied) = channel();
        let progress = ByteProgress::new(self.length, quiet);
        progress.add(self.rows as u64);
        std::thread::spawn(move || {
            let mut rest = self.bytes.get(self.rows..).unwrap_or_default().to_vec();
            let told = read(self.file, &mut rest, &full, &emptied);
            if let Err(error) = told {
                let _ = full.send(Err(error));
            }
        });
        Blocks { filled, empty, progress }
    }
}

/// Sends blocks of whole lines until the file ends or nobody wants more; `rest` is what is read already.
fn read(
    mut file: File,
    rest: &mut Vec<u8>,
    full: &SyncSender<io::Result<Vec<u8>>>,
    emptied: &Receiver<Vec<u8>>,
) -> io::Result<()> {
    loop {
        let mut block = emptied.try_recv().unwrap_or_default();
        block.clear();
        block.append(rest);
        let wanted = (block.len() + SIZE / 4).max(SIZE);
        let missing = (wanted - block.len()) as u64;
        let is_last = (file.by_ref().take(missing).read_to_end(&mut block)? as u64) < missing;
        let whole = if is_last { block.len() } else { whole_lines(&block) };
        if whole == 0 && block.len() > LONGEST_LINE {
            return Err(io::ErrorKind::InvalidData.into());
        }
        rest.extend_from_slice(block.get(whole..).unwrap_or_default());
        block.truncate(whole);
        if full.send(Ok(block)).is_err() || is_last {
            return Ok(());
        }
    }
}

/// What was made of the blocks in order, or what was made up to a failure, and that.
pub type Made<T, E> = io::Result<Result<Vec<T>, (Vec<T>, E)>>;

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The blocks of a file, in order.
#[derive(Debug)]
pub struct Blocks {
    filled: Receiver<io::Result<Vec<u8>>>,
    empty: Sender<Vec<u8>>,
    progress: ByteProgress,
}

impl Blocks {
    /// The next blocks, at most `most`; none at the end.
    pub fn next(&mut self, most: usize) -> io::Result<Vec<Vec<u8>>> {
        let blocks: Vec<Vec<u8>> = self.filled.iter().take(most).collect::<io::Result<_>>()?;
        self.progress.add(blocks.iter().map(|block| block.len() as u64).sum());
        Ok(blocks)
    }

    /// What `each` makes of every block, in order, by as many threads as there are; or the first failure.
    /// A block is asked for as soon as a thread is free.
    pub fn map<T: Send, E: Send>(self, each: impl Fn(&[u8]) -> Result<T, E> + Sync) -> Made<T, E> {
        let Self { filled, empty, progress } = self;
        let source = Mutex::new((filled, 0_usize));
        let found = Mutex::new((BTreeMap::new(), false));
        let next = || {
            if locked(&found).1 {
                return None;
            }
            let mut source = locked(&source);
            let block = source.0.recv().ok()?;
            source.1 += 1;
            Some((source.1, block))
        };
        let work = |_: rayon::BroadcastContext<'_>| {
            while let Some((number, block)) = next() {
                let made = block.map(|block| {
                    let made = each(&block);
                    progress.add(block.len() as u64);
                    // The reader may have come to the end.
                    let _ = empty.send(block);
                    made
                });
                let mut found = locked(&found);
                found.1 |= !matches!(made, Ok(Ok(_)));
                found.0.insert(number, made);
            }
        };
        rayon::broadcast(work);
        let (made, _) = found.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut all = Vec::with_capacity(made.len());
        // Blocks are handed out in order, so that none before a failure is missing.
        for made in made.into_values() {
            match made? {
                Ok(made) => all.push(made),
                Err(failure) => return Ok(Err((all, failure))),
            }
        }
        Ok(Ok(all))
    }

    /// Takes blocks that are done with, to be filled again.
    pub fn give_back(&self, blocks: Vec<Vec<u8>>) {
        for block in blocks {
            // The reader may have come to the end.
            let _ = self.empty.send(block);
        }
    }
}
