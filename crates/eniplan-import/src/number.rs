//! Number: a decimal as it stands in a cell, kept exact.
//!
//! Floats are not used: `0.0005` s is half a millisecond and rounds up on every
//! machine. Depends on nothing else in this crate.

/// A finite decimal: `digits * 10^exponent`, negative or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decimal {
    negative: bool,
    digits: u128,
    exponent: i64,
    /// Non-zero digits were dropped after the 36th.
    more: bool,
}

/// Why text is not a finite decimal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecimalFault {
    /// There is no text.
    Blank,
    /// It says `NaN` or `inf`.
    NotFinite,
    /// It is something else.
    NotANumber,
}

/// A decimal seen as a whole number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WholeNumber {
    /// It is this number.
    Exactly(u64),
    /// It has a fraction.
    Fraction,
    /// It does not fit.
    TooLarge,
}

/// Digits are kept while there are fewer than 36 of them.
const ROOM: u128 = 10_u128.pow(35);

impl Decimal {
    /// Reads `12`, `94.0`, `-0.5`, `1.2e-05`; spaces around are ignored.
    pub fn parse(text: &str) -> Result<Self, DecimalFault> {
        let text = text.trim();
        let (negative, body) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        if text.is_empty() {
            return Err(DecimalFault::Blank);
        }
        if ["nan", "inf", "infinity"].iter().any(|word| body.eq_ignore_ascii_case(word)) {
            return Err(DecimalFault::NotFinite);
        }
        let (mantissa, power) = match body.split_once(['e', 'E']) {
            Some((mantissa, power)) => (mantissa, exponent(power).ok_or(DecimalFault::NotANumber)?),
            None => (body, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() && fraction.is_empty() || !all_digits(whole) || !all_digits(fraction) {
            return Err(DecimalFault::NotANumber);
        }
        let mut number = Self { negative, digits: 0, exponent: power, more: false };
        whole.bytes().for_each(|digit| number.take(digit, 1, 0));
        fraction.bytes().for_each(|digit| number.take(digit, 0, -1));
        number.negative &= number.digits > 0;
        Ok(number)
    }

    /// Appends a digit; the exponent moves by `dropped` or `kept`.
    fn take(&mut self, digit: u8, dropped: i64, kept: i64) {
        let value = u128::from(digit.saturating_sub(b'0'));
        if self.digits < ROOM {
            self.digits = self.digits * 10 + value;
            self.exponent = self.exponent.saturating_add(kept);
        } else {
            self.more |= value > 0;
            self.exponent = self.exponent.saturating_add(dropped);
        }
    }

    /// Whether it is below zero.
    pub const fn is_negative(self) -> bool {
        self.negative
    }

    /// Its size times `10^power`, half rounded up; nothing where that does not fit.
    pub fn rounded(self, power: i64) -> Option<u64> {
        let exponent = self.exponent.saturating_add(power);
        if self.digits == 0 {
            return Some(0);
        }
        let rounded = match (power_of_ten(exponent), exponent >= 0) {
            (Some(scale), true) => self.digits.checked_mul(scale)?,
            (None, true) => return None,
            (Some(scale), false) => {
                let rest = self.digits % scale;
                self.digits / scale + u128::from(rest >= scale - rest)
            }
            (None, false) => 0,
        };
        u64::try_from(rounded).ok()
    }

    /// Its size as the next whole number up; nothing where that does not fit.
    pub fn rounded_up(self) -> Option<u64> {
        match self.whole() {
            WholeNumber::Exactly(whole) => Some(whole),
            WholeNumber::TooLarge => None,
            WholeNumber::Fraction => {
                let floor = power_of_ten(self.exponent).map_or(0, |scale| self.digits / scale);
                u64::try_from(floor).ok()?.checked_add(1)
            }
        }
    }

    /// Its size as a whole number.
    pub fn whole(self) -> WholeNumber {
        let whole = match (power_of_ten(self.exponent), self.exponent >= 0) {
            _ if self.digits == 0 => Some(0),
            (Some(scale), true) => self.digits.checked_mul(scale),
            (None, true) => None,
            (Some(scale), false) if self.digits.is_multiple_of(scale) && !self.more => {
                Some(self.digits / scale)
            }
            (_, false) => return WholeNumber::Fraction,
        };
        whole.and_then(|whole| u64::try_from(whole).ok()).map_or(WholeNumber::TooLarge, WholeNumber::Exactly)
    }
}

/// Ten to the size of `exponent`; nothing where that is larger than all digits.
fn power_of_ten(exponent: i64) -> Option<u128> {
    10_u128.checked_pow(u32::try_from(exponent.unsigned_abs()).ok()?)
}

/// The exponent after an `e`; beyond a million it is held there.
fn exponent(text: &str) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(sign * digits.parse::<i64>().unwrap_or(i64::MAX).min(1_000_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Decimal {
        Decimal::parse(text).unwrap()
    }

    #[test]
    fn decimals_are_exact() {
        for (text, power, expected) in [
            ("0.0005", 3, Some(1)),
            ("0.00049999999999999999999999999999999999999999", 3, Some(0)),
            ("0.07949090003967285", 6, Some(79_491)),
            ("1.2e-05", 6, Some(12)),
            ("12", 0, Some(12)),
            (".5", 0, Some(1)),
            ("5.", 0, Some(5)),
            ("18446744073709551615", 0, Some(u64::MAX)),
            ("18446744073709551616", 0, None),
            ("1e400", 0, None),
            ("1e-400", 3, Some(0)),
            ("0e400", 0, Some(0)),
        ] {
            assert_eq!(number(text).rounded(power), expected, "{text}");
        }
    }

    #[test]
    fn whole_numbers_are_told_from_fractions() {
        for (text, expected) in [
            ("94.0", WholeNumber::Exactly(94)),
            ("9.4e1", WholeNumber::Exactly(94)),
            ("-0.0", WholeNumber::Exactly(0)),
            ("0.5", WholeNumber::Fraction),
            ("1e-7", WholeNumber::Fraction),
            ("3.00000000000000000000000000000000000000000000001", WholeNumber::Fraction),
            ("1e400", WholeNumber::TooLarge),
        ] {
            assert_eq!(number(text).whole(), expected, "{text}");
        }
        for (text, up) in [("9.41", Some(10)), ("9.0", Some(9)), ("1e-400", Some(1)), ("1e400", None)] {
            assert_eq!(number(text).rounded_up(), up, "{text}");
        }
        assert!(number("-1").is_negative() && !number("-0").is_negative());
    }

    #[test]
    fn other_text_is_refused() {
        for (text, fault) in [
            (" ", DecimalFault::Blank),
            ("NaN", DecimalFault::NotFinite),
            ("-inf", DecimalFault::NotFinite),
            ("1,234", DecimalFault::NotANumber),
            ("0x10", DecimalFault::NotANumber),
            ("1e", DecimalFault::NotANumber),
            ("1.2.3", DecimalFault::NotANumber),
            (".", DecimalFault::NotANumber),
            ("--1", DecimalFault::NotANumber),
        ] {
            assert_eq!(Decimal::parse(text), Err(fault), "{text}");
        }
    }
}
