//! A price, exact to a billionth of the user's currency.

use std::fmt;
use std::str::FromStr;

use super::{Malformed, decimal};

/// A price, in billionths of whatever the user counts in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Price(pub u64);

impl Price {
    /// The highest price that is read: more than ten thousand a piece.
    pub const HIGHEST: Self = Self(1 << 44);
    const WHOLE: u64 = 1_000_000_000;

    /// As a number.
    pub fn number(self) -> f64 {
        self.0 as f64 / Self::WHOLE as f64
    }
}

impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 % Self::WHOLE {
            0 => write!(f, "{}", self.0 / Self::WHOLE),
            part => {
                let text = format!("{}.{part:09}", self.0 / Self::WHOLE);
                write!(f, "{}", text.trim_end_matches('0'))
            }
        }
    }
}

impl FromStr for Price {
    type Err = Malformed;

    /// Reads `0.005`, `12`, at most nine decimals.
    fn from_str(text: &str) -> Result<Self, Malformed> {
        let price = decimal(text.trim(), Self::WHOLE).map(Self);
        price.filter(|price| *price <= Self::HIGHEST).ok_or_else(|| Malformed {
            message: format!("`{text}` is not a price"),
            help: "write a number from 0 to 17592 with at most nine decimals and no currency: 0.005",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_exact_and_print_as_they_are_read() {
        for (text, price) in [("0.005", 5_000_000), ("12", 12_000_000_000), ("0.000000001", 1), ("0", 0)] {
            assert_eq!(text.parse(), Ok(Price(price)));
            assert_eq!(Price(price).to_string(), text);
        }
        for text in ["", "-1", "$1", "1e3", "0.0000000001", "17593", "NaN"] {
            assert!(text.parse::<Price>().is_err(), "{text}");
        }
    }
}
