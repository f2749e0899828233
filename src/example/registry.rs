//! The examples: one folder in `data/examples/` and one line here each.

use super::Example;

macro_rules! example {
    ($name:literal, $($file:literal),*) => {
        Example {
            name: $name,
            readme: include_str!(concat!("../../data/examples/", $name, "/README.md")),
            files: &[$(($file, include_str!(concat!("../../data/examples/", $name, "/", $file)))),*],
        }
    };
}

/// Every example, the simplest first.
pub const ALL: &[Example] = &[
    example!("one-csv", "traffic.csv"),
    example!("flash-crowd", "traffic.csv"),
    example!("two-networks", "traffic.csv"),
    example!("small-subnet", "scenario.toml", "traffic.csv"),
    example!("lost-zone", "scenario.toml", "traffic.csv"),
    example!("growth", "scenario.toml", "traffic.csv"),
    example!("gate", "traffic.csv"),
    example!("inventory", "functions.json", "subnets.json", "traffic.csv"),
    example!("three-zones", "scenario.toml", "traffic.csv"),
];

/// The example of this name.
pub fn named(name: &str) -> Option<&'static Example> {
    ALL.iter().find(|example| example.name == name)
}
