//! Unpack: the bytes inside a gzip, zstd or Parquet file, found by its first bytes, as they are read, up to a limit.
//!
//! What comes out is measured while it comes out, so that a small file cannot fill the memory.

use std::cell::RefCell;
use std::io::{self, ErrorKind, Read};
use std::rc::Rc;

use flate2::read::MultiGzDecoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{FrameDecoder, StreamingDecoder};

use super::file::{InputFile, Refused, unreadable};
use eniplan_core::diagnostic::{Code, Diagnostic};
use eniplan_core::quantity::Memory;

const GZIP: &[u8] = b"\x1f\x8b";
const ZSTD: &[u8] = b"\x28\xb5\x2f\xfd";
/// What is read at a time for whoever asks for less.
const SOME: usize = 32 << 10;

/// The bytes of a file, unpacked where they are packed.
pub(crate) struct Unpacked<'a> {
    file: &'a str,
    packed: Packed<'a>,
    read: Box<dyn Read + 'a>,
    /// What it is packed with.
    packing: Option<&'static str>,
    limit: Memory,
    given: u64,
    /// What is worth knowing.
    pub notes: Vec<String>,
}

impl<'a> Unpacked<'a> {
    /// Looks at the first bytes of `file`.
    pub(crate) fn open(file: &InputFile<'a>, limit: Memory) -> Result<Self, Diagnostic> {
        let refuse = |error: io::Error| unreadable(file.name, &error);
        let packed = Packed::new(file.bytes.open().map_err(refuse)?);
        let magic = packed.peek(4).map_err(refuse)?;
        let mut notes = Vec::new();
        let (read, packing): (Box<dyn Read + 'a>, _) = match magic.as_slice() {
            #[cfg(feature = "parquet")]
            bytes if bytes == super::parquet::MAGIC => {
                let table = super::parquet::table(file.name, packed.clone(), limit)?;
                notes.extend_from_slice(table.notes());
                (Box::new(table), None)
            }
            bytes if bytes.starts_with(GZIP) => (Box::new(MultiGzDecoder::new(packed.clone())), Some("gzip")),
            bytes if bytes.starts_with(ZSTD) => {
                (Box::new(ZstdFrames { packed: packed.clone(), frame: None }), Some("zstd"))
            }
            _ => (Box::new(packed.clone()), None),
        };
        notes.extend(packing.map(|name| format!("{} is decompressed from {name}", file.name)));
        Ok(Self { file: file.name, packed, read, packing, limit, given: 0, notes })
    }

    /// Whether it is packed.
    pub(crate) const fn is_packed(&self) -> bool {
        self.packing.is_some()
    }

    /// Appends up to `most` bytes to `bytes`; fewer only at the end.
    pub(crate) fn fill(&mut self, bytes: &mut Vec<u8>, most: usize) -> Result<(), Diagnostic> {
        let (before, is_first) = (bytes.len(), self.given == 0);
        let read = self.read.by_ref().take(most as u64).read_to_end(bytes);
        self.given += (bytes.len() - before) as u64;
        if let Err(error) = read {
            return Err(self.damaged(error));
        }
        match self.packing {
            Some(name) if self.given > self.limit.0 => Err(self.too_large(name)),
            Some(name) if is_first => self.once(name, bytes.get(before..).unwrap_or_default()),
            _ => Ok(()),
        }
    }

    /// Refuses what is packed once more, if nothing is wrong with it otherwise.
    fn once(&mut self, name: &str, beginning: &[u8]) -> Result<(), Diagnostic> {
        if !beginning.starts_with(GZIP) && !beginning.starts_with(ZSTD) {
            return Ok(());
        }
        self.drain(u64::MAX)?;
        let message = format!("the file is compressed twice, the outer time with {name}");
        Err(self.refuse(Code::Encoding, message, "decompress it once first"))
    }

