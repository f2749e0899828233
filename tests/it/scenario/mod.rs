//! Scenario files are read in full, told what is wrong with them, and completed with defaults.

mod models;
mod topology;

use std::collections::BTreeMap;

use eniplan::diagnostic::Code;
use eniplan::document::Setting;
use eniplan::platform::{self, Platform, load};
use eniplan::quantity::{Memory, Millis};
use eniplan::scenario::{Observed, Raw, Scenario, read, read_with, resolve};
use eniplan::topology::Topology;
use proptest::prelude::*;

const GOOD: &str = include_str!("../../fixtures/scenarios/good.toml");

fn model() -> Platform {
    let model = platform::named("lambda-2018").expect("registered");
    load(model.name, model.text).expect("loads")
}

fn observed(names: &[&str]) -> Vec<Observed> {
    names.iter().map(|name| Observed { name: (*name).to_owned(), memory: None }).collect()
}

fn scenario(text: &str, functions: &[&str]) -> Scenario {
    let raw = read("s.toml", text).unwrap_or_else(|problems| panic!("{problems}"));
    resolve(&raw, &model(), &observed(functions)).expect("resolves")
}

#[test]
fn every_fault_of_the_fixtures_is_told_in_its_place() {
    assert!(crate::check_fixtures("scenarios", |text| read("s", text).err()) >= 4);
}

#[test]
fn the_accounts_quotas_go_before_the_models() {
    let text = "[quota]\nvpc_enis = 500\nconcurrency = 3000\napi = { burst = 7, per_second = \"2/s\" }\n";
    let raw = read("s.toml", text).unwrap();
    let platform = raw.limit(model());
    let scenario = resolve(&raw, &platform, &observed(&["a"])).unwrap();
    let limits = Topology::build(&scenario, &platform).unwrap().limits;
    let own = model().eni.region_quota.map(|quota| quota.value);
    assert_eq!((limits.vpc_quota, limits.region_quota), (Some(500), own));
    assert_eq!(limits.account_concurrency, Some(3_000));
    assert_eq!(limits.api.map(|api| (api.burst, api.per_second.to_string())), Some((7, "2/s".to_owned())));
    let said = "at most 500 ENIs per VPC, 3000 concurrent invocations in the account, 7 ENI requests at once, \
                then 2/s ([quota] of the scenario, in place of the model's limits)";
    assert!(scenario.assumptions.iter().any(|text| text == said), "{:?}", scenario.assumptions);
    assert_eq!(platform.eni.vpc_quota.unwrap().source, "[quota] in s.toml:2");
    assert_eq!(read("s.toml", "[quota]\n").unwrap().limit(model()), model());
}

/// What the command line sets wins over what the scenario's file says, in whichever of the two it stands.
#[test]
fn a_limit_that_is_set_goes_before_the_accounts() {
    let text = "[quota]\nvpc_enis = 500\nconcurrency = 3000\napi = { burst = 7, per_second = \"2/s\" }\n";
    let limits = |model_settings: &[&str], settings: &[&str]| {
        let parsed =
            |texts: &[&str]| texts.iter().map(|text| Setting::parse(text).unwrap()).collect::<Vec<_>>();
        let raw = read_with("s.toml", text, &parsed(settings)).unwrap();
        let built_in = platform::named("lambda-2018").unwrap();
        let platform = platform::load_with("m", built_in.text, &parsed(model_settings)).unwrap();
        let platform = raw.limit(platform);
        let scenario = resolve(&raw, &platform, &observed(&["a"])).unwrap();
        let limits = Topology::build(&scenario, &platform).unwrap().limits;
        let said = scenario.assumptions.into_iter().find(|text| text.contains("[quota]")).unwrap_or_default();
        (limits.vpc_quota, limits.api.map(|api| (api.burst, api.per_second.to_string())), said)
    };
    let (vpc, api, said) = limits(&["eni.vpc_quota.value=9", "eni.api.burst.value=8"], &[]);
    assert_eq!((vpc, api), (Some(9), Some((8, "2/s".to_owned()))));
    assert!(
        said.starts_with("at most 3000 concurrent invocations in the account, 2/s ENI requests ("),
        "{said}"
    );
    let (vpc, api, said) = limits(&["eni.vpc_quota.value=9"], &["quota.vpc_enis=11"]);
    assert_eq!((vpc, api), (Some(11), Some((7, "2/s".to_owned()))));
    assert!(said.starts_with("at most 11 ENIs per VPC, 3000"), "{said}");
}

