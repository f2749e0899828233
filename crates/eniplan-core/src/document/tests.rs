//! Places, types and unknown keys of documents.

use super::*;

fn read<T>(
    file: &str,
    text: &str,
    keys: &[&str],
    build: impl Fn(&mut DocumentReader<'_>, &TomlTable<'_>) -> Option<T>,
) -> Result<T, Diagnostics> {
    super::read(file, text, &DocumentShape { keys, lists: &[], numbers: &[], renamed: &[] }, &[], build)
}

#[test]
fn places_count_characters_from_one() {
    let problems = read("a.toml", "# é\n[t]\n\"schlüssel\" = 1\nn = \"x\"\n", &["t"], |reader, root| {
        let table = reader.table(root, "t", &["schlüssel", "n"])?;
        assert_eq!(table.place, Place { line: 2, column: 1 });
        let value = reader.whole(&table, "schlüssel")?;
        assert_eq!(value.place, Place { line: 3, column: 15 });
        reader.whole(&table, "n").map(|_| ())
    })
    .unwrap_err();
    let lines: Vec<_> = problems.sorted().iter().map(|p| (p.code, p.line, p.column)).collect();
    assert_eq!(lines, [(Code::BadValue, Some(4), Some(5))]);
}

#[test]
fn unknown_keys_name_the_nearest_and_syntax_errors_come_alone() {
    let problems = read("a.toml", "modle = 1\nx = 2\n", &["model", "policy"], |_, _| Some(())).unwrap_err();
    let text = problems.to_string();
    assert!(text.contains("a.toml:1:1") && text.contains("did you mean `model`?"), "{text}");
    assert!(text.contains("a.toml:2:1") && text.contains("known keys: model, policy"), "{text}");
    let problems = read("a.toml", "a = \nb = 1\n", &["b"], |_, _| Some(())).unwrap_err();
    assert!(problems.sorted().iter().all(|problem| problem.code == Code::Toml), "{problems}");
    assert_eq!(problems.sorted()[0].line, Some(1));
}

#[test]
fn columns_of_long_lines_count_characters_too() {
    let text = format!("a = [{} 1]", "\"é\", ".repeat(1_000));
    let problems = read("a", &text, &["a"], |reader, root| reader.texts(root, "a")).unwrap_err();
    // Five characters open the line and each entry has five.
    assert_eq!(problems.sorted()[0].column, Some(5 + 5 * 1_000 + 2));
}

#[test]
fn numbers_beyond_their_type_are_reported() {
    for text in ["n = 4294967296", "n = -1", "n = 1.5", "n = nan", "n = 99999999999999999999"] {
        let read = read("a", text, &["n"], |reader, root| reader.whole(root, "n"));
        assert!(read.is_err(), "{text}");
    }
    let hex = read("a", "n = 0x1F", &["n"], |reader, root| reader.whole(root, "n"));
    assert_eq!(hex.unwrap().value, 31);
}
