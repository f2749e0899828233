//! Measure: how wide a text becomes in a picture, before anybody draws it.
//!
//! After the advance widths of `DejaVu` Sans, one of the widest fonts that stand for `sans-serif`;
//! in the usual narrower ones the text ends earlier, so that it never leaves its box.

use unicode_width::UnicodeWidthChar;

/// The width of `text` in letters of `size` pixels, rounded up.
pub(super) fn width(text: &str, size: i64, bold: bool) -> i64 {
    let thousandths: i64 = text.chars().map(|c| advance(c) * if bold { 112 } else { 100 } / 100).sum();
    (thousandths * size + 999) / 1_000
}

/// Thousandths of the letter size.
fn advance(c: char) -> i64 {
    match c {
        'i' | 'j' | 'l' | ' ' | '.' | ',' | ':' | ';' | '\'' | '!' | '|' | '/' | '\\' => 340,
        'f' | 't' | 'r' | '-' | '(' | ')' | '[' | ']' | '"' | 'I' | 'J' => 415,
        'm' | 'w' | 'M' | 'W' | '%' | '@' => 990,
        '=' | '+' | '<' | '>' | '~' | '#' | 'O' | 'Q' | 'G' | 'D' | 'H' | 'N' | 'U' => 840,
        c if c.is_ascii_uppercase() => 700,
        c if c.is_ascii() => 640,
        c => match c.width().unwrap_or(0) {
            0 => 0,
            1 => 800,
            _ => 1_050,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_letters_count_more_and_marks_nothing() {
        assert!(width("mmmm", 14, false) > 2 * width("iiii", 14, false));
        assert_eq!(width("e\u{301}", 100, false), width("e", 100, false));
        assert_eq!(width("漢", 100, false), 105);
        assert!(width("abc", 14, true) > width("abc", 14, false));
    }
}
