//! Words: numbers, names and sentences as people read them.

use crate::diagnostic::escaped;

/// `n` with commas: `1,234,567`.
pub fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `54,595.9`: so many decimals, thousands with a comma.
pub fn decimal(number: f64, places: usize) -> String {
    let plain = format!("{number:.places$}");
    let (whole, rest) = plain.split_at(plain.find('.').unwrap_or(plain.len()));
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("-", digits));
    // What is no number, or too large for one, stays as it is.
    digits.parse().map_or(plain.clone(), |whole| format!("{sign}{}{rest}", thousands(whole)))
}

/// `1 ENI`, `41 ENIs`, `no ENIs`.
pub fn counted(n: u64, one: &str, many: &str) -> String {
    match n {
        0 => format!("no {many}"),
        1 => format!("1 {one}"),
        n => format!("{} {many}", thousands(n)),
    }
}

/// A share of one as a percentage with two decimals; only exactly none and all are `0%` and `100%`.
pub fn percent(share: f64) -> String {
    if share.to_bits() == 0.0_f64.to_bits() {
        "0%".to_owned()
    } else if share.to_bits() == 1.0_f64.to_bits() {
        "100%".to_owned()
    } else if share > 0.0 && share < 0.0001 {
        "<0.01%".to_owned()
    } else if share < 1.0 && share > 0.9999 {
        ">99.99%".to_owned()
    } else {
        format!("{:.2}%", share * 100.0)
    }
}

/// A length for a narrow column: from a minute on in whole seconds, rounded up. CSV and JSON have it exactly.
pub const fn brief(ms: u64) -> u64 {
    if ms < 60_000 { ms } else { ms.div_ceil(1_000) * 1_000 }
}

/// The longest name that is printed whole.
const LONGEST_NAME: usize = 48;

/// A name out of the user's data, in a sentence or a cell: it cannot drive a terminal, and is cut where it is long.
pub fn name(text: &str) -> String {
    let safe = escaped(text);
    if safe.chars().nth(LONGEST_NAME).is_none() {
        return safe;
    }
    let mut cut: String = safe.chars().take(LONGEST_NAME - 1).collect();
    cut.push('…');
    cut
}

/// `parts` as `a`, `a and b`, `a, b and c`.
pub fn joined(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// `text` with its first letter large.
pub fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// `text` broken into lines of at most `width` characters at its spaces; further lines begin with `indent`.
pub fn wrapped(text: &str, width: usize, indent: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut column = 0;
    for word in text.split(' ') {
        let length = word.chars().count();
        if column > 0 && column + 1 + length > width {
            out.push('\n');
            out.push_str(indent);
            column = indent.chars().count();
        } else if column > 0 || !out.is_empty() {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += length;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_aloud() {
        let all = [0, 999, 1_000, 1_234_567].map(thousands);
        assert_eq!(all, ["0", "999", "1,000", "1,234,567"]);
        let enis = [0, 1, 1_000].map(|n| counted(n, "ENI", "ENIs"));
        assert_eq!(enis, ["no ENIs", "1 ENI", "1,000 ENIs"]);
        let decimals = [(0.04, 1), (-1_234.56, 1), (54_595.94, 1), (1e300, 0), (f64::NAN, 2)];
        let decimals = decimals.map(|(number, places)| decimal(number, places));
        assert_eq!(decimals[..3], ["0.0", "-1,234.6", "54,595.9"]);
        assert_eq!((decimals[3].len(), decimals[4].as_str()), (301, "NaN"));
        let shares = [0.0, 0.000_01, 0.125, 0.999_99, 1.0].map(percent);
        assert_eq!(shares, ["0%", "<0.01%", "12.50%", ">99.99%", "100%"]);
    }

    #[test]
    fn names_are_cut_and_escaped() {
        assert_eq!(name("\u{1b}[31mred"), "\\u{1b}[31mred");
        assert_eq!(name(&"x".repeat(48)).chars().count(), 48);
        let cut = name(&"x".repeat(10_000));
        assert_eq!((cut.chars().count(), cut.chars().last()), (48, Some('…')));
    }

    #[test]
    fn lines_break_at_spaces() {
        assert_eq!(wrapped("- one two three", 9, "  "), "- one two\n  three");
        assert_eq!(wrapped("averylongword b", 5, ""), "averylongword\nb");
        assert_eq!(joined(&["a".into(), "b".into(), "c".into()]), "a, b and c");
        assert_eq!(sentence("no answer"), "No answer");
    }
}
