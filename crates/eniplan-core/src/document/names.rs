//! Names: what an unknown one may have been meant to be.

use strsim::levenshtein;

/// The name most like `name`, if one is close enough to be meant.
pub fn nearest<'n>(name: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    const LONGEST: usize = 64;
    let length = name.chars().take(LONGEST + 1).count();
    if length > LONGEST {
        return None;
    }
    known
        .into_iter()
        .filter(|candidate| candidate.len() <= 4 * LONGEST)
        .map(|candidate| (levenshtein(name, candidate), candidate))
        .filter(|&(distance, _)| distance <= length.div_ceil(3).min(3) && distance < length)
        .min()
        .map(|(_, candidate)| candidate)
}

/// The names, at most a dozen, for a sentence.
pub fn listed<T: AsRef<str>>(names: &[T]) -> String {
    const SHOWN: usize = 12;
    let text = names.iter().take(SHOWN).map(AsRef::as_ref).collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(SHOWN) {
        0 => text,
        more => format!("{text} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lists_are_cut() {
        let names: Vec<String> = (1..=14).map(|n| n.to_string()).collect();
        assert_eq!(listed(&names[..3]), "1, 2, 3");
        assert_eq!(listed(&names), "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 and 2 more");
    }

    #[test]
    fn the_nearest_of_several_is_meant_or_none() {
        assert_eq!(nearest("subnts", ["subnet", "subnets"]), Some("subnets"));
        assert_eq!(nearest("colour", ["subnet"]), None);
    }
}
