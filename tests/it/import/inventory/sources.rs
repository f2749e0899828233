//! Each source: what is read of it, and what is told where it is wrong.

use eniplan::inventory::{ALL, Audit, Estate, EstateFunction, InventorySource, unite_sources};
use eniplan::quantity::Memory;

use super::{estate, model, whole};
use crate::support::real;
use crate::told;

fn function<'e>(estate: &'e Estate, name: &str) -> &'e EstateFunction {
    estate
        .functions
        .iter()
        .find(|function| function.name == name)
        .unwrap_or_else(|| panic!("{name}: {estate:?}"))
}

/// A function's memory in MiB, its subnets and its groups.
fn place<'e>(estate: &'e Estate, name: &str) -> (u64, Vec<&'e str>, Vec<&'e str>) {
    let function = function(estate, name);
    let subnets = function.subnets.iter().map(|&at| estate.subnet_name(at)).collect();
    let groups = function.security_groups.iter().map(String::as_str).collect();
    (function.memory.map_or(0, |memory| memory.0 / Memory::mib(1).0), subnets, groups)
}

#[test]
fn live_listings_are_united() {
    let estate = whole(&["functions-1.json", "functions-2.json", "subnets.json", "enis.json"]);
    assert_eq!(place(&estate, "orders"), (1_024, vec!["subnet-a", "subnet-b"], vec!["sg-app", "sg-db"]));
    assert_eq!(place(&estate, "nightly"), (128, vec![], vec![]));
    assert_eq!(place(&estate, "legacy"), (128, vec![], vec![]));
    assert_eq!(estate.versions.len(), 1);
    assert_eq!(estate.versions[0].name, "checkout:7");
    assert_eq!(function(&estate, "cart").region.as_deref(), Some("eu-west-1"));
    // No file describes it, but its function says which VPC.
    let c = estate.subnets.iter().find(|subnet| subnet.name == "subnet-c").unwrap();
    assert_eq!((c.vpc.as_deref(), c.cidr, &c.origin), (Some("vpc-1"), None, &None));
    assert!(!estate.subnets.iter().any(|subnet| subnet.name == "subnet-six"));
    assert!(estate.functions_listed && estate.enis_listed && estate.incomplete.is_empty());
}

#[test]
fn a_missing_last_page_is_told_and_makes_no_orphans() {
    let estate = whole(&["functions-1.json", "enis.json"]);
    assert_eq!(estate.incomplete, ["Functions"]);
    assert!(Audit::compare(&estate, &model("lambda-hyperplane")).orphans.is_none());
    assert!(estate.notes.iter().any(|note| note.contains("the last page is missing")), "{:?}", estate.notes);
}

#[test]
fn terraform_plans_tell_what_is_known_only_after_apply() {
    let estate = whole(&["plan.json"]);
    let (memory, subnets, groups) = place(&estate, "api-get");
    assert_eq!((memory, subnets), (512, vec!["aws_subnet.new[0]", "aws_subnet.new[1]"]));
    assert_eq!(groups, ["aws_security_group.api"]);
    let put = place(&estate, "module.api[\"x.y\"].aws_lambda_function.this[\"put\"]");
    assert_eq!(put.1, ["aws_subnet.new[0]", "aws_subnet.new[1]"]);
    assert_eq!(place(&estate, "plain"), (128, vec![], vec![]));
    assert_eq!(place(&estate, "absent"), (256, vec![], vec![]));
    assert_eq!(place(&estate, "checkout").1, ["subnet-a", "subnet-b"]);
    assert_eq!(function(&estate, "checkout").concurrency, Some(40));
    assert_eq!(function(&estate, "plain").concurrency, None);
    // What was, and will be no more, is not in the plan; what a data source read is known.
    assert!(!estate.functions.iter().any(|function| function.name == "destroyed"));
    let b = estate.subnets.iter().find(|subnet| subnet.name == "subnet-b").unwrap();
    assert_eq!(b.zone.as_deref(), Some("eu-west-1b"));
}