#[test]
fn without_a_scenario_everything_has_a_default_and_is_said() {
    let trace = vec![
        Observed { name: "b".into(), memory: Some(Memory::mib(128)) },
        Observed { name: "a".into(), memory: None },
    ];
    let scenario = resolve(&Raw::default(), &model(), &trace).unwrap();
    let names: Vec<_> = scenario.functions.iter().map(|function| function.name.as_str()).collect();
    assert_eq!(names, ["b", "a"]);
    let memory: Vec<_> = scenario.functions.iter().map(|function| function.memory).collect();
    assert_eq!(memory, [Memory::mib(128), Memory::mib(1_024)]);
    for function in &scenario.functions {
        assert_eq!((function.subnets.as_slice(), function.connections), ([0].as_slice(), 1));
        assert_eq!(function.security_groups, ["default"]);
        assert_eq!(function.keep_alive, Millis::minutes(44));
    }
    assert_eq!(scenario.subnets.len(), 1);
    let subnet = &scenario.subnets[0];
    assert_eq!((subnet.usable, subnet.in_use), (4_091, 0));
    assert_eq!(
        scenario.assumptions,
        [
            "1 GiB of memory for a (no scenario given)",
            "subnet subnet-a with 4091 usable addresses in zone zone-a for every function (no scenario given)",
            "security group `default` for every function (no scenario given)",
            "keep-alive 44m for every function (model lambda-2018, grade M)",
        ]
    );
}

#[test]
fn what_the_scenario_says_wins_and_the_traces_order_stays() {
    let scenario = scenario(GOOD, &["cart", "checkout"]);
    let names: Vec<_> = scenario.functions.iter().map(|function| function.name.as_str()).collect();
    assert_eq!(names, ["cart", "checkout"]);
    let checkout = &scenario.functions[1];
    assert_eq!((checkout.memory, checkout.subnets.as_slice()), (Memory::mib(1_536), [0, 1].as_slice()));
    assert_eq!(
        (checkout.security_groups.as_slice(), checkout.reaches.as_slice()),
        (["app".to_owned()].as_slice(), ["orders-db".to_owned()].as_slice())
    );
    // Nobody says where cart is: it is in every subnet of the VPC.
    assert_eq!(scenario.functions[0].subnets, [0, 1]);
    let usable: Vec<_> = scenario.subnets.iter().map(|subnet| (subnet.usable, subnet.in_use)).collect();
    assert_eq!(usable, [(59, 12), (11, 0)]);
    assert_eq!(scenario.max_cold_start, Some(Millis::seconds(1)));
    assert_eq!(scenario.destinations[0].subnet, 1);
    let raw = read("s.toml", GOOD).unwrap();
    assert_eq!((raw.model(), raw.policy()), (Some("lambda-2018"), Some("idle-reuse")));
    assert_eq!(raw.durations(), BTreeMap::from([("checkout".to_owned(), Millis(120))]));
    assert_eq!(
        scenario.assumptions,
        [
            "1 GiB of memory for cart (not given in the scenario)",
            "subnets of vpc vpc, private-a, private-b for cart (not given in the scenario)",
            "security group `default` for cart (not given in the scenario)",
            "keep-alive 44m for every function (model lambda-2018, grade M)",
            "within a VPC, every security group can reach every other (no [[allow]] given)",
        ]
    );
}

#[test]
fn functions_only_the_scenario_knows_come_last_and_may_be_outside_a_vpc() {
    let text = "[[function]]\nname = \"z\"\nsubnets = []\nkeep_alive = \"5m\"\n[[function]]\nname = \"y\"\n";
    let scenario = scenario(text, &["y", "x"]);
    let names: Vec<_> = scenario.functions.iter().map(|function| function.name.as_str()).collect();
    assert_eq!(names, ["y", "x", "z"]);
    assert!(scenario.functions[2].subnets.is_empty());
    assert_eq!(scenario.functions[2].keep_alive, Millis::minutes(5));
    let last = scenario.assumptions.last().unwrap();
    assert_eq!(last, "never invoked: z (in the scenario but not in the trace)");
}

