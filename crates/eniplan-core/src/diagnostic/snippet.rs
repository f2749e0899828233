//! Snippet: the line a diagnostic is about, with carets under the place.
//!
//! Whatever the line holds, what is shown drives no terminal: control and direction
//! characters stand as their escapes. Long lines are cut around the place; tabs and wide
//! characters do not move the carets.

use std::cmp::Reverse;
use std::fmt::Write;
use std::ops::Range;

use unicode_width::UnicodeWidthChar;

use super::{Code, Diagnostic, escaped};

/// Between two stops of a tab.
const TAB: usize = 4;
/// What stays of a long line before the place.
const BEFORE: usize = 24;

/// The line of `diagnostic` out of its file, at most `width` columns wide, as lines that end in a
/// newline; without carets where the place is not found in the line.
///
/// `text` is the whole line, without its end.
pub fn snippet(diagnostic: &Diagnostic, text: &str, width: usize) -> String {
    let Some(number) = diagnostic.line else { return String::new() };
    let number = number.to_string();
    let gutter = " ".repeat(number.len());
    let letters: Vec<char> = text.chars().collect();
    let room = width.saturating_sub(number.len() + 3).max(2 * BEFORE);
    let (shown, carets) = window(&letters, place(diagnostic, &letters), room);
    let line = format!("{number} | {shown}");
    let mut out = format!("{gutter} |\n{}\n", line.trim_end());
    if let Some(Range { start, end }) = carets {
        let carets = "^".repeat(end.saturating_sub(start).max(1));
        let _ = writeln!(out, "{gutter} | {}{carets}", " ".repeat(start));
    }
    out
}

/// The characters that the diagnostic is about.
///
/// Of a CSV the column counts cells, of other text characters; which of them it is shows in where
/// the offending value stands.
fn place(diagnostic: &Diagnostic, letters: &[char]) -> Option<Range<usize>> {
    let column = usize::try_from(diagnostic.column?).ok()?.checked_sub(1)?;
    let value = diagnostic.value.as_deref().map(|value| value.trim_end_matches('…').trim());
    let value: Option<Vec<char>> =
        value.filter(|value| !value.is_empty()).map(|value| value.chars().collect());
    // The separator is the one that makes the most cells.
    let mut splits = [',', '\t', ';'].map(|separator| cells(letters, separator));
    splits.sort_by_key(|cells| Reverse(cells.len()));
    let any_cell = splits.first().and_then(|cells| cells.get(column)).cloned();
    if diagnostic.code == Code::RowLength {
        return Some(any_cell.unwrap_or(letters.len()..letters.len() + 1));
    }
    let whole = diagnostic.value.as_ref().is_none_or(|value| !value.ends_with('…'));
    let by_cell = || {
        let holds = |cell: &&Range<usize>| {
            let (letters, value) = (letters.get((*cell).clone()), value.as_ref());
            let length = letters.zip(value).and_then(|(letters, value)| written(letters, value));
            length.is_some_and(|length| length == cell.len() || !whole)
        };
        splits.iter().find_map(|cells| cells.get(column).filter(holds).cloned())
    };
    let by_character = || Some(column..column + written(letters.get(column..)?, value.as_ref()?)?);
    if diagnostic.column_name.is_none() {
        let one = (column <= letters.len()).then_some(column..column + 1);
        return by_character().or_else(by_cell).or(one);
    }
    by_cell().or_else(by_character).or(any_cell)
}

/// The length of `value` at the beginning of `letters`, with its quotation marks; `None`: it is not there.
fn written(letters: &[char], value: &[char]) -> Option<usize> {
    let quote = letters.first().filter(|first| matches!(first, '"' | '\'')).copied();
    if letters.starts_with(value) {
        return Some(value.len());
    }
    let inside = quote.and_then(|_| letters.get(1..)).filter(|rest| rest.starts_with(value))?;
    let closed = inside.get(value.len()) == quote.as_ref();
    Some(value.len() + 1 + usize::from(closed))
}

/// The cells of a row of CSV, without the spaces around them.
fn cells(letters: &[char], separator: char) -> Vec<Range<usize>> {
    let mut cells = Vec::new();
    let (mut start, mut quoted) = (0, false);
    for (at, &letter) in letters.iter().enumerate().chain([(letters.len(), &separator)]) {
        if letter == '"' {
            quoted = !quoted;
        } else if letter == separator && (!quoted || at == letters.len()) {
            let inside = letters.get(start..at).unwrap_or_default();
            let before = inside.iter().take_while(|c| c.is_whitespace()).count();
            let after = inside.iter().rev().take_while(|c| c.is_whitespace()).count();
            cells.push(if before == inside.len() { start..at } else { start + before..at - after });
            start = at + 1;
        }
    }
    cells
}