#[test]
fn the_live_one_wins_over_the_state_and_that_over_the_plan() {
    let estate = whole(&["plan.json", "state.json", "functions-1.json", "functions-2.json"]);
    let checkout = function(&estate, "checkout");
    assert_eq!(
        (checkout.memory, checkout.origin.file.as_str()),
        (Some(Memory::mib(1_536)), "functions-1.json")
    );
    assert_eq!(checkout.concurrency, Some(40), "what the live one does not say, the plan does");
    let note = "checkout: functions-1.json:3 (live) and plan.json:63 disagree (memory 1536 MiB vs 3008 MiB); the first is used";
    assert!(estate.notes.iter().any(|text| text == note), "{:?}", estate.notes);
    assert_eq!(estate.functions.iter().filter(|function| function.name == "cart").count(), 1);
}

#[test]
fn sam_globals_are_concatenated_and_intrinsics_resolved() {
    let estate = whole(&["template.yaml"]);
    let worker = ["Extra", "import ${Stage}-subnet", "subnet-a"];
    assert_eq!(place(&estate, "Worker"), (768, worker.to_vec(), vec!["Group"]));
    // Globals: one list and something else do not concatenate, two lists do.
    assert_eq!(place(&estate, "resize-768"), (512, vec!["subnet-a", "subnet-b"], vec!["Group", "sg-app"]));
    // Globals are SAM's, not CloudFormation's.
    assert_eq!(place(&estate, "Bare"), (128, vec!["subnet-a", "subnet-b"], vec!["sg-app"]));
    assert_eq!(place(&estate, "outside"), (128, vec![], vec![]));
    let extra = estate.subnets.iter().find(|subnet| subnet.name == "Extra").unwrap();
    assert_eq!(extra.cidr.map(|cidr| cidr.to_string()).as_deref(), Some("10.0.9.0/24"));
    assert_eq!(extra.vpc.as_deref(), Some("import net-vpc"));
    for note in ["so used by name: Extra, import ${Stage}-subnet, Group", "Private, Worker"] {
        assert!(estate.notes.iter().any(|text| text.contains(note)), "{note}: {:?}", estate.notes);
    }
}

#[test]
fn names_that_mean_different_things_are_told_apart() {
    let template = |memory| {
        format!(
            "Resources:\n  F:\n    Type: AWS::Lambda::Function\n    Properties:\n      MemorySize: {memory}\n      \
             VpcConfig: {{SubnetIds: [!Ref S], SecurityGroupIds: [!Ref G]}}\n"
        )
    };
    let (one, two) = (template(128), template(256));
    let estate = estate(&[("one.yaml", &one), ("two.yaml", &two)]);
    assert_eq!(place(&estate, "one.yaml/F"), (128, vec!["S (one.yaml)"], vec!["G (one.yaml)"]));
    assert_eq!(place(&estate, "two.yaml/F"), (256, vec!["S (two.yaml)"], vec!["G (two.yaml)"]));
    let region = |region: &str| {
        format!(
            r#"{{"Functions":[{{"FunctionName":"f","FunctionArn":"arn:aws:lambda:{region}:1:function:f"}}]}}"#
        )
    };
    let (east, west) = (region("us-east-1"), region("us-west-2"));
    let estate = super::estate(&[("e", &east), ("w", &west)]);
    let names: Vec<&str> = estate.functions.iter().map(|function| function.name.as_str()).collect();
    assert_eq!(names, ["us-east-1/f", "us-west-2/f"]);
    assert!(estate.notes.iter().any(|text| text.contains("us-east-1, us-west-2")));
}

#[test]
fn before_hyperplane_the_memory_counts() {
    let functions = r#"{"FunctionName":"f","FunctionArn":"a","MemorySize":1024,
        "VpcConfig":{"SubnetIds":["a","b"],"SecurityGroupIds":["g"]}}"#;
    let with = |concurrency: u32| {
        format!(
            r#"{{"Configuration":{functions},"Concurrency":{{"ReservedConcurrentExecutions":{concurrency}}}}}"#
        )
    };
    for (concurrency, per_class) in [(0, 0), (1, 1), (6, 1), (7, 2), (600, 100)] {
        let text = with(concurrency);
        let audit = Audit::compare(&estate(&[("f", &text)]), &model("lambda-2018"));
        // Half of the environments in each subnet, three of 1 GiB on an ENI.
        assert_eq!(audit.expected(), 2 * per_class, "{concurrency}");
        assert!(!audit.at_least());
    }
    let text = with(200_000);
    let audit = Audit::compare(&estate(&[("f", &text)]), &model("lambda-hyperplane"));
    assert_eq!(audit.expected(), 4, "100,000 connections in each subnet, 65,000 on an ENI");
}