    /// Reads on to the end, or to `most` bytes in all, for what may be wrong there.
    pub(crate) fn drain(&mut self, most: u64) -> Result<(), Diagnostic> {
        let mut bytes = Vec::new();
        while self.given < most {
            bytes.clear();
            self.fill(&mut bytes, 1 << 20)?;
            if bytes.is_empty() {
                break;
            }
        }
        Ok(())
    }

    fn too_large(&mut self, name: &str) -> Diagnostic {
        let size = match self.packed.size() {
            Ok(size) => Memory(size),
            Err(error) => return unreadable(self.file, &error),
        };
        let message = format!("the {name} file of {size} exceeds {} when decompressed", self.limit);
        self.refuse(Code::TooLarge, message, "if you trust the file, raise the limit with `--max-unpacked`")
    }

    fn damaged(&self, error: io::Error) -> Diagnostic {
        let error = match error.downcast::<Refused>() {
            Ok(Refused(problem)) => return *problem,
            Err(error) => error,
        };
        match self.packing {
            Some(name) if !self.packed.failed() => {
                let message = format!("the file is damaged or truncated: {name}: {error}");
                self.refuse(Code::Encoding, message, "create or fetch the file again")
            }
            _ => unreadable(self.file, &error),
        }
    }

    fn refuse(&self, code: Code, message: String, help: &str) -> Diagnostic {
        Diagnostic::new(code, message, help).in_file(self.file).at_line(1)
    }
}

/// A file as it lies there, which both its unpacker and whoever measures it read on.
#[derive(Clone)]
pub(crate) struct Packed<'a>(Rc<RefCell<PackedBytes<'a>>>);

struct PackedBytes<'a> {
    inner: Box<dyn Read + 'a>,
    /// What is read of it already, and how much of that is taken.
    front: Vec<u8>,
    taken: usize,
    /// How many bytes were read of it.
    size: u64,
    failed: bool,
}

impl<'a> Packed<'a> {
    fn new(inner: Box<dyn Read + 'a>) -> Self {
        let bytes = PackedBytes { inner, front: Vec::new(), taken: 0, size: 0, failed: false };
        Self(Rc::new(RefCell::new(bytes)))
    }

    /// The next `most` bytes, which stay to be read; fewer at the end.
    fn peek(&self, most: usize) -> io::Result<Vec<u8>> {
        let mut bytes = self.0.borrow_mut();
        while bytes.front.len() - bytes.taken < most && bytes.refill()? {}
        let rest = bytes.front.get(bytes.taken..).unwrap_or_default();
        Ok(rest.get(..most).unwrap_or(rest).to_vec())
    }

    /// How many bytes it has, all of which are read for that.
    fn size(&mut self) -> io::Result<u64> {
        io::copy(self, &mut io::sink())?;
        Ok(self.0.borrow().size)
    }

    /// Whether it could not be read.
    fn failed(&self) -> bool {
        self.0.borrow().failed
    }
}

impl PackedBytes<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.inner.read(into) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    self.failed = true;
                    return Err(error);
                }
                Ok(read) => {
                    self.size += read as u64;
                    return Ok(read);
                }
            }
        }
    }

    /// Reads some more to the front; false at the end.
    fn refill(&mut self) -> io::Result<bool> {
        self.front.drain(..self.taken);
        self.taken = 0;
        let mut front = std::mem::take(&mut self.front);
        let before = front.len();
        front.resize(before + SOME, 0);
        let read = self.read(front.get_mut(before..).unwrap_or_default());
        front.truncate(before + *read.as_ref().unwrap_or(&0));
        self.front = front;
        read.map(|read| read > 0)
    }
}

impl Read for Packed<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut bytes = self.0.borrow_mut();
        if bytes.taken == bytes.front.len() {
            if into.len() >= SOME {
                return bytes.read(into);
            }
            bytes.refill()?;
        }
        let mut rest = bytes.front.get(bytes.taken..).unwrap_or_default();
        let read = rest.read(into)?;
        bytes.taken += read;
        Ok(read)
    }
}

