//! Parquet: a table of columns as the CSV text that the formats read, up to a limit. Behind the feature `parquet`.
//!
//! Line 1 is the columns' names and line N the row N - 1, so that whatever is wrong has its
//! place. Instants come out as RFC 3339, with `Z` where the column says they are UTC.

use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};

use bytes::Bytes;
use jiff::Timestamp;
use parquet::basic::{LogicalType, TimeUnit};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::DataType;
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};
use parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};
use parquet::schema::types::ColumnDescriptor;

use super::field::readable;
use super::file::{Refused, unreadable};
use eniplan_core::diagnostic::{Code, Diagnostic};
use eniplan_core::quantity::Memory;

/// What a Parquet file begins with.
pub(crate) const MAGIC: &[u8] = b"PAR1";

/// Rows that are read at a time.
const BATCH: usize = 4_096;

/// A Parquet file as CSV text, which is made as it is read. What the file holds stands at its end, so that it is in
/// memory as it lies there.
pub(crate) struct ParquetText {
    file: String,
    limit: Memory,
    reader: SerializedFileReader<Bytes>,
    /// The columns that can be read.
    used: Vec<usize>,
    /// The next group of rows, and the columns of the one at hand.
    group: usize,
    columns: Vec<ParquetColumn>,
    /// Text that is made and not taken.
    text: Vec<u8>,
    taken: usize,
    made: u64,
    notes: Vec<String>,
}

/// Opens the file; what comes out may be as large as `limit`.
pub(crate) fn table(
    file: &str,
    mut packed: impl Read,
    limit: Memory,
) -> std::result::Result<ParquetText, Diagnostic> {
    let mut bytes = Vec::new();
    packed.read_to_end(&mut bytes).map_err(|error| unreadable(file, &error))?;
    checked(file, || ParquetText::open(file, Bytes::from(bytes), limit))
}

/// What `read` gives; the library asserts what it has not checked of a damaged file.
fn checked<T>(file: &str, read: impl FnOnce() -> Result<T>) -> std::result::Result<T, Diagnostic> {
    let read = catch_unwind(AssertUnwindSafe(read));
    read.unwrap_or_else(|_| Err(damaged("its parts are inconsistent"))).map_err(|error| {
        let help = "write it with snappy, gzip or no compression, or export it as CSV";
        let message = format!("cannot read the Parquet file: {error}");
        Diagnostic::new(Code::Encoding, message, help).in_file(file).at_line(1)
    })
}

fn damaged(what: &str) -> ParquetError {
    ParquetError::General(what.to_owned())
}

/// Refuses parts that cannot lie in a file of so many bytes.
fn check(metadata: &ParquetMetaData, length: usize) -> Result<()> {
    let inside = |at: i64| u64::try_from(at).is_ok_and(|at| at <= length as u64);
    for column in metadata.row_groups().iter().flat_map(RowGroupMetaData::columns) {
        let parts = [column.data_page_offset(), column.compressed_size()];
        if !parts.into_iter().chain(column.dictionary_page_offset()).all(inside) || column.num_values() < 0 {
            return Err(damaged("a column lies outside the file"));
        }
    }
    Ok(())
}

/// How the values of a column are written.
#[derive(Clone, Copy, Debug)]
enum ParquetShown {
    /// As they are.
    Plain,
    /// As an instant.
    Instant { nanoseconds: i128, utc: bool },
    /// As a decimal with so many digits behind its point.
    Decimal { digits: usize },
}

impl ParquetShown {
    fn of(column: &ColumnDescriptor) -> Self {
        use parquet::basic::ConvertedType as Old;
        const MILLION: i128 = 1_000_000;
        let instant = |nanoseconds, utc| Self::Instant { nanoseconds, utc };
        match (column.logical_type_ref(), column.converted_type()) {
            (Some(LogicalType::Timestamp(timestamp)), _) => {
                let nanoseconds = match timestamp.unit {
                    TimeUnit::MILLIS => MILLION,
                    TimeUnit::MICROS => 1_000,
                    TimeUnit::NANOS => 1,
                };
                instant(nanoseconds, timestamp.is_adjusted_to_u_t_c)
            }
            (Some(LogicalType::Date), _) | (None, Old::DATE) => instant(86_400_000 * MILLION, false),
            (None, Old::TIMESTAMP_MILLIS) => instant(MILLION, true),
            (None, Old::TIMESTAMP_MICROS) => instant(1_000, true),
            (Some(LogicalType::Decimal(_)), _) | (None, Old::DECIMAL) => {
                // A scale below zero is none.
                Self::Decimal { digits: usize::try_from(column.type_scale()).unwrap_or_default() }
            }
            _ => Self::Plain,
        }
    }