/// What is told of one file, line by line.
fn problems(name: &str, text: &str) -> Vec<String> {
    let problems = unite_sources(&[InventorySource { name, text }]).err();
    problems.map_or_else(Vec::new, |all| all.sorted().into_iter().map(told).collect())
}

#[test]
fn everything_wrong_with_a_file_is_told_in_its_place() {
    for (text, wanted) in [
        ("", &["E004 1:1 the file is empty"][..]),
        ("# a comment alone\n", &["E004 1:1 the file is empty"]),
        ("{\"Functions\": [", &["E201 1:15 invalid JSON: EOF while parsing a list"]),
        (
            "{\"ReservedConcurrentExecutions\": 5}",
            &["E003 1:1 the output of get-function-concurrency does not name its function"],
        ),
        ("{\"MetricDataResults\": []}", &["E003 1:1 this is a trace"]),
        ("{\"Functions\": 5}", &["E203 1:15 `Functions` must be a list"]),
        (
            "{\"Subnets\": [\n{\"SubnetId\": \"a\", \"CidrBlock\": \"10.0.0.0/8\"},\n{\"SubnetId\": \"b\", \"CidrBlock\": \"10.0.0.9/24\"},\n{\"SubnetId\": \"c\", \"CidrBlock\": \"10.0.0.0/28\", \"AvailableIpAddressCount\": 12},\n{\"CidrBlock\": 4}]}",
            &[
                "E203 2:32 a /8 block is not a valid subnet size",
                "E203 3:32 the block is not aligned to its prefix length",
                "E203 4:74 more free addresses than the 11 usable ones in 10.0.0.0/28",
                "E203 5:1 an entry has no `SubnetId`",
            ],
        ),
        ("{\"a\": 1}", &["E003 1:1 unknown kind of inventory: a map of a"]),
        (
            "{\"version\": 4, \"terraform_version\": \"1\", \"resources\": []}",
            &["E003 1:1 this is a raw Terraform state file"],
        ),
        (
            "Resources:\n  F:\n    Type: AWS::Lambda::Function\n    Properties: {MemorySize: lots, VpcConfig: none}\n",
            &[
                "E203 4:30 `MemorySize` must be a whole number from 1 to 1048576; found: lots",
                "E203 4:47 `VpcConfig` must be a map",
            ],
        ),
        (
            "Resources: [\n",
            &["E201 2:1 invalid YAML: while parsing a node, did not find expected node content"],
        ),
    ] {
        assert_eq!(problems("f", text), wanted, "{text}");
    }
}

#[test]
fn wrong_types_in_one_function_are_all_told() {
    let text = "{\"Functions\": [{\"FunctionName\": \"f\",\n \"MemorySize\": \"big\", \"Timeout\": -1,\n \
                \"VpcConfig\": {\"SubnetIds\": \"s\", \"SecurityGroupIds\": [3]}}, 7, {}]}";
    assert_eq!(
        problems("f", text),
        [
            "E203 2:16 `MemorySize` must be a whole number from 1 to 1048576",
            "E203 2:34 `Timeout` must be a whole number from 0 to 86400",
            "E203 3:29 `SubnetIds` must be a list",
            "E203 3:55 `SecurityGroupIds` must list ids",
            "E203 3:61 `Functions` must list entries",
            "E203 3:64 an entry has no `FunctionName`",
        ]
    );
}

