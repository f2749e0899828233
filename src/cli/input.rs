//! Input: files and pipes to be read, and what to say where they cannot be.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use super::progress::ByteProgress;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
pub(super) use crate::import::reason;
use crate::import::{FileBytes, too_large, unreadable};

/// The largest file that is read whole.
const LARGEST: u64 = 2 << 30;

/// A path, or what of it is text.
pub(super) fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// What is read from `path`, for people: `-` is stdin.
pub(super) fn source(path: &Path) -> String {
    if path.as_os_str() == "-" { "stdin".to_owned() } else { shown(path) }
}

/// The most files that one command reads.
const MOST: usize = 10_000;

/// The files that `paths` name, in order: a pattern such as `logs/*.csv` that the shell has left as it
/// is stands for what it matches, sorted.
pub(super) fn expanded(paths: &[PathBuf], problems: &mut Diagnostics) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = Vec::new();
    for path in paths {
        match matches(path) {
            Ok(found) => files.extend(found),
            Err(problem) => problems.push(problem),
        }
    }
    let twice = paths.iter().filter(|path| path.as_os_str() == "-").count() > 1;
    if twice {
        let help = "give `-` once";
        problems.push(Diagnostic::new(Code::Usage, "stdin can only be read once", help));
    }
    if files.len() > MOST {
        let message = format!("too many files: {} (limit {MOST})", files.len());
        problems.push(Diagnostic::new(Code::TooLarge, message, "join them, or pass fewer"));
        files.clear();
    }
    files
}

fn matches(path: &Path) -> Result<Vec<PathBuf>, Diagnostic> {
    let text = shown(path);
    // A file that is really called so is meant.
    if !text.contains(['*', '?', '[']) || path.exists() {
        return Ok(vec![path.to_owned()]);
    }
    let refuse = |message: String| {
        let help = "`*` matches any text in a name, `**` any folders, `?` one character";
        Diagnostic::new(Code::File, message, help).in_file(text.as_str())
    };
    let found = glob::glob(&text).map_err(|error| refuse(format!("malformed pattern: {}", error.msg)))?;
    let found: Vec<PathBuf> =
        found.take(MOST + 1).filter_map(Result::ok).filter(|path| !path.is_dir()).collect();
    if found.is_empty() { Err(refuse("no file matches the pattern".to_owned())) } else { Ok(found) }
}

/// A file or a pipe, to be read.
#[derive(Debug)]
pub(super) struct InputBytes {
    path: PathBuf,
    /// Whether nobody wants to see how far it is read; nothing where nobody ever sees that.
    quiet: Option<bool>,
}

impl InputBytes {
    /// Of `path`, or stdin where it is `-`, if it can be read; `quiet` says whether a bar is shown.
    pub(super) fn find(path: &Path, quiet: Option<bool>) -> Result<Self, Diagnostic> {
        if path.as_os_str() != "-" {
            regular(path).map_err(|error| unreadable(&shown(path), &error))?;
        }
        Ok(Self { path: path.to_owned(), quiet })
    }
}

impl FileBytes for InputBytes {
    fn open(&self) -> io::Result<Box<dyn Read + '_>> {
        if self.path.as_os_str() == "-" {
            return Ok(Box::new(Piped { inner: io::stdin().lock(), path: &self.path, kept: Vec::new() }));
        }
        match (regular(&self.path)?, self.quiet) {
            (None, _) => {
                let inner = File::open(&self.path)?;
                Ok(Box::new(Piped { inner, path: &self.path, kept: Vec::new() }))
            }
            (Some((file, _)), None) => Ok(Box::new(file)),
            (Some((file, length)), Some(quiet)) => {
                Ok(Box::new(ByteProgress::new(length, quiet).of_reading(file)))
            }
        }
    }

    fn open_again(&self) -> bool {
        self.path.is_file()
    }
}

/// The file `path` and its length; nothing of what is no regular file, which can be opened but once.
fn regular(path: &Path) -> io::Result<Option<(File, u64)>> {
    let there = std::fs::metadata(path)?;
    match there.is_dir() {
        true => Err(ErrorKind::IsADirectory.into()),
        false if there.is_file() => Ok(Some((File::open(path)?, there.len()))),
        false => Ok(None),
    }
}

/// What comes out of a pipe, of which the beginning is kept.
struct Piped<'a, R> {
    inner: R,
    path: &'a Path,
    kept: Vec<u8>,
}

/// A pipe with more than this is not kept.
const KEPT: usize = 4 << 20;

impl<R: Read> Read for Piped<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(into)?;
        if self.kept.len() <= KEPT {
            self.kept.extend_from_slice(into.get(..read).unwrap_or_default());
        }
        Ok(read)
    }
}

impl<R> Drop for Piped<'_, R> {
    /// Keeps what came out, if it is not too large, so that problems can show their lines.
    fn drop(&mut self) {
        if self.kept.len() <= KEPT
            && let Ok(mut piped) = PIPED.lock()
        {
            piped.insert(self.path.to_owned(), std::mem::take(&mut self.kept));
        }
    }
}

/// All bytes of `path`; of stdin where it is `-`.
fn bytes(path: &Path) -> Result<Vec<u8>, Diagnostic> {
    let found = InputBytes::find(path, None)?;
    let mut bytes = Vec::new();
    let read = found.open().and_then(|opened| opened.take(LARGEST + 1).read_to_end(&mut bytes));
    read.map_err(|error| unreadable(&shown(path), &error))?;
    if bytes.len() as u64 > LARGEST {
        return Err(too_large(&shown(path)));
    }
    Ok(bytes)
}

/// What came out of pipes, by path: they cannot be read again.
static PIPED: Mutex<BTreeMap<PathBuf, Vec<u8>>> = Mutex::new(BTreeMap::new());

/// The bytes of `path` once more, to show a line of it: at most `most`, and none of what cannot be had again.
pub(super) fn again(path: &Path, most: u64) -> Option<Vec<u8>> {
    if !path.is_file() {
        return PIPED.lock().ok()?.get(path).cloned();
    }
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(most + 1).read_to_end(&mut bytes).ok()?;
    (bytes.len() as u64 <= most).then_some(bytes)
}

/// The text of `path`, which must be UTF-8.
pub(super) fn text(path: &Path) -> Result<String, Diagnostic> {
    String::from_utf8(bytes(path)?).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        let lines = error.as_bytes().iter().take(good).filter(|byte| **byte == b'\n').count();
        let message = format!("byte {} of the file is not UTF-8", good + 1);
        Diagnostic::new(Code::Encoding, message, "save the file in UTF-8")
            .in_file(shown(path))
            .at_line(lines as u64 + 1)
    })
}
