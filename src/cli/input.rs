//! Input: files as bytes, and what to say where they cannot be read.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use crate::diagnostic::{Code, Diagnostic};

/// The largest file that is read.
const LARGEST: u64 = 2 << 30;

/// A path, or what of it is text.
pub fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// The bytes of `path`; of stdin where it is `-`.
pub fn bytes(path: &Path) -> Result<Vec<u8>, Diagnostic> {
    let read = if path.as_os_str() == "-" { limited(io::stdin().lock()) } else { opened(path) };
    match read {
        Ok(Some(bytes)) => Ok(bytes),
        Ok(None) => {
            let message = "the file is larger than 2 GiB";
            Err(Diagnostic::new(Code::TooLarge, message, "cut it into parts").in_file(shown(path)))
        }
        Err(error) => {
            let message = format!("the file cannot be read: {}", reason(&error));
            Err(Diagnostic::new(Code::File, message, "name a file you may read").in_file(shown(path)))
        }
    }
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