#[test]
fn files_that_contradict_each_other_are_refused() {
    let one = r#"{"Functions":[{"FunctionName":"f","FunctionArn":"arn:f","MemorySize":128}]}"#;
    let two = one.replace("128", "256");
    let sources = [InventorySource { name: "a", text: one }, InventorySource { name: "b", text: &two }];
    let problems = unite_sources(&sources).unwrap_err();
    let found: Vec<String> = problems.sorted().into_iter().map(told).collect();
    assert_eq!(found, ["E106 1:15 conflicts with a:1: memory 128 MiB vs 256 MiB"]);
    assert!(unite_sources(&[sources[0], InventorySource { name: "c", text: one }]).is_ok());
    let torn = r#"{"Functions":[{"FunctionName":"f","VpcConfig":{"SubnetIds":["s","t"],"SecurityGroupIds":["g"]}}]}"#;
    let subnets = r#"{"Subnets":[{"SubnetId":"s","VpcId":"v"},{"SubnetId":"t","VpcId":"w"}]}"#;
    let problems = unite_sources(&[
        InventorySource { name: "f", text: torn },
        InventorySource { name: "s", text: subnets },
    ])
    .unwrap_err();
    assert!(
        problems.to_string().contains("the subnets of the function are in several VPCs: v, w"),
        "{problems}"
    );
}

#[test]
fn every_kind_is_named_and_recognises_its_fixtures_alone() {
    assert!(ALL.iter().all(|source| !source.name().is_empty() && !source.summary().is_empty()));
    for (file, kind) in [
        ("functions-1.json", 0),
        ("enis.json", 1),
        ("subnets.json", 2),
        ("groups.json", 3),
        ("quotas.json", 4),
        ("attributes.json", 4),
        ("plan.json", 5),
        ("state.json", 5),
        ("template.yaml", 6),
    ] {
        let root = eniplan::document::tree::read(file, &super::text(file)).unwrap();
        let found: Vec<usize> = (0..ALL.len()).filter(|at| ALL[*at].recognises(&root)).collect();
        assert_eq!(found, [kind], "{file}");
    }
}

#[test]
fn lists_without_their_command_are_recognised_too() {
    let bare = r#"[{"FunctionName":"f","VpcConfig":{"SubnetIds":["s"],"SecurityGroupIds":["g"]}}]"#;
    let enis = r#"[{"NetworkInterfaceId":"e","SubnetId":"s","Groups":[{"GroupId":"g"}],"Description":"AWS Lambda VPC ENI-x"}]"#;
    let estate = estate(&[("f", bare), ("e", enis)]);
    let audit = Audit::compare(&estate, &model("lambda-hyperplane"));
    assert_eq!((audit.classes[0].exist, audit.orphans.map(|orphans| orphans.len())), (Some(1), Some(0)));
}

#[test]
fn sam_says_the_same_as_what_it_is_translated_to() {
    let (Some(from), Some(to)) =
        (real("layouts/sam/globals_for_function.yaml"), real("layouts/sam/out_globals_for_function.json"))
    else {
        return;
    };
    let [from, to] = [from, to].map(|path| std::fs::read_to_string(path).unwrap());
    let (from, to) = (estate(&[("f", &from)]), estate(&[("f", &to)]));
    assert_eq!(from.functions.len(), 2);
    for function in &from.functions {
        assert_eq!(place(&from, &function.name), place(&to, &function.name));
        assert_eq!(function.concurrency, self::function(&to, &function.name).concurrency);
    }
}

#[test]
fn published_examples_are_read() {
    for (file, functions) in [
        ("layouts/aws_cli/list-functions.1.json", 3),
        ("layouts/aws_cli/describe-network-interfaces.1.json", 0),
        ("layouts/aws_cli/describe-subnets.2.json", 0),
        ("layouts/aws_cli/get-account-settings.1.json", 0),
        ("layouts/aws_cli/get-function-configuration.1.json", 1),
        ("layouts/terraform/plan_infracost_example.json", 2),
        ("layouts/sam/basic_function.yaml", 8),
    ] {
        let Some(path) = real(file) else { continue };
        let text = std::fs::read_to_string(path).unwrap();
        assert_eq!(estate(&[(file, &text)]).functions.len(), functions, "{file}");
    }
}