    fn whole(self, value: i64) -> String {
        match self {
            Self::Plain => value.to_string(),
            Self::Instant { nanoseconds, utc } => {
                let at = Timestamp::from_nanosecond(i128::from(value).saturating_mul(nanoseconds));
                // What is no instant of this calendar is told by whoever reads the cell.
                let text = at.map_or_else(|_| value.to_string(), |at| at.to_string());
                if utc { text } else { text.trim_end_matches('Z').to_owned() }
            }
            Self::Decimal { digits } => {
                let sign = if value < 0 { "-" } else { "" };
                let all = format!("{:0>width$}", value.unsigned_abs(), width = digits + 1);
                let (whole, part) = all.split_at_checked(all.len() - digits).unwrap_or((&all, ""));
                if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }
            }
        }
    }
}

impl ParquetText {
    fn open(file: &str, bytes: Bytes, limit: Memory) -> Result<Self> {
        let length = bytes.len();
        let reader = SerializedFileReader::new(bytes)?;
        check(reader.metadata(), length)?;
        let schema = reader.metadata().file_metadata().schema_descr_ptr();
        let flat = |column: &ColumnDescriptor| {
            column.max_rep_level() == 0 && column.path().parts().len() == 1 && column.type_length() < 1
        };
        let (used, nested): (Vec<_>, Vec<_>) =
            schema.columns().iter().enumerate().partition(|(_, column)| flat(column));
        let mut notes = vec![format!("{file} is Parquet: line N refers to row N - 1")];
        if !nested.is_empty() {
            let names = nested.iter().take(5).map(|(_, column)| readable(&column.path().string()));
            let names = names.collect::<Vec<_>>().join(", ");
            notes.push(format!("nested or binary columns of {file} ignored: {names}"));
        }
        let names: Vec<&str> = used.iter().map(|(_, column)| column.name()).collect();
        let text = rows([names.as_slice()])?;
        let made = text.len() as u64;
        let (used, file) = (used.iter().map(|(at, _)| *at).collect(), file.to_owned());
        let (group, columns, taken) = (0, Vec::new(), 0);
        Ok(Self { file, limit, reader, used, group, columns, text, taken, made, notes })
    }

    /// What is worth knowing.
    pub(crate) fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The text of the next rows; none at the end.
    fn batch(&mut self) -> Result<Vec<u8>> {
        loop {
            let batch = self.columns.iter_mut().map(ParquetColumn::batch).collect::<Result<Vec<_>>>()?;
            let length = batch.iter().map(Vec::len).max().unwrap_or_default();
            if batch.iter().any(|column| column.len() != length) {
                return Err(damaged("the columns have different lengths"));
            }
            if length > 0 {
                let cells =
                    |row: usize| batch.iter().map(move |column| column.get(row).map_or("", String::as_str));
                return rows((0..length).map(|row| cells(row).collect::<Vec<_>>()));
            }
            if self.group >= self.reader.num_row_groups() {
                return Ok(Vec::new());
            }
            let (group, schema) = (
                self.reader.get_row_group(self.group)?,
                self.reader.metadata().file_metadata().schema_descr_ptr(),
            );
            self.group += 1;
            let column = |at: &usize| ParquetColumn::new(&*group, *at, &*schema.column(*at));
            self.columns = self.used.iter().map(column).collect::<Result<Vec<_>>>()?;
        }
    }

