//! Whole file: a file that appears whole or not at all.
//!
//! It is written under another name beside its place and renamed at the end; Ctrl-C takes it away.
//! What is no regular file (a pipe, a terminal) is written as it is.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::input::{reason, shown};
use super::interrupt::Unfinished;

use crate::diagnostic::{Code, Diagnostic};

/// A file in the making; dropped before [`WholeFile::finish`], it leaves nothing behind.
#[derive(Debug)]
pub struct WholeFile {
    named: PathBuf,
    place: PathBuf,
    temporary: Option<PathBuf>,
    writer: Option<BufWriter<File>>,
}

impl WholeFile {
    /// Begins the file `path`.
    pub fn create(path: &Path) -> Result<Self, Diagnostic> {
        Self::begin(path).map_err(|error| unwritten(path, &error))
    }

    fn begin(path: &Path) -> io::Result<Self> {
        // Through a symbolic link the file it leads to is replaced, not the link.
        let place = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let found = fs::metadata(&place).ok();
        let (file, temporary) = match &found {
            Some(there) if !there.is_file() => (OpenOptions::new().write(true).open(&place)?, None),
            _ => {
                let (file, temporary) = beside(&place)?;
                (file, Some(temporary))
            }
        };
        let whole = Self { named: path.to_owned(), place, temporary, writer: Some(BufWriter::new(file)) };
        if let (Some(there), Some(temporary)) = (found, &whole.temporary) {
            fs::set_permissions(temporary, there.permissions())?;
        }
        Ok(whole)
    }

    /// Puts the file in its place.
    pub fn finish(mut self) -> Result<(), Diagnostic> {
        self.settle().map_err(|error| unwritten(&self.named, &error))
    }

    fn settle(&mut self) -> io::Result<()> {
        if let Some(mut writer) = self.writer.take() {
            writer.flush()?;
        }
        if let Some(temporary) = &self.temporary {
            let mut unfinished = Unfinished::lock();
            fs::rename(temporary, &self.place)?;
            unfinished.remove(temporary);
        }
        self.temporary = None;
        Ok(())
    }
}

/// A new file in the folder of `place`.
fn beside(place: &Path) -> io::Result<(File, PathBuf)> {
    let folder = match place.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut number = 0_u32;
    let mut unfinished = Unfinished::lock();
    loop {
        let name = folder.join(format!(".eniplan-{}-{number}.tmp", std::process::id()));
        match OpenOptions::new().write(true).create_new(true).open(&name) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < 1_000 => number += 1,
            made => {
                let file = made?;
                unfinished.add(&name);
                return Ok((file, name));
            }
        }
    }
}

impl Write for WholeFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.as_mut().map_or(Ok(bytes.len()), |writer| writer.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.as_mut().map_or(Ok(()), Write::flush)
    }
}

impl Drop for WholeFile {
    fn drop(&mut self) {
        if let Some(temporary) = self.temporary.take() {
            // It was never finished; a leftover that cannot be removed does no harm.
            let mut unfinished = Unfinished::lock();
            let _ = fs::remove_file(&temporary);
            unfinished.remove(&temporary);
        }
    }
}

/// A file that cannot be written.
pub fn unwritten(path: &Path, error: &io::Error) -> Diagnostic {
    let message = format!("the file cannot be written: {}", reason(error));
    Diagnostic::new(Code::File, message, "name a file in a folder you may write to").in_file(shown(path))
}
