//! Blocks: the text of a file as it comes, read and decoded on a thread of its own.
//!
//! Only a few blocks are in memory at a time, and what of the beginning somebody asked to see.

use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::Scope;

use super::file::InputFile;
use super::text::{LARGEST, TextFile, too_large};
use eniplan_core::diagnostic::{Code, Diagnostic};
use eniplan_core::quantity::Memory;

/// A part of a file's text.
#[derive(Debug, Default)]
pub struct TextBlock {
    /// UTF-8, of whole characters.
    pub text: Vec<u8>,
    /// Whether it is the last.
    pub is_last: bool,
}

impl TextBlock {
    /// Whether what begins with it ends with it, as far as lines go.
    pub fn ends_line(&self) -> bool {
        self.is_last || self.text.last() == Some(&b'\n')
    }
}

/// The blocks of a file, in order.
#[derive(Debug)]
pub struct TextBlocks<'a> {
    /// The file, as the user named it.
    pub file: &'a str,
    /// What was assumed to read it.
    pub notes: Vec<String>,
    filled: Receiver<Result<TextBlock, Diagnostic>>,
    empty: Sender<Vec<u8>>,
    front: TextBlock,
    /// What is wrong with the text, so that nothing it says counts.
    fatal: Option<Diagnostic>,
    given: u64,
}

impl<'a> TextBlocks<'a> {
    /// Begins to read `file` on a thread of `scope`; a packed one may become as large as `limit`.
    pub fn open<'s>(
        scope: &'s Scope<'s, 'a>,
        file: InputFile<'a>,
        limit: Memory,
    ) -> Result<Self, Diagnostic> {
        let (told, opened) = sync_channel(1);
        let (full, filled) = sync_channel(4);
        let (empty, emptied) = channel();
        scope.spawn(move || {
            let text = TextFile::open(&file, limit);
            // Whoever asked waits for this.
            let _ = told.send(text.as_ref().map(TextFile::notes).map_err(Clone::clone));
            if let Ok(text) = text {
                send(text, &full, &emptied);
            }
        });
        let lost = || unended(file.name);
        let notes = opened.recv().map_err(|_| lost())??;
        let front = TextBlock::default();
        Ok(Self { file: file.name, notes, filled, empty, front, fatal: None, given: 0 })
    }

    /// What is read of the beginning already and not taken yet.
    pub fn front(&self) -> &[u8] {
        &self.front.text
    }

    /// Whether that is all there is.
    pub const fn front_is_all(&self) -> bool {
        self.front.is_last || self.fatal.is_some()
    }

    /// Reads on until twice as much of the beginning is there, and something; false where there is no more.
    pub fn see_more(&mut self) -> bool {
        let wanted = 2 * self.front.text.len();
        let mut grown = false;
        while !self.front_is_all() && self.front.text.len() <= wanted {
            if let Some(block) = self.receive() {
                self.front.text.extend_from_slice(&block.text);
                self.front.is_last = block.is_last;
                self.give_back(block);
                grown = true;
            }
            if self.front.text.len() as u64 > LARGEST {
                self.give_up();
            }
        }
        grown
    }

    /// Refuses a file of which a part that can only be understood whole is too large.
    pub fn give_up(&mut self) {
        let problem = too_large(self.file);
        self.fatal.get_or_insert(problem);
    }

    /// Takes the front from byte `start` on.
    pub fn take_front(&mut self, start: usize) -> TextBlock {
        let mut front = std::mem::take(&mut self.front);
        front.text.drain(..start.min(front.text.len()));
        front
    }

    /// Forgets the front up to byte `end`.
    pub fn drop_front(&mut self, end: usize) {
        self.front.text.drain(..end.min(self.front.text.len()));
    }

    /// The next block behind those that are taken; nothing at the end.
    pub fn receive(&mut self) -> Option<TextBlock> {
        if self.fatal.is_some() {
            return None;
        }
        match self.filled.recv() {
            Ok(Ok(block)) => {
                self.given += block.text.len() as u64;
                Some(block)
            }
            Ok(Err(problem)) => {
                self.fatal = Some(problem);
                None
            }
            Err(_) => None,
        }
    }

    /// Takes a block that is done with, to be filled again.
    pub fn give_back(&self, block: TextBlock) {
        // The reader may have come to the end.
        let _ = self.empty.send(block.text);
    }

    /// Reads what is left of the file, up to a limit, since what is wrong with its text comes first.
    pub fn finish(mut self) -> Result<(), Diagnostic> {
        while self.given < LARGEST
            && let Some(block) = self.receive()
        {
            self.give_back(block);
        }
        self.fatal.map_or(Ok(()), Err)
    }
}

/// Sends the blocks of `text` until it ends or nobody wants more.
fn send(
    mut text: TextFile<'_>,
    full: &SyncSender<Result<TextBlock, Diagnostic>>,
    emptied: &Receiver<Vec<u8>>,
) {
    loop {
        let mut block = emptied.try_recv().unwrap_or_default();
        let read = text.next(&mut block).map(|is_last| TextBlock { text: block, is_last });
        let over = read.as_ref().map_or(true, |block| block.is_last);
        if full.send(read).is_err() || over {
            return;
        }
    }
}

/// The reading thread went away without a word, which it never does.
fn unended(file: &str) -> Diagnostic {
    let message = "cannot read the file: its reader ended early";
    Diagnostic::new(Code::File, message, "check the path and its permissions").in_file(file)
}
