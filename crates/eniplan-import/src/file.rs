//! File: what the readers are given: a name, and bytes that whoever calls opens.

use std::error::Error;
use std::fmt;
use std::io::{self, ErrorKind, Read};

use eniplan_core::diagnostic::{Code, Diagnostic};

/// Bytes that are read from their beginning to their end.
pub trait FileBytes: fmt::Debug + Sync {
    /// Opens them.
    fn open(&self) -> io::Result<Box<dyn Read + '_>>;

    /// Whether they can be opened more than once, as a pipe's cannot.
    fn open_again(&self) -> bool {
        true
    }
}

impl<T: AsRef<[u8]> + fmt::Debug + Sync> FileBytes for T {
    fn open(&self) -> io::Result<Box<dyn Read + '_>> {
        Ok(Box::new(self.as_ref()))
    }
}

/// A file.
#[derive(Clone, Copy, Debug)]
pub struct InputFile<'a> {
    /// The file, as the user named it.
    pub name: &'a str,
    /// What is in it.
    pub bytes: &'a dyn FileBytes,
}

/// Files that say more about the functions of a trace file.
#[derive(Clone, Copy, Debug, Default)]
pub struct Companions<'a> {
    /// How long their invocations last.
    pub durations: Option<InputFile<'a>>,
    /// How much memory they take.
    pub memory: Option<InputFile<'a>>,
    /// Durations and memory that nobody named: they are read where the format has such files, and otherwise left.
    pub beside: [Option<InputFile<'a>>; 2],
}

impl<'a> Companions<'a> {
    /// Durations and memory of a format that has such files.
    pub fn wanted(&self) -> [Option<InputFile<'a>>; 2] {
        let [durations, memory] = self.beside;
        [self.durations.or(durations), self.memory.or(memory)]
    }
}

/// A problem that a reader inside found.
#[derive(Debug)]
pub(crate) struct Refused(pub Box<Diagnostic>);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Error for Refused {}

/// Why the system refused, in plain words.
pub fn reason(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "no such file or folder".to_owned(),
        ErrorKind::PermissionDenied => "permission denied".to_owned(),
        ErrorKind::IsADirectory => "it is a folder".to_owned(),
        _ => error.to_string(),
    }
}

/// That the file `name` cannot be read.
pub fn unreadable(name: &str, error: &io::Error) -> Diagnostic {
    let message = format!("cannot read the file: {}", reason(error));
    Diagnostic::new(Code::File, message, "check the path and its permissions").in_file(name)
}
