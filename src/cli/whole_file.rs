//! Whole file: a file that appears whole or not at all.
//!
//! It is written under another name beside its place and renamed at the end; Ctrl-C takes it away.
//! What is no regular file (a pipe, a terminal) is written as it is.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, TempDir, TempPath};

use super::input::{reason, shown};
use super::interrupt::Unfinished;
use crate::diagnostic::{Code, Diagnostic};

/// A file in the making; dropped before [`WholeFile::finish`], it leaves nothing behind.
#[derive(Debug)]
pub(super) struct WholeFile {
    named: PathBuf,
    place: PathBuf,
    temporary: Option<TempPath>,
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
                let mut unfinished = Unfinished::lock();
                let (file, temporary) = builder(0o666).tempfile_in(folder_of(&place))?.into_parts();
                unfinished.add(&temporary);
                (file, Some(temporary))
            }
        };
        if let (Some(there), Some(temporary)) = (found, &temporary) {
            fs::set_permissions(temporary, there.permissions())?;
        }
        Ok(Self { named: path.to_owned(), place, temporary, writer: BufWriter::new(file) })
    }

    /// Puts the file in its place.
    pub(super) fn finish(mut self) -> Result<(), Diagnostic> {
        self.put_in_place().map_err(|error| unwritten(&self.named, &error))
    }

    fn put_in_place(&mut self) -> io::Result<()> {
        self.writer.flush()?;
        let Some(temporary) = self.temporary.take() else { return Ok(()) };
        let mut unfinished = Unfinished::lock();
        let path = temporary.to_path_buf();
        let placed = temporary.persist(&self.place).map_err(|error| error.error);
        unfinished.remove(&path);
        placed
    }
}

/// A new folder in `parent`, which is gone when it is dropped.
pub(super) fn folder_in(parent: &Path) -> io::Result<TempDir> {
    builder(0o777).tempdir_in(parent)
}

/// The folder that `path` is in.
pub(super) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Names of files in the making; `mode` is what a file made without them would have.
fn builder(mode: u32) -> Builder<'static, 'static> {
    let mut builder = Builder::new();
    builder.prefix(".eniplan-").suffix(".tmp");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(mode));
    #[cfg(not(unix))]
    let _ = mode;
    builder
}

impl Write for WholeFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

impl Drop for WholeFile {
    fn drop(&mut self) {
        if let Some(temporary) = self.temporary.take() {
            let mut unfinished = Unfinished::lock();
            let path = temporary.to_path_buf();
            // A leftover that cannot be removed does no harm.
            let _ = temporary.close();
            unfinished.remove(&path);
        }
    }
}

/// A file that cannot be written.
pub(super) fn unwritten(path: &Path, error: &io::Error) -> Diagnostic {
    let message = format!("cannot write the file: {}", reason(error));
    Diagnostic::new(Code::File, message, "use a folder with write permission").in_file(shown(path))
}