/// The frames of a zstd file one after the other; what may be skipped is.
struct ZstdFrames<'a> {
    packed: Packed<'a>,
    frame: Option<StreamingDecoder<Packed<'a>, FrameDecoder>>,
}

impl Read for ZstdFrames<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Some(frame) = &mut self.frame {
                let read = frame.read(into)?;
                if read > 0 {
                    return Ok(read);
                }
                check_sum(&frame.decoder)?;
                self.frame = None;
            }
            if self.packed.peek(1)?.is_empty() {
                return Ok(0);
            }
            match StreamingDecoder::<_, FrameDecoder>::new(self.packed.clone()) {
                Ok(frame) => self.frame = Some(frame),
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                    length,
                    ..
                })) => {
                    io::copy(&mut self.packed.by_ref().take(length.into()), &mut io::sink())?;
                }
                Err(error) => return Err(io::Error::other(error.to_string())),
            }
        }
    }
}

/// Whether the frame's own checksum, where it has one, fits what came out.
fn check_sum(decoder: &FrameDecoder) -> io::Result<()> {
    match (decoder.get_checksum_from_data(), decoder.get_calculated_checksum()) {
        (Some(said), Some(found)) if said != found => Err(io::Error::other("the checksum does not match")),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use ruzstd::encoding::{CompressionLevel, compress_to_vec};

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn zstd(bytes: &[u8]) -> Vec<u8> {
        compress_to_vec(bytes, CompressionLevel::Fastest)
    }

    fn unpacked(bytes: &[u8], limit: u64) -> Result<Vec<u8>, Diagnostic> {
        let mut read = Unpacked::open(&InputFile { name: "t.csv.gz", bytes: &bytes }, Memory(limit))?;
        let (mut all, mut some) = (Vec::new(), Vec::new());
        loop {
            some.clear();
            read.fill(&mut some, 1 << 20)?;
            if some.is_empty() {
                return Ok(all);
            }
            all.extend_from_slice(&some);
        }
    }

    #[test]
    fn one_or_several_members_give_all_their_bytes() {
        for pack in [gzip, zstd] {
            assert_eq!(unpacked(&pack(b"time,value\n"), 100).unwrap(), b"time,value\n");
            let two = [pack(b"time,value\n"), pack(b"0,1\n")].concat();
            assert_eq!(unpacked(&two, 100).unwrap(), b"time,value\n0,1\n");
        }
        let skipped = [zstd(b"a"), b"\x50\x2a\x4d\x18\x03\0\0\0xyz".to_vec(), zstd(b"b")].concat();
        assert_eq!(unpacked(&skipped, 100).unwrap(), b"ab");
        assert_eq!(unpacked(b"plain", 0).unwrap(), b"plain");
    }

    #[test]
    fn a_bomb_stops_at_the_limit_and_damage_is_told() {
        for pack in [gzip, zstd] {
            let bomb = pack(&vec![b'0'; 1 << 24]);
            assert!(bomb.len() < 100_000);
            let error = unpacked(&bomb, 1 << 20).unwrap_err();
            assert_eq!((error.code, error.line), (Code::TooLarge, Some(1)));
            let size = format!("file of {} exceeds 1 MiB", Memory(bomb.len() as u64));
            assert!(error.message.contains(&size), "{}", error.message);
            assert_eq!(unpacked(&bomb, 1 << 24).unwrap().len(), 1 << 24);
            let whole = pack(b"time,value\n0,1\n60,2\n");
            for end in 4..whole.len() - 5 {
                let error = unpacked(&whole[..end], 100).unwrap_err();
                assert_eq!((error.code, error.line), (Code::Encoding, Some(1)), "{end}");
            }
            assert_eq!(unpacked(&pack(&pack(b"x")), 100).unwrap_err().code, Code::Encoding);
        }
    }
}
