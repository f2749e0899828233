//! Unpack: the bytes inside a gzip or zstd file, found by its first bytes, up to a limit.
//!
//! What comes out is measured while it comes out, so that a small file cannot fill the memory.

use std::borrow::Cow;
use std::io::{self, Read};

use flate2::read::MultiGzDecoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{FrameDecoder, StreamingDecoder};

use super::Source;
use eniplan_core::diagnostic::{Code, Diagnostic};
use eniplan_core::quantity::Memory;

const GZIP: &[u8] = b"\x1f\x8b";
const ZSTD: &[u8] = b"\x28\xb5\x2f\xfd";

/// The bytes of `source`, unpacked where they are packed, and a note of that.
pub fn unpack<'a>(source: &Source<'a>, limit: Memory) -> Result<(Cow<'a, [u8]>, Vec<String>), Diagnostic> {
    let (found, name) = match source.bytes {
        #[cfg(feature = "parquet")]
        bytes if bytes.starts_with(super::parquet::MAGIC) => {
            let (text, notes) = super::parquet::table(source, limit)?;
            return Ok((Cow::Owned(text), notes));
        }
        bytes if bytes.starts_with(GZIP) => (limited(MultiGzDecoder::new(bytes), limit), "gzip"),
        bytes if bytes.starts_with(ZSTD) => (frames(bytes, limit), "zstd"),
        bytes => return Ok((Cow::Borrowed(bytes), Vec::new())),
    };
    let refuse = |code, message: String, help: &str| {
        Err(Diagnostic::new(code, message, help).in_file(source.name).at_line(1))
    };
    match found {
        Ok(Some(bytes)) if bytes.starts_with(GZIP) || bytes.starts_with(ZSTD) => {
            let message = format!("the file is packed twice, the outer time with {name}");
            refuse(Code::Encoding, message, "unpack it once by hand")
        }
        Ok(Some(bytes)) => Ok((Cow::Owned(bytes), vec![format!("{} is unpacked from {name}", source.name)])),
        Ok(None) => {
            let packed = Memory(source.bytes.len() as u64);
            let message =
                format!("the file, packed {packed}, is more than {limit} once unpacked with {name}");
            refuse(Code::TooLarge, message, "if you trust it, raise the limit with `--max-unpacked`")
        }
        Err(error) => {
            let message = format!("the file is damaged or cut short: {name} says {error}");
            refuse(Code::Encoding, message, "make or fetch the file again")
        }
    }
}

/// All that `packed` gives, unless that is more than `limit`.
fn limited(packed: impl Read, limit: Memory) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    packed.take(limit.0.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= limit.0).then_some(bytes))
}

/// All that the frames of a zstd file give, one after the other; what may be skipped is.
fn frames(mut packed: &[u8], limit: Memory) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    while !packed.is_empty() {
        let mut decoder = match StreamingDecoder::<_, FrameDecoder>::new(&mut packed) {
            Ok(decoder) => decoder,
            Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                length, ..
            })) => {
                packed = usize::try_from(length).ok().and_then(|length| packed.get(length..)).unwrap_or(&[]);
                continue;
            }
            Err(error) => return Err(io::Error::other(error.to_string())),
        };
        let room = limit.0.saturating_sub(bytes.len() as u64);
        (&mut decoder).take(room.saturating_add(1)).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > limit.0 {
            return Ok(None);
        }
        checked(&decoder.decoder)?;
    }
    Ok(Some(bytes))
}

/// Whether the frame's own checksum, where it has one, fits what came out.
fn checked(decoder: &FrameDecoder) -> io::Result<()> {
    match (decoder.get_checksum_from_data(), decoder.get_calculated_checksum()) {
        (Some(said), Some(found)) if said != found => Err(io::Error::other("the checksum does not fit")),
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
        let source = Source { name: "t.csv.gz", bytes };
        unpack(&source, Memory(limit)).map(|(bytes, _)| bytes.into_owned())
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
            assert!(error.message.contains("more than 1 MiB"), "{}", error.message);
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