    fn refill(&mut self) -> std::result::Result<(), Diagnostic> {
        let file = self.file.clone();
        self.text = checked(&file, || self.batch())?;
        self.taken = 0;
        self.made += self.text.len() as u64;
        if self.made > self.limit.0 {
            let message = format!("the file exceeds {} as text", self.limit);
            let help = "if you trust the file, raise the limit with `--max-unpacked`";
            return Err(Diagnostic::new(Code::TooLarge, message, help).in_file(file).at_line(1));
        }
        Ok(())
    }
}

impl Read for ParquetText {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.taken == self.text.len() {
            self.refill().map_err(|problem| io::Error::other(Refused(Box::new(problem))))?;
        }
        let mut rest = self.text.get(self.taken..).unwrap_or_default();
        let read = rest.read(into)?;
        self.taken += read;
        Ok(read)
    }
}

/// Rows of cells as CSV.
fn rows<'c, R: AsRef<[&'c str]>>(rows: impl IntoIterator<Item = R>) -> Result<Vec<u8>> {
    let failed = |error: csv::Error| ParquetError::General(error.to_string());
    let mut out = csv::Writer::from_writer(Vec::new());
    for row in rows {
        out.write_record(row.as_ref()).map_err(failed)?;
    }
    out.into_inner().map_err(|error| ParquetError::General(error.to_string()))
}

/// A column of a row group.
struct ParquetColumn {
    reader: ColumnReader,
    shown: ParquetShown,
    /// The level at which a value is there, where one may be absent.
    there: i16,
}

impl ParquetColumn {
    fn new(group: &dyn RowGroupReader, at: usize, column: &ColumnDescriptor) -> Result<Self> {
        Ok(Self {
            reader: group.get_column_reader(at)?,
            shown: ParquetShown::of(column),
            there: column.max_def_level(),
        })
    }

    /// The next values as text, an absent one as nothing; none at the end.
    fn batch(&mut self) -> Result<Vec<String>> {
        let (shown, there) = (self.shown, self.there);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        match &mut self.reader {
            ColumnReader::BoolColumnReader(reader) => values(reader, there, ToString::to_string),
            ColumnReader::Int32ColumnReader(reader) => {
                values(reader, there, |value| shown.whole(i64::from(*value)))
            }
            ColumnReader::Int64ColumnReader(reader) => values(reader, there, |value| shown.whole(*value)),
            // The old instants of Impala and Spark, which say nothing of their zone.
            ColumnReader::Int96ColumnReader(reader) => {
                let instant = ParquetShown::Instant { nanoseconds: 1, utc: false };
                values(reader, there, |value| instant.whole(value.to_nanos()))
            }
            ColumnReader::FloatColumnReader(reader) => values(reader, there, ToString::to_string),
            ColumnReader::DoubleColumnReader(reader) => values(reader, there, ToString::to_string),
            ColumnReader::ByteArrayColumnReader(reader) => values(reader, there, |value| text(value.data())),
            ColumnReader::FixedLenByteArrayColumnReader(reader) => {
                values(reader, there, |value| text(value.data()))
            }
        }
    }
}