/// The line as it is shown in `room` columns, and the columns of `marked` in that.
fn window(letters: &[char], marked: Option<Range<usize>>, room: usize) -> (String, Option<Range<usize>>) {
    let mut pieces: Vec<(String, usize)> = Vec::with_capacity(letters.len());
    let mut stops = vec![0];
    let mut end = 0;
    for &letter in letters {
        let piece = if letter == '\t' {
            " ".repeat(TAB - end % TAB)
        } else {
            escaped(letter.encode_utf8(&mut [0; 4]))
        };
        let wide: usize = piece.chars().map(|c| c.width().unwrap_or(0)).sum();
        end += wide;
        pieces.push((piece, wide));
        stops.push(end);
    }
    let stop = |at: usize| stops.get(at).copied().unwrap_or(end + at.saturating_sub(letters.len()));
    let place = marked.map(|marked| (stop(marked.start), stop(marked.end)));
    if end <= room {
        let shown = pieces.into_iter().map(|(piece, _)| piece).collect();
        return (shown, place.map(|(from, to)| from..to.max(from + 1)));
    }
    let from = place.map_or(0, |(from, _)| from).saturating_sub(BEFORE).min((end + 2).saturating_sub(room));
    let first = stops.partition_point(|&stop| stop < from);
    let begin = stop(first);
    let mut shown = if first > 0 { "…".to_owned() } else { String::new() };
    let mut used = shown.chars().count();
    let shift = used;
    let mut cut = false;
    for (piece, wide) in pieces.iter().skip(first) {
        if used + wide >= room {
            cut = true;
            break;
        }
        shown.push_str(piece);
        used += wide;
    }
    if cut {
        shown.push('…');
    }
    let carets = place.map(|(from, to)| {
        let from = from.saturating_sub(begin) + shift;
        from..(to.saturating_sub(begin) + shift).clamp(from + 1, used.max(from + 1))
    });
    (shown, carets)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(code: Code, column: u64, name: Option<&str>, value: Option<&str>) -> Diagnostic {
        let problem = Diagnostic::new(code, "m", "h").in_file("f").at_line(9).at_column(column);
        let problem = name.map_or_else(|| problem.clone(), |name| problem.clone().named(name));
        value.map_or_else(|| problem.clone(), |value| problem.clone().with_value(value))
    }

    #[test]
    fn carets_stand_under_the_value() {
        let toml = of(Code::BadValue, 10, None, Some("5 GB"));
        assert_eq!(
            snippet(&toml, "memory = \"5 GB\" # x", 80),
            "  |\n9 | memory = \"5 GB\" # x\n  |          ^^^^^^\n"
        );
        let key = of(Code::UnknownName, 1, None, Some("modle"));
        assert_eq!(snippet(&key, "modle = 1", 80), "  |\n9 | modle = 1\n  | ^^^^^\n");
        let end = of(Code::Toml, 5, None, None);
        assert_eq!(snippet(&end, "a = ", 80), "  |\n9 | a =\n  |     ^\n");
        let nowhere = of(Code::Toml, 70, None, None);
        assert_eq!(snippet(&nowhere, "a = ", 80), "  |\n9 | a =\n");
    }

    #[test]
    fn carets_stand_under_the_cell_whatever_separates_it() {
        let cell = of(Code::BadCell, 3, Some("invocations"), Some("-4"));
        assert_eq!(snippet(&cell, "0,\"a,b\", -4 ,7", 80), "  |\n9 | 0,\"a,b\", -4 ,7\n  |          ^^\n");
        assert_eq!(snippet(&cell, "0;a;-4", 80), "  |\n9 | 0;a;-4\n  |     ^^\n");
        // A value that stands nowhere, such as a computed time: the cell all the same.
        let computed = of(Code::Gap, 1, Some("time"), Some("2026-01-01 00:05:00"));
        assert_eq!(snippet(&computed, "300,a,4", 80), "  |\n9 | 300,a,4\n  | ^^^\n");
        let json = of(Code::BadCell, 7, Some("a.b"), Some("true"));
        assert_eq!(snippet(&json, "{\"b\": true}", 80), "  |\n9 | {\"b\": true}\n  |       ^^^^\n");
        let long = of(Code::RowLength, 3, None, Some("1,a"));
        assert_eq!(snippet(&long, "1,a", 80), "  |\n9 | 1,a\n  |    ^\n");
    }

    #[test]
    fn tabs_wide_and_hostile_characters_keep_the_carets_in_line() {
        let at = |text: &str, column| snippet(&of(Code::BadValue, column, None, Some("X")), text, 80);
        assert_eq!(at("\ta\tX", 4), "  |\n9 |     a   X\n  |         ^\n");
        assert_eq!(at("漢字 X", 4), "  |\n9 | 漢字 X\n  |      ^\n");
        assert_eq!(at("e\u{301}X", 3), "  |\n9 | e\u{301}X\n  |  ^\n");
        assert_eq!(at("\u{1b}[2JX", 5), "  |\n9 | \\u{1b}[2JX\n  |          ^\n");
        assert_eq!(at("\u{202e}X", 2), "  |\n9 | \\u{202e}X\n  |         ^\n");
    }

    #[test]
    fn long_lines_are_cut_around_the_place() {
        let text = format!("{}X{}", "a".repeat(500), "b".repeat(500));
        let shown = snippet(&of(Code::BadValue, 501, None, Some("X")), &text, 80);
        let lines: Vec<&str> = shown.lines().collect();
        assert!(lines.iter().all(|line| line.chars().count() <= 80), "{shown}");
        let (under, over) = (lines[2].find('^').unwrap(), lines[1].chars().position(|c| c == 'X'));
        assert_eq!((Some(under), lines[2].matches('^').count()), (over, 1));
        assert!(lines[1].contains("| …a") && lines[1].ends_with("b…"), "{shown}");
        let whole = of(Code::BadValue, 1, None, Some(&text));
        let shown = snippet(&whole, &text, 80);
        assert!(shown.lines().all(|line| line.chars().count() <= 80), "{shown}");
        assert!(shown.contains("| ^^^^"), "{shown}");
        for column in 0..1_200 {
            for name in [None, Some("n")] {
                let _ = snippet(&of(Code::BadCell, column, name, None), &text, 1);
            }
        }
    }
}
