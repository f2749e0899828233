//! Places, tags and limits of trees.

use std::fmt::Write;

use super::*;
use crate::diagnostic::Code;
use crate::document::Place;

fn told(text: &str) -> Vec<(Code, Option<u64>, Option<u64>)> {
    read("f", text)
        .unwrap_err()
        .sorted()
        .iter()
        .map(|problem| (problem.code, problem.line, problem.column))
        .collect()
}

#[test]
fn json_and_yaml_know_their_places() {
    let json = read("f", "{\n  \"é\": [1.5e3, \"\\ud83d\\ude00\", null]}").unwrap();
    let list = json.get("é").unwrap();
    assert_eq!(list.place, Place { line: 2, column: 8 });
    assert_eq!(list.items()[1].place, Place { line: 2, column: 16 });
    assert_eq!(list.items()[1].text(), Some("😀"));
    assert_eq!(list.items()[0].value, TreeValue::Number("1.5e3".to_owned()));
    let yaml = read("f", "a: !Ref B\nb:\n  - 'x'\n  - 3\n  - !GetAtt\n    - C\n    - D\n").unwrap();
    assert_eq!(yaml.get("a").unwrap().tag.as_deref(), Some("Ref"));
    let list = yaml.get("b").unwrap();
    assert_eq!(list.items()[0].place, Place { line: 3, column: 5 });
    assert_eq!(list.items()[1].value, TreeValue::Number("3".to_owned()));
    assert_eq!((list.items()[2].tag.as_deref(), list.items()[2].items().len()), (Some("GetAtt"), 2));
}

#[test]
fn what_is_no_tree_is_told_with_its_place() {
    assert_eq!(told(""), [(Code::Empty, Some(1), Some(1))]);
    assert_eq!(told("# only\n"), [(Code::Empty, Some(1), Some(1))]);
    assert_eq!(told("{\"a\": [1,\n 2"), [(Code::Toml, Some(2), Some(2))]);
    assert_eq!(told("{\"a\": 1} x"), [(Code::Toml, Some(1), Some(10))]);
    assert_eq!(
        told("{\"a\": 1,\n \"a\": 2, \"a\": 3}"),
        [(Code::Duplicate, Some(2), Some(2)), (Code::Duplicate, Some(2), Some(10))]
    );
    assert_eq!(told("a: 1\nb: 2\na: 3\n"), [(Code::Duplicate, Some(3), Some(1))]);
    assert_eq!(told("a: [1\nb: 2\n")[0].0, Code::Toml);
    assert_eq!(told("a: 1\n---\nb: 2\n")[0].0, Code::Toml);
}

#[test]
fn depth_and_aliases_are_limited() {
    for open in ["[", "{\"a\":", "- "] {
        let told = told(&open.repeat(100_000));
        assert!([Code::TooLarge, Code::Toml].contains(&told[0].0), "{open}");
    }
    let nested = format!("{}{}", "[".repeat(200), "]".repeat(200));
    assert_eq!(told(&nested), [(Code::TooLarge, Some(1), Some(102))]);
    let mut bomb = "a0: &a0 [x]\n".to_owned();
    for level in 1..40 {
        writeln!(bomb, "a{level}: &a{level} [*a{0}, *a{0}]", level - 1).unwrap();
    }
    assert_eq!(told(&bomb)[0].0, Code::TooLarge);
    let alias = read("f", "a: &x {b: 1}\nc: *x\n").unwrap();
    assert_eq!(alias.at(&["c", "b"]).unwrap().value, TreeValue::Number("1".to_owned()));
}