fn values<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    there: i16,
    show: impl Fn(&T::T) -> String,
) -> Result<Vec<String>> {
    let (mut levels, mut found) = (Vec::new(), Vec::new());
    reader.read_records(BATCH, (there > 0).then_some(&mut levels), None, &mut found)?;
    let mut found = found.iter();
    if there == 0 {
        return Ok(found.map(show).collect());
    }
    Ok(levels
        .iter()
        .map(|level| found.by_ref().take(usize::from(*level == there)).map(&show).collect())
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::unpack::Unpacked;
    use crate::{Companions, InputFile, Options, import};

    fn fixture(name: &str) -> Vec<u8> {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/parquet");
        std::fs::read(folder.join(name)).unwrap()
    }

    fn read(bytes: &[u8], limit: u64) -> std::result::Result<(String, Vec<String>), Diagnostic> {
        let file = InputFile { name: "t.parquet", bytes: &bytes };
        let mut unpacked = Unpacked::open(&file, Memory(limit))?;
        let mut text = Vec::new();
        unpacked.fill(&mut text, usize::MAX)?;
        Ok((String::from_utf8_lossy(&text).into_owned(), unpacked.notes))
    }

    fn whole(name: &str) -> String {
        read(&fixture(name), 1 << 20).unwrap().0
    }

    #[test]
    fn columns_come_out_as_text_in_rows() {
        let log = "start,function,duration_ms\n2026-03-02T10:00:00.5Z,a,120\n\
                   2026-03-02T10:00:00.5Z,\"<b>,\"\"c\"\"\",5\n2026-03-02T10:00:01.5Z,a,7\n";
        assert_eq!(whole("log-utc-snappy.parquet"), log);
        assert_eq!(whole("log-naive-gzip.parquet"), log.replace("5Z", "5"));
        let decimal =
            "start,function,duration_ms\n2026-03-02T10:00:00Z,a,1.50\n2026-03-02T10:00:01Z,b,20.25\n";
        assert_eq!(whole("log-decimal-duckdb.parquet"), decimal);
        let (text, notes) = read(&fixture("counts-null-nested.parquet"), 1 << 20).unwrap();
        assert_eq!(text, "time,invocations\n0,3\n60,\n120,5\n");
        assert!(
            notes.iter().any(|note| note.contains("nested or binary are left out of t.parquet: tags")),
            "{notes:?}"
        );
    }

    #[test]
    fn instants_and_decimals_of_any_size_are_written() {
        let instant = ParquetShown::Instant { nanoseconds: 1_000_000, utc: true };
        assert_eq!(
            (instant.whole(-1), instant.whole(i64::MAX)),
            ("1969-12-31T23:59:59.999Z".into(), i64::MAX.to_string())
        );
        let decimal = |digits| ParquetShown::Decimal { digits };
        assert_eq!((decimal(3).whole(-5), decimal(0).whole(7)), ("-0.005".to_owned(), "7".to_owned()));
        assert_eq!(decimal(2).whole(i64::MIN), "-92233720368547758.08");
    }

    #[test]
    fn it_is_imported_as_the_csv_would_be_with_errors_in_their_place() {
        let options = Options::default();
        let imported = |name: &str| {
            let bytes = fixture(name);
            import(InputFile { name: "t.parquet", bytes: &bytes }, &Companions::default(), &options)
        };
        for (name, utc) in [("log-utc-snappy.parquet", true), ("log-naive-gzip.parquet", false)] {
            let trace = imported(name).unwrap();
            let arrivals: Vec<_> =
                trace.arrivals().map(|entry| (entry.at, entry.function, entry.duration)).collect();
            assert_eq!(arrivals, [(0, 0, 120), (0, 1, 5), (1_000, 0, 7)]);
            assert_eq!(trace.functions[1].name, "<b>,\"c\"");
            assert_eq!(trace.notes.iter().any(|note| note.contains("UTC")), !utc, "{:?}", trace.notes);
        }
        let problems = imported("counts-null-nested.parquet").unwrap_err();
        let places: Vec<_> =
            problems.sorted().iter().map(|problem| (problem.code, problem.line, problem.column)).collect();
        assert_eq!(places, [(Code::BadCell, Some(3), Some(2))]);
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        let told = |bytes: &[u8], limit| {
            read(bytes, limit).map_err(|problem| (problem.code, problem.line, problem.message)).unwrap_err()
        };
        let (code, line, message) = told(&fixture("log-zstd.parquet"), 1 << 20);
        assert_eq!((code, line), (Code::Encoding, Some(1)));
        assert!(message.contains("zstd"), "{message}");
        assert_eq!(told(&fixture("log-utc-snappy.parquet"), 20).0, Code::TooLarge);
        assert_eq!(told(b"PAR1", 20).0, Code::Encoding);
    }

    #[test]
    fn no_changed_byte_makes_it_panic() {
        for name in ["log-utc-snappy.parquet", "counts-null-nested.parquet", "log-decimal-duckdb.parquet"] {
            let good = fixture(name);
            for at in 0..good.len() {
                for change in [1, 0x80, 0xff] {
                    let mut bad = good.clone();
                    bad[at] ^= change;
                    let _ = read(&bad, 1 << 20);
                }
                let _ = read(&good[..at], 1 << 20);
            }
        }
    }
}
