//! Names: short readable names for functions that a file knows by hashes.

use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet};

/// A function as the file knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hashed<'a> {
    /// What the name starts with; may be empty.
    pub kind: &'a str,
    /// The function's hash.
    pub function: &'a str,
    /// The hash of what it belongs to.
    pub owner: &'a str,
}

impl Hashed<'_> {
    fn cut(&self, length: usize) -> String {
        let hash: String = self.function.chars().take(length).collect();
        if self.kind.is_empty() { hash } else { format!("{}-{hash}", self.kind) }
    }
}

/// A name for each: its kind and the first 8 characters of its hash, more of
/// them where that is not unique, and the owner's where the whole hash is not.
pub fn short(functions: &[Hashed<'_>]) -> Vec<String> {
    let lengths = [8, 12, 16, 32, 64];
    // The next length is tried only where one is not enough.
    let table = |length: usize| {
        LazyCell::new(move || {
            let mut times = BTreeMap::<String, usize>::new();
            for function in functions {
                *times.entry(function.cut(length)).or_default() += 1;
            }
            times
        })
    };
    let tables = lengths.map(table);
    let mut taken = BTreeSet::new();
    let mut next = BTreeMap::<String, usize>::new();
    functions
        .iter()
        .map(|function| {
            let unique = lengths.iter().zip(&tables).find_map(|(length, times)| {
                let name = function.cut(*length);
                (times.get(&name) == Some(&1)).then_some(name)
            });
            let owner: String = function.owner.chars().take(8).collect();
            let wished = unique.unwrap_or_else(|| format!("{}-{owner}", function.cut(8)));
            let number = next.entry(wished.clone()).or_insert(1);
            let mut name = wished.clone();
            while !taken.insert(name.clone()) {
                *number += 1;
                name = format!("{wished}-{number}");
            }
            name
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
