//! The built-in models: one file in `models/` and one line here each.

/// A built-in model.
#[derive(Clone, Copy, Debug)]
pub struct BuiltIn {
    /// Its name on the command line, and its file's stem.
    pub name: &'static str,
    /// What it stands for, in one sentence.
    pub summary: &'static str,
    /// Its text, for [`super::load`].
    pub text: &'static str,
}

/// Every built-in model, in the order they are listed; the first is the default.
pub const ALL: &[BuiltIn] = &[
    BuiltIn {
        name: "lambda-2018",
        summary: "Lambda in a VPC before Hyperplane, as described in the talk: an environment that finds no idle ENI waits 5 to 15 minutes for one to boot",
        text: include_str!("../../../../models/lambda-2018.toml"),
    },
    BuiltIn {
        name: "lambda-2019-measured",
        summary: "Lambda in a VPC before Hyperplane, as measured from outside in April 2019: half of the cold starts found an ENI, the others waited 6 to 28 seconds for one",
        text: include_str!("../../../../models/lambda-2019-measured.toml"),
    },
    BuiltIn {
        name: "lambda-hyperplane-2019",
        summary: "Lambda in a VPC in the first weeks of Hyperplane (September 2019): like lambda-hyperplane, but attaching took a third of the time",
        text: include_str!("../../../../models/lambda-hyperplane-2019.toml"),
    },
    BuiltIn {
        name: "lambda-hyperplane",
        summary: "Lambda in a VPC since September 2019 (Hyperplane): one ENI per subnet and set of security groups, created at deployment and shared by 65,000 connections",
        text: include_str!("../../../../models/lambda-hyperplane.toml"),
    },
];

/// The built-in model of this name.
pub fn named(name: &str) -> Option<&'static BuiltIn> {
    ALL.iter().find(|model| model.name == name)
}
