//! Input: files as bytes, and what to say where they cannot be read.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use crate::diagnostic::{Code, Diagnostic, Diagnostics};

/// The largest file that is read.
const LARGEST: u64 = 2 << 30;

/// A path, or what of it is text.
pub fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// What is read from `path`, for people: `-` is stdin.
pub fn source(path: &Path) -> String {
    if path.as_os_str() == "-" { "stdin".to_owned() } else { shown(path) }
}

/// The most files that one command reads.
const MOST: usize = 10_000;

/// The files that `paths` name, in order: a pattern such as `logs/*.csv` that the shell has left as it
/// is stands for what it matches, sorted.
pub fn expanded(paths: &[PathBuf], problems: &mut Diagnostics) -> Vec<PathBuf> {
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
        problems.push(Diagnostic::new(Code::Usage, "stdin can be read only once", help));
    }
    if files.len() > MOST {
        let message = format!("{} files are more than {MOST}", files.len());
        problems.push(Diagnostic::new(Code::TooLarge, message, "join them, or give a part of them"));
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
        let help = "`*` stands for any text in a name, `**` for any folders, `?` for one character";
        Diagnostic::new(Code::File, message, help).in_file(text.as_str())
    };
    let found =
        glob::glob(&text).map_err(|error| refuse(format!("the pattern is malformed: {}", error.msg)))?;
    let found: Vec<PathBuf> = found.take(MOST + 1).filter_map(Result::ok).filter(|it| !it.is_dir()).collect();
    if found.is_empty() { Err(refuse("no file matches the pattern".to_owned())) } else { Ok(found) }
}

/// The bytes of `path`; of stdin where it is `-`.
pub fn bytes(path: &Path) -> Result<Vec<u8>, Diagnostic> {
    let read = if path.as_os_str() == "-" { limited(io::stdin().lock()) } else { opened(path) };
    match read {
        Ok(Some(bytes)) => {
            keep(path, &bytes);
            Ok(bytes)
        }
        Ok(None) => {
            let message = "the file is larger than 2 GiB";
            let help =
                "cut it into parts; what `demand` reads at any size is in docs/performance.md, Reading";
            Err(Diagnostic::new(Code::TooLarge, message, help).in_file(shown(path)))
        }
        Err(error) => {
            let message = format!("the file cannot be read: {}", reason(&error));
            Err(Diagnostic::new(Code::File, message, "name a file you may read").in_file(shown(path)))
        }
    }
}

/// What came out of pipes, by path: they cannot be read again.
static PIPED: Mutex<BTreeMap<PathBuf, Vec<u8>>> = Mutex::new(BTreeMap::new());

/// Keeps what came out of a pipe, if it is not too large, so that problems can show their lines.
fn keep(path: &Path, bytes: &[u8]) {
    const MOST: usize = 4 << 20;
    if bytes.len() <= MOST
        && !path.is_file()
        && let Ok(mut piped) = PIPED.lock()
    {
        piped.insert(path.to_owned(), bytes.to_vec());
    }
}

/// The bytes of `path` once more, to show a line of it: at most `most`, and none of what cannot be had again.
pub fn again(path: &Path, most: u64) -> Option<Vec<u8>> {
    if !path.is_file() {
        return PIPED.lock().ok()?.get(path).cloned();
    }
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(most + 1).read_to_end(&mut bytes).ok()?;
    (bytes.len() as u64 <= most).then_some(bytes)
}

/// The text of `path`, which must be UTF-8.
pub fn text(path: &Path) -> Result<String, Diagnostic> {
    String::from_utf8(bytes(path)?).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        let lines = error.as_bytes().iter().take(good).filter(|byte| **byte == b'\n').count();
        let message = format!("byte {} of the file is not UTF-8", good + 1);
        Diagnostic::new(Code::Encoding, message, "save the file in UTF-8")
            .in_file(shown(path))
            .at_line(lines as u64 + 1)
    })
}

fn opened(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let file = File::open(path)?;
    let there = file.metadata()?;
    if there.is_dir() {
        return Err(ErrorKind::IsADirectory.into());
    }
    if there.len() > LARGEST { Ok(None) } else { limited(file) }
}

/// All bytes, unless they are too many; what has no length (a pipe) is measured while it is read.
fn limited(source: impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    source.take(LARGEST + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= LARGEST).then_some(bytes))
}

/// Why the system refused, in plain words.
pub fn reason(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "there is no such file or folder".to_owned(),
        ErrorKind::PermissionDenied => "you may not".to_owned(),
        ErrorKind::IsADirectory => "it is a folder".to_owned(),
        _ => error.to_string(),
    }
}
