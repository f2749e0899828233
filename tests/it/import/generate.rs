//! Generate: the samples in `data/` are exactly what the commands in its README make.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // helpers of tests

use std::fs;
use std::path::Path;

use eniplan::import::{Companions, InputFile, Options, import};
use eniplan::quantity::{Millis, Rate};
use eniplan::trace::Trace;
use eniplan::trace::generate::{Bulk, Recipe, RecipeLayout, generate, loads, shapes, start};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn list<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> Vec<T> {
    text.split(',').map(|item| item.parse().unwrap()).collect()
}

/// The recipe and the output file of a command line, by the table in `trace::generate`.
fn recipe(command: &str) -> (Recipe, String) {
    let mut recipe = Recipe::default();
    let (mut names, mut rates, mut durations, mut output) = (vec![], vec![], vec![], None);
    let mut words = command.strip_prefix("eniplan generate ").unwrap().split_whitespace();
    recipe.shapes = shapes(words.next().unwrap()).unwrap();
    while let Some(option) = words.next() {
        if option == "--log" {
            recipe.layout = RecipeLayout::Log;
            continue;
        }
        let value = words.next().unwrap();
        match option {
            "--seed" => recipe.seed = value.parse().unwrap(),
            "--span" => recipe.span = value.parse().unwrap(),
            "--slot" => recipe.slot = value.parse().unwrap(),
            "--peak" => recipe.peak = value.parse().unwrap(),
            "--start" => recipe.start = start(value).unwrap(),
            "--functions" => names = list(value),
            "--rate" => rates = list::<Rate>(value),
            "--duration" => durations = list::<Millis>(value),
            "-o" => output = Some(value.to_owned()),
            other => panic!("{other}"),
        }
    }
    recipe.loads = loads(&names, &rates, &durations).unwrap();
    (recipe, output.unwrap())
}

fn generated(recipe: &Recipe) -> String {
    assert!(recipe.check().is_empty(), "{}", recipe.check());
    let mut text = String::new();
    generate(recipe, &mut text).unwrap();
    text
}

fn samples() -> Vec<(Recipe, String)> {
    let readme = fs::read_to_string(root().join("data/README.md")).unwrap();
    readme.lines().map(str::trim).filter(|line| line.starts_with("eniplan generate ")).map(recipe).collect()
}

fn read(name: &str, text: &str) -> Trace {
    let source = InputFile { name, bytes: &text };
    import(source, &Companions::default(), &Options::default()).unwrap()
}

