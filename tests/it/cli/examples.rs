//! The examples: what each prints is as it was, what is extracted runs, and nothing is left behind.

use std::fs;
use std::path::Path;

use eniplan::example;

use crate::cli::run;
use crate::golden::golden;

#[test]
fn golden_examples() {
    golden("example-list.text", &run(&["example", "list"]).out);
    golden("example-list.json", &run(&["example", "list", "--format", "json"]).out);
    for example in example::ALL {
        let said = run(&["example", "run", example.name]);
        assert_eq!(said.code, 0, "{}: {}", example.name, said.err);
        // Nothing but what a gate or a note says.
        assert!(
            !said.out.contains("[exit code 2]") && !said.err.contains("E4"),
            "{}: {}",
            example.name,
            said.err
        );
        golden(&format!("example-{}", example.name), &format!("{}\nOn stderr:\n{}", said.out, said.err));
    }
}

#[test]
fn an_extracted_example_is_its_folder_and_is_never_written_over() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("examples");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    for example in example::ALL {
        let place = folder.join(example.name);
        let said = run(&["example", "extract", example.name, "-o", place.to_str().unwrap()]);
        assert_eq!(said.code, 0, "{}", said.err);
        let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/examples").join(example.name);
        let mut kept: Vec<_> = fs::read_dir(&here).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        let mut made: Vec<_> =
            fs::read_dir(&place).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        kept.sort();
        made.sort();
        assert_eq!(kept, made, "a file that the registry forgets is carried by nobody");
        for name in kept {
            assert_eq!(fs::read(here.join(&name)).unwrap(), fs::read(place.join(&name)).unwrap());
        }
    }
    let said = run(&["example", "extract", "one-csv", "-o", folder.join("one-csv").to_str().unwrap()]);
    assert!(said.code == 2 && said.err.contains("the file or folder already exists"), "{}", said.err);
    let said = run(&["example", "extract", "one-csv", "-o", folder.join("no/where").to_str().unwrap()]);
    assert!(said.code == 2 && said.err.starts_with("E001"), "{}", said.err);
    assert_eq!(fs::read_dir(&folder).unwrap().count(), example::ALL.len(), "nothing half-written");
    let said = run(&["example", "run", "one-cvs"]);
    assert!(said.code == 2 && said.err.contains("did you mean one-csv?"), "{}", said.err);
    let said = run(&["example", "info", "gate"]);
    assert!(said.out.starts_with("# How does a build fail"), "{}", said.out);
}

#[test]
fn every_folder_of_examples_is_registered() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/examples");
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let mut known: Vec<_> = example::ALL.iter().map(|example| example.name.to_owned()).collect();
    names.sort();
    known.sort();
    assert_eq!(names, known);
    assert!(known.len() >= 6);
}
