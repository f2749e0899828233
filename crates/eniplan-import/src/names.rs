//! Names: short readable names for functions that a file knows by hashes.

use std::cell::LazyCell;
use std::collections::BTreeMap;

use eniplan_core::trace::names::{NameTable, hash};

/// A function as the file knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Hashed<'a> {
    /// What the name starts with; may be empty.
    pub kind: &'a str,
    /// The function's hash.
    pub function: &'a str,
    /// The hash of what it belongs to.
    pub owner: &'a str,
}

impl Hashed<'_> {
    /// Appends the kind and `length` characters of the function's hash to `name`.
    fn cut(&self, length: usize, name: &mut String) {
        if !self.kind.is_empty() {
            name.push_str(self.kind);
            name.push('-');
        }
        let end = self.function.char_indices().nth(length).map_or(self.function.len(), |(end, _)| end);
        name.push_str(self.function.get(..end).unwrap_or_default());
    }
}

/// Whether the name of each function, cut to `length`, is that of no other.
fn alone(functions: &[Hashed<'_>], length: usize) -> Vec<bool> {
    let (mut names, mut times, mut name) = (NameTable::default(), Vec::new(), String::new());
    let mut number = |function: &Hashed<'_>| {
        name.clear();
        function.cut(length, &mut name);
        // Names that have no number are cut no shorter.
        let (number, new) = names.number(name.as_bytes(), hash(name.as_bytes()))?;
        if new {
            times.push(0_u32);
        }
        times.iter_mut().skip(number as usize).take(1).for_each(|times| *times += 1);
        Some(number)
    };
    let numbers: Vec<Option<u32>> = functions.iter().map(&mut number).collect();
    numbers.iter().map(|number| number.is_some_and(|number| times.get(number as usize) == Some(&1))).collect()
}

/// A name for each: its kind and the first 8 characters of its hash, more of
/// them where that is not unique, and the owner's where the whole hash is not.
pub(crate) fn short(functions: &[Hashed<'_>]) -> Vec<String> {
    let lengths = [8, 12, 16, 32, 64];
    // The next length is tried only where one is not enough.
    let tables = lengths.map(|length| LazyCell::new(move || alone(functions, length)));
    let mut taken = NameTable::default();
    let mut take =
        |name: &str| taken.number(name.as_bytes(), hash(name.as_bytes())).is_none_or(|(_, new)| new);
    let mut next = BTreeMap::<String, usize>::new();
    functions
        .iter()
        .enumerate()
        .map(|(index, function)| {
            let unique =
                lengths.iter().zip(&tables).find(|(_, alone)| alone.get(index).copied().unwrap_or(false));
            let mut name = String::new();
            function.cut(unique.map_or(8, |(length, _)| *length), &mut name);
            if unique.is_none() {
                name.push('-');
                name.extend(function.owner.chars().take(8));
            }
            if take(&name) {
                return name;
            }
            let number = next.entry(name.clone()).or_insert(1);
            loop {
                *number += 1;
                let numbered = format!("{name}-{number}");
                if take(&numbered) {
                    return numbered;
                }
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_as_short_as_they_can_be() {
        let f = |kind, function, owner| Hashed { kind, function, owner };
        let functions = [
            f("http", "0123456789abcdef", "owner-one"),
            f("timer", "0123456789abcdef", "owner-one"),
            f("http", "aaaaaaaa0000bbbb", "owner-one"),
            f("http", "aaaaaaaa1111bbbb", "owner-one"),
            f("", "é", "owner-one"),
            f("", "same", "first-app"),
            f("", "same", "second-app"),
            f("", "same", "second-app"),
        ];
        let expected = [
            "http-01234567",
            "timer-01234567",
            "http-aaaaaaaa0000",
            "http-aaaaaaaa1111",
            "é",
            "same-first-ap",
            "same-second-a",
            "same-second-a-2",
        ];
        assert_eq!(short(&functions), expected);
    }
}