#[test]
fn usable_addresses_are_the_block_less_five() {
    for (prefix, usable) in [(16, 65_531), (20, 4_091), (24, 251), (26, 59), (28, 11)] {
        let text = format!("[[subnet]]\nname = \"s\"\ncidr = \"10.0.0.0/{prefix}\"\nin_use = {usable}\n");
        assert_eq!(scenario(&text, &[]).subnets[0].usable, usable);
        let over = text.replace(&usable.to_string(), &(usable + 1).to_string());
        assert_eq!(read("s", &over).unwrap_err().sorted()[0].code, Code::BadValue);
    }
}

#[test]
fn equal_blocks_overlap_within_a_vpc_only_and_neighbours_do_not() {
    let two = |cidr: &str, vpc: &str| {
        format!(
            "[[subnet]]\nname=\"a\"\ncidr=\"10.0.0.0/25\"\n[[subnet]]\nname=\"b\"\ncidr=\"{cidr}\"\nvpc=\"{vpc}\"\n"
        )
    };
    assert_eq!(read("s", &two("10.0.0.0/25", "vpc")).unwrap_err().count(), 1);
    assert_eq!(read("s", &two("10.0.0.0/24", "vpc")).unwrap_err().sorted()[0].line, Some(6));
    assert!(read("s", &two("10.0.0.0/25", "other")).is_ok());
    assert!(read("s", &two("10.0.0.128/25", "vpc")).is_ok());
}

#[test]
fn a_function_named_twice_in_the_trace_is_refused() {
    let problems = resolve(&Raw::default(), &model(), &observed(&["a", "b", "a"])).unwrap_err();
    assert_eq!((problems.count(), problems.sorted()[0].code), (1, Code::Duplicate));
}

#[test]
fn large_files_are_read_in_linear_time() {
    let subnets = (0..4_096)
        .map(|n| format!("[[subnet]]\nname = \"s{n}\"\ncidr = \"10.{}.{}.0/28\"\n", n / 256, n % 256))
        .collect::<Vec<_>>()
        .concat();
    let functions = (0..20_000)
        .map(|n| format!("[[function]]\nname = \"f{n}\"\nsubnets = [\"t{n}\"]\n"))
        .collect::<Vec<_>>()
        .concat();
    let problems = read("s", &format!("{subnets}{functions}")).unwrap_err();
    assert_eq!(problems.count(), 20_000);
    let line = format!("model = [{}]", "\"é\",".repeat(200_000));
    assert_eq!(read("s", &line).unwrap_err().count(), 1);
    let names: Vec<String> = (0..20_000).map(|n| format!("f{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let scenario = scenario(&subnets, &names);
    assert!(scenario.functions.iter().all(|function| function.subnets.len() == 16));
    assert_eq!(Topology::build(&scenario, &model()).unwrap().classes.len(), 16);
}

proptest! {
    /// Whatever stands in a scenario file, it ends with a topology or with diagnostics.
    #[test]
    fn no_text_makes_the_reader_panic(cut in 0..1_000_usize, drop in 0..40_usize, put in "[\\PC\n]{0,12}") {
        let body: String = GOOD.lines().filter(|line| !line.starts_with("#!")).collect::<Vec<_>>().join("\n");
        let (at, end) = (cut % body.len(), (cut % body.len() + drop).min(body.len()));
        let text = format!("{}{put}{}", &body[..at], &body[end..]);
        match read("s", &text) {
            Ok(raw) => {
                let scenario = resolve(&raw, &model(), &observed(&["checkout"])).unwrap();
                let _ = Topology::build(&scenario, &model());
            }
            Err(problems) => {
                prop_assert!(problems.sorted().iter().all(|problem| problem.line.is_some_and(|line| line > 0)));
            }
        }
    }
}

#[test]
fn names_of_sections_until_0_1_0_are_read() {
    let old = "[[subnet]]\nname = \"a\"\n[[target]]\nname = \"db\"\nsubnet = \"a\"\n[promise]\nmax_cold_start = \"2s\"\n";
    let new = old.replace("[[target]]", "[[destination]]").replace("[promise]", "[slo]");
    let (old, new) = (scenario(old, &["f"]), scenario(&new, &["f"]));
    assert_eq!((old.max_cold_start, old.destinations.len()), (Some(Millis::seconds(2)), 1));
    assert_eq!(old, new);
}
