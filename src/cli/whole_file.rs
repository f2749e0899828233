//! Whole file: a file that appears whole or not at all.
//!
//! It is written under another name beside its place and renamed at the end; Ctrl-C takes it away.
//! What is no regular file (a pipe, a terminal) is written as it is.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::input::{reason, shown};
use super::unfinished_file::UnfinishedFile;
use crate::diagnostic::{Code, Diagnostic};

/// A file in the making; dropped before [`WholeFile::finish`], it leaves nothing behind.
#[derive(Debug)]
pub(super) struct WholeFile {
    named: PathBuf,
    place: PathBuf,
    temporary: Option<UnfinishedFile>,
    writer: BufWriter<File>,
}

impl WholeFile {
    /// Begins the file `path`.
    pub(super) fn create(path: &Path) -> Result<Self, Diagnostic> {
        Self::begin(path).map_err(|error| unwritten(path, &error))
    }

    fn begin(path: &Path) -> io::Result<Self> {
        // Through a symbolic link the file it leads to is replaced, not the link.
        let place = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let found = fs::metadata(&place).ok();
        let (file, temporary) = match &found {
            Some(there) if !there.is_file() => (OpenOptions::new().write(true).open(&place)?, None),
            _ => {
                let (file, temporary) = UnfinishedFile::create_in(folder_of(&place), 0o666)?;
                (file, Some(temporary))
            }
        };
        if let (Some(there), Some(path)) = (found, temporary.as_ref().and_then(UnfinishedFile::path)) {
            fs::set_permissions(path, there.permissions())?;
        }
        Ok(Self { named: path.to_owned(), place, temporary, writer: BufWriter::new(file) })
    }

    /// Puts the file in its place.
    pub(super) fn finish(mut self) -> Result<(), Diagnostic> {
        self.put_in_place().map_err(|error| unwritten(&self.named, &error))
    }

    fn put_in_place(&mut self) -> io::Result<()> {
        self.writer.flush()?;
        self.temporary.take().map_or(Ok(()), |temporary| temporary.persist(&self.place))
    }
}

/// The folder that `path` is in.
pub(super) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

impl Write for WholeFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

/// A file that cannot be written.
pub(super) fn unwritten(path: &Path, error: &io::Error) -> Diagnostic {
    let message = format!("cannot write the file: {}", reason(error));
    Diagnostic::new(Code::File, message, "use a folder with write permission").in_file(shown(path))
}
