//! Field: a cell of a table, a value of JSON or a part of a line, with its place; what it may hold, and what to say
//! where it does not.

use super::number::{Decimal, DecimalFault, WholeNumber};
use eniplan_core::diagnostic::{Code, Diagnostic};
use eniplan_core::quantity::{Memory, Millis};

/// The longest name of a function, in bytes: 10,000 characters of any script fit.
const LONGEST_NAME: usize = 40_000;

/// The unit durations are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DurationUnit {
    /// Milliseconds.
    Milliseconds,
    /// Seconds.
    Seconds,
}

impl DurationUnit {
    /// The power of ten from this unit to microseconds.
    const fn to_micros(self) -> i64 {
        match self {
            Self::Milliseconds => 3,
            Self::Seconds => 6,
        }
    }

    const fn text(self) -> &'static str {
        match self {
            Self::Milliseconds => "milliseconds",
            Self::Seconds => "seconds",
        }
    }
}

/// A piece of a file's text.
#[derive(Clone, Copy, Debug)]
pub struct Field<'r> {
    /// What it holds.
    pub text: &'r str,
    /// The file.
    pub file: &'r str,
    /// The line of its row, from 1.
    pub line: u64,
    /// Its number in the row, from 1; of a value of JSON or a log line, its first character's.
    pub number: u64,
    /// The name of its column, or the path of its JSON value.
    pub name: &'r str,
}

impl<'r> Field<'r> {
    /// A problem of this cell.
    pub fn bad(&self, message: impl Into<String>, help: impl Into<String>) -> Diagnostic {
        Diagnostic::new(Code::BadCell, message, help)
            .in_file(self.file)
            .at_line(self.line)
            .at_column(self.number)
            .named(self.name)
            .with_value(self.text)
    }

    /// Whether the value of a monitoring series is none.
    pub fn is_absent(&self) -> bool {
        ["", "nan", "null"].iter().any(|word| self.text.eq_ignore_ascii_case(word))
    }

    /// A whole number from 0 to `u32::MAX`; `94.0` is one.
    pub fn count(&self) -> Result<u32, Diagnostic> {
        const HELP: &str = "write a whole number from 0 to 4294967295";
        let number = self.decimal(HELP)?;
        match number.whole() {
            WholeNumber::Fraction => {
                let help = "use the sum of the slot instead of its mean or rate, or round";
                Err(self.bad("not a whole number", help))
            }
            WholeNumber::TooLarge => Err(self.bad("number too large", HELP)),
            WholeNumber::Exactly(n) => u32::try_from(n).map_err(|_| self.bad("number too large", HELP)),
        }
    }

    /// Millionths of a decimal of 0 or more.
    pub fn micro(&self) -> Result<u64, Diagnostic> {
        const HELP: &str = "write a decimal of 0 or more";
        self.decimal(HELP)?.rounded(6).ok_or_else(|| self.bad("number too large", HELP))
    }

    /// A duration of at most 100 years, in microseconds.
    pub fn duration(&self, unit: DurationUnit) -> Result<u64, Diagnostic> {
        let help = format!("write {} as a decimal of 0 or more, at most 100 years", unit.text());
        let number = self.decimal(&help)?;
        number
            .rounded(unit.to_micros())
            .filter(|micros| *micros <= Millis::LONGEST.0 * 1_000)
            .ok_or_else(|| self.bad("the duration exceeds 100 years", help))
    }

    /// A duration in whole milliseconds, half rounded up, that fits a cell of counts (49 days).
    pub fn short_duration(&self) -> Result<u32, Diagnostic> {
        let micros = self.duration(DurationUnit::Milliseconds)?;
        u32::try_from(round(micros)).map_err(|_| {
            self.bad("the duration exceeds 49 days", "with counts, durations can be up to 4294967295 ms")
        })
    }

    /// Memory in megabytes times 10^`power`, as the provider's MB: 2^20 bytes.
    pub fn megabytes(&self, power: i64) -> Result<Memory, Diagnostic> {
        const HELP: &str = "write the memory as a decimal greater than 0, up to 1 PiB";
        let mb = self.decimal(HELP)?.rounded(-power).filter(|mb| (1..=1 << 30).contains(mb));
        mb.map(Memory::mib).ok_or_else(|| self.bad("not a memory size", HELP))
    }

    /// A decimal of 0 or more.
    pub fn decimal(&self, help: &str) -> Result<Decimal, Diagnostic> {
        match Decimal::parse(self.text) {
            Ok(number) if number.is_negative() => Err(self.bad("negative number", help)),
            Ok(number) => Ok(number),
            Err(DecimalFault::Blank) => Err(self.bad("empty cell", help)),
            Err(DecimalFault::NotFinite) => Err(self.bad("not a finite number", help)),
            Err(DecimalFault::NotANumber) => Err(self.bad("not a number", help)),
        }
    }

    /// A function's name: kept as it is, whatever characters it is made of.
    pub fn name(&self) -> Result<&'r str, Diagnostic> {
        if self.text.is_empty() {
            return Err(self.bad("missing function name", "fill in the name of the function"));
        }
        if self.text.len() > LONGEST_NAME {
            return Err(self.bad("the name exceeds 40,000 bytes", "use a shorter name"));
        }
        Ok(self.text)
    }
}

/// A column's name, cut after 60 characters: every problem of the column repeats it.
pub(crate) fn readable(name: &str) -> String {
    let mut cut: String = name.chars().take(60).collect();
    if cut.len() < name.len() {
        cut.push('…');
    }
    cut
}

/// Microseconds as milliseconds, half rounded up.
pub(crate) const fn round(micros: u64) -> u64 {
    micros.saturating_add(500) / 1_000
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(text: &str) -> Field<'_> {
        Field { text, file: "t.csv", line: 7, number: 3, name: "x" }
    }

    #[test]
    fn names_are_kept_as_they_are() {
        let long = "\u{1f600}".repeat(10_000);
        for text in ["a\nb", "a\u{1b}[2J", "=1+1", "<b>", "\u{202e}x", &long] {
            assert_eq!(cell(text).name(), Ok(text));
        }
        assert!(cell("").name().is_err() && cell(&format!("{long}x")).name().is_err());
    }

    #[test]
    fn counts_are_whole_and_durations_finite() {
        assert_eq!(cell("94.0").count(), Ok(94));
        assert_eq!(cell("4294967295").count(), Ok(u32::MAX));
        for text in ["", "-1", "0.5", "NaN", "inf", "1e400", "4294967296", "x"] {
            let error = cell(text).count().unwrap_err();
            assert_eq!((error.code, error.line, error.column), (Code::BadCell, Some(7), Some(3)), "{text}");
        }
        assert_eq!(cell("0.5").duration(DurationUnit::Milliseconds).map(round), Ok(1));
        assert_eq!(cell("1.2345").duration(DurationUnit::Seconds).map(round), Ok(1_235));
        assert_eq!(cell("4294967295.4").short_duration(), Ok(u32::MAX));
        for text in ["", "-1", "NaN", "inf", "1e400", "4294967295.5", "3162240000001"] {
            assert!(cell(text).short_duration().is_err(), "{text}");
        }
        assert!(cell("3162240000").duration(DurationUnit::Seconds).is_ok());
        assert!(cell("3162240001").duration(DurationUnit::Seconds).is_err());
    }
}
