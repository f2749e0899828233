//! Unfinished file: a temporary file that is gone when it is dropped, and on Ctrl-C.

use std::fs::File;
use std::io;
use std::path::Path;

use tempfile::{Builder, TempDir, TempPath};

use super::interrupt::Unfinished;

/// The name of a file in the making.
#[derive(Debug)]
pub(super) struct UnfinishedFile {
    path: Option<TempPath>,
}

impl UnfinishedFile {
    /// A new file in `folder`; `mode` is what a file made without this would have.
    pub(super) fn create_in(folder: &Path, mode: u32) -> io::Result<(File, Self)> {
        let mut unfinished = Unfinished::lock();
        let (file, path) = builder(mode).tempfile_in(folder)?.into_parts();
        unfinished.add(&path);
        Ok((file, Self { path: Some(path) }))
    }

    /// Where it is.
    pub(super) fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Moves it to `place`, in the place of what is there.
    pub(super) fn persist(mut self, place: &Path) -> io::Result<()> {
        self.end(|path| path.persist(place).map_err(|error| error.error))
    }

    fn end(&mut self, how: impl FnOnce(TempPath) -> io::Result<()>) -> io::Result<()> {
        let Some(path) = self.path.take() else { return Ok(()) };
        let mut unfinished = Unfinished::lock();
        let name = path.to_path_buf();
        let ended = how(path);
        unfinished.remove(&name);
        ended
    }
}

impl Drop for UnfinishedFile {
    fn drop(&mut self) {
        // A leftover that cannot be removed does no harm.
        let _ = self.end(TempPath::close);
    }
}

/// A new folder in `parent`, which is gone when it is dropped.
pub(super) fn folder_in(parent: &Path) -> io::Result<TempDir> {
    builder(0o777).tempdir_in(parent)
}

fn builder(mode: u32) -> Builder<'static, 'static> {
    let mut builder = Builder::new();
    builder.prefix(".eniplan-").suffix(".tmp");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(mode));
    #[cfg(not(unix))]
    let _ = mode;
    builder
}