/// With `ENIPLAN_WRITE_SAMPLES` set, the files are written first.
#[test]
fn every_sample_is_what_its_command_makes() {
    let mut made: Vec<String> = Vec::new();
    for (recipe, path) in samples() {
        let text = generated(&recipe);
        if std::env::var_os("ENIPLAN_WRITE_SAMPLES").is_some() {
            fs::write(root().join(&path), &text).unwrap();
        }
        assert!(
            fs::read_to_string(root().join(&path)).unwrap() == text,
            "{path} is not what its command makes"
        );
        made.push(path.trim_start_matches("data/").to_owned());
    }
    let mut kept: Vec<String> = fs::read_dir(root().join("data"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| Path::new(name).extension().is_some_and(|end| end == "csv"))
        .collect();
    kept.sort();
    made.sort();
    assert_eq!(kept, made);
}

#[test]
fn every_sample_imports_as_what_it_was_made_for() {
    for (recipe, path) in samples() {
        let trace = read(&path, &generated(&recipe));
        let names: Vec<_> = trace.functions.iter().map(|function| &function.name).collect();
        if recipe.layout == RecipeLayout::Counts {
            assert_eq!(names, recipe.loads.iter().map(|load| &load.name).collect::<Vec<_>>());
            assert_eq!((trace.span, trace.origin), (recipe.span, recipe.start), "{path}");
            assert_eq!(trace.first_slot(), recipe.slot);
        } else {
            assert!(trace.origin.unwrap() - recipe.start.unwrap() < 10_000);
            // 1.1/s for 3600 s, within five standard deviations.
            assert!((3_645..4_275).contains(&trace.invocations()), "{}", trace.invocations());
            let entries: Vec<_> = trace.arrivals().collect();
            let api: Vec<u64> = entries.iter().filter(|e| e.function == 0).map(|e| e.duration).collect();
            let mean = api.iter().sum::<u64>() / api.len() as u64;
            assert!((1_991 - 70..1_991 + 70).contains(&mean), "{mean}");
        }
    }
}

#[test]
fn the_shop_keeps_tens_of_environments_busy() {
    let (recipe, path) = samples().remove(0);
    assert_eq!(path, "data/shop-day.csv");
    let text = generated(&recipe);
    assert!(text.len() < 1_000_000 && text.lines().count() == 1 + 4 * 1_440);
    let mut ends: Vec<(u64, i64)> = Vec::new();
    for entry in read(&path, &text).arrivals() {
        ends.push((entry.at, i64::from(entry.count)));
        ends.push((entry.at + entry.duration, -i64::from(entry.count)));
    }
    ends.sort_unstable();
    let (mut busy, mut peak) = (0, 0);
    for (_, change) in ends {
        busy += change;
        peak = peak.max(busy);
    }
    assert!((60..=80).contains(&peak), "{peak}");
}

#[test]
fn a_seed_settles_every_byte_and_another_changes_them() {
    let of = |seed, layout| {
        let span = Millis::minutes(30);
        generated(&Recipe { seed, layout, span, ..Recipe::default() })
    };
    for layout in [RecipeLayout::Counts, RecipeLayout::Log] {
        assert_eq!(of(1, layout), of(1, layout));
        assert_ne!(of(1, layout), of(2, layout));
    }
}

#[test]
fn names_with_separators_come_back() {
    let names = ["a,b".to_owned(), "say \"go\"".to_owned()];
    let loads = loads(&names, &[Rate::per_second(1)], &[Millis(50)]).unwrap();
    let text = generated(&Recipe { loads, start: None, ..Recipe::default() });
    let read = read("t.csv", &text);
    assert_eq!(read.functions.iter().map(|f| f.name.clone()).collect::<Vec<_>>(), names);
}

#[test]
fn recipes_that_make_no_sense_are_refused() {
    let load = |rate| loads(&["a".to_owned()], &[rate], &[Millis(5)]).unwrap();
    for bad in [
        Recipe { slot: Millis(0), ..Recipe::default() },
        Recipe { span: Millis(5), ..Recipe::default() },
        Recipe { loads: Vec::new(), ..Recipe::default() },
        Recipe { shapes: Vec::new(), ..Recipe::default() },
        Recipe { loads: load(Rate(1 << 40)), ..Recipe::default() },
        Recipe { loads: load(Rate::per_second(1_000_000)), layout: RecipeLayout::Log, ..Recipe::default() },
        Recipe { slot: Millis(1), ..Recipe::default() },
        Recipe { peak: u32::MAX, shapes: shapes("flash-crowd").unwrap(), ..Recipe::default() },
        Recipe { start: start("9999-12-30").unwrap(), span: Millis::minutes(9_000), ..Recipe::default() },
    ] {
        assert_eq!(bad.check().count(), 1, "{}", bad.check());
    }
    assert!(loads(&["a".into(), "b".into(), "c".into()], &[Rate(1), Rate(2)], &[Millis(5)]).is_err());
    assert!(start("tomorrow").is_err());
}

fn bulk(bulk: Bulk, rows: u64, seed: u64) -> String {
    let mut text = String::new();
    bulk.write(rows, seed, &mut text).unwrap();
    text
}

#[test]
fn the_importer_takes_bulk_files_for_what_they_are() {
    for (name, _, kind, _) in Bulk::ALL {
        let text = bulk(kind, 200, 3);
        let source = InputFile { name, bytes: &text };
        let trace = import(source, &Companions::default(), &Options::default()).unwrap();
        assert_eq!(text.lines().count(), 201);
        assert!(!trace.notes.iter().any(|note| note.contains("order")), "{:?}", trace.notes);
        assert!(trace.invocations() >= 200, "{name}");
        assert_eq!(bulk(kind, 200, 3), text);
        assert_ne!(bulk(kind, 200, 4), text);
    }
}
