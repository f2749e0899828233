//! Reachability is found in the graph; the flat tables say what the scenario and the model say.

use eniplan::diagnostic::Code;
use eniplan::platform::{self, Platform, load};
use eniplan::quantity::{Capacity, Interval, Memory, Millis, Rate};
use eniplan::scenario::{Observed, read, resolve};
use eniplan::topology::{EniClass, TokenBucket, Topology, TopologyEdge, TopologyNode};

fn model(name: &str) -> Platform {
    load(name, platform::named(name).expect("registered").text).expect("loads")
}

/// Two VPCs, three subnets, functions in every kind of place, two destinations; `more` is appended.
fn text(more: &str) -> String {
    format!(
        r#"
[[subnet]]
name = "a1"
vpc = "main"
zone = "z1"
cidr = "10.0.1.0/24"
in_use = 51
[[subnet]]
name = "a2"
vpc = "main"
zone = "z2"
cidr = "10.0.2.0/24"
[[subnet]]
name = "b1"
vpc = "side"
zone = "z1"
cidr = "10.0.1.0/24"
[[function]]
name = "checkout"
subnets = ["a1", "a2"]
security_groups = ["app", "app"]
[[function]]
name = "report"
subnets = ["a2"]
security_groups = ["app"]
[[function]]
name = "side"
subnets = ["b1"]
security_groups = ["app"]
[[function]]
name = "outside"
subnets = []
[[target]]
name = "orders-db"
subnet = "a2"
security_groups = ["db"]
[[target]]
name = "cache"
subnet = "a1"
security_groups = ["cache"]
{more}"#
    )
}

fn build(text: &str) -> Result<Topology, String> {
    let raw = read("s.toml", text).unwrap_or_else(|problems| panic!("{problems}"));
    let scenario = resolve(&raw, &model("lambda-2018"), &[]).expect("resolves");
    Topology::build(&scenario, &model("lambda-2018")).map_err(|problems| {
        raw.locate(&problems).sorted().into_iter().map(crate::told).collect::<Vec<_>>().join("\n")
    })
}

fn reaching(text: &str, function: &str, destination: &str) -> String {
    let header = format!("name = \"{function}\"\n");
    text.replacen(&header, &format!("{header}reaches = [\"{destination}\"]\n"), 1)
}

#[test]
fn without_rules_a_function_reaches_what_is_in_its_vpc() {
    let topology = build(&text("")).unwrap();
    for (function, destinations) in
        [("checkout", vec!["cache", "orders-db"]), ("side", vec![]), ("outside", vec![]), ("nobody", vec![])]
    {
        assert_eq!(topology.reachable_destinations(function), destinations, "{function}");
    }
    assert_eq!(topology.missing_hop("report", "cache"), None);
}

#[test]
fn with_rules_only_allowed_groups_pass_and_one_hop_only() {
    let rules = "[[allow]]\nfrom = \"app\"\nto = \"cache\"\n[[allow]]\nfrom = \"cache\"\nto = \"db\"\n";
    let topology = build(&text(rules)).unwrap();
    // app -> cache -> db is two hops: a packet does not become the cache's by passing its group.
    assert_eq!(topology.reachable_destinations("checkout"), ["cache"]);
    assert_eq!(topology.reachable_destinations("side"), Vec::<&str>::new());
    let hop = topology.missing_hop("checkout", "orders-db").unwrap();
    assert_eq!(hop, "no security group of checkout (app) is allowed to reach orders-db (db)");
    // A rule between groups that exist nowhere opens nothing.
    let topology = build(&text("[[allow]]\nfrom = \"x\"\nto = \"db\"\n")).unwrap();
    assert_eq!(topology.reachable_destinations("checkout"), Vec::<&str>::new());
}

#[test]
fn each_missing_hop_is_named_where_it_was_asked_for() {
    let rules = "[[allow]]\nfrom = \"app\"\nto = \"cache\"\n";
    for (function, destination, told) in [
        ("outside", "orders-db", "E301 32:12 function outside is in no VPC, but orders-db is in vpc main"),
        ("side", "cache", "E301 28:12 function side is in vpc side, but cache is in vpc main"),
        (
            "checkout",
            "orders-db",
            "E301 20:12 no security group of checkout (app) is allowed to reach orders-db (db)",
        ),
    ] {
        assert_eq!(build(&reaching(&text(rules), function, destination)).unwrap_err(), told);
    }
    assert!(build(&reaching(&text(rules), "report", "cache")).is_ok());
}

#[test]
fn all_that_cannot_be_reached_is_told_at_once() {
    let rules = "[[allow]]\nfrom = \"app\"\nto = \"cache\"\n";
    let both = reaching(&reaching(&text(rules), "outside", "cache"), "side", "orders-db");
    assert_eq!(build(&both).unwrap_err().lines().count(), 2);
}

#[test]
fn an_eni_of_the_lambda_team_reaches_nothing() {
    let topology = build(&text("")).unwrap();
    let graph = &topology.graph;
    let team = graph.node_indices().find(|&node| graph[node] == TopologyNode::LambdaTeamVpc).unwrap();
    let out = graph.edges(team).count();
    let runs = graph.edge_weights().filter(|edge| **edge == TopologyEdge::RunsIn).count();
    // Every function runs there and nothing leads out of it.
    assert_eq!((out, runs), (0, 4));
}

#[test]
fn classes_stand_in_order_of_first_use_and_are_shared() {
    let topology = build(&text("")).unwrap();
    let class = |subnet| EniClass { subnet, security_groups: vec!["app".to_owned()] };
    assert_eq!(topology.classes, [class(0), class(1), class(2)]);
    let used: Vec<_> = topology.functions.iter().map(|place| place.classes.clone()).collect();
    assert_eq!(used, [vec![0, 1], vec![1], vec![2], vec![]]);
    let other = text("").replace("name = \"report\"\n", "name = \"report\"\nkeep_alive = \"1m\"\n").replacen(
        "security_groups = [\"app\"]",
        "security_groups = [\"db\", \"app\"]",
        1,
    );
    let topology = build(&other).unwrap();
    assert_eq!(topology.functions[1].classes, [2]);
    assert_eq!(topology.classes[2], EniClass { subnet: 1, security_groups: vec!["app".into(), "db".into()] });
    assert_eq!(topology.functions[1].keep_alive, Millis::minutes(1));
}

#[test]
fn limits_come_from_the_scenario_and_the_model() {
    let topology = build(&text("")).unwrap();
    let rooms: Vec<_> =
        topology.limits.subnets.iter().map(|room| (room.zone.as_str(), room.vpc, room.addresses)).collect();
    assert_eq!(rooms, [("z1", 0, 200), ("z2", 0, 251), ("z1", 1, 251)]);
    let limits = &topology.limits;
    assert_eq!((limits.vpc_quota, limits.region_quota), (None, Some(350)));
    assert_eq!(limits.api, Some(TokenBucket { burst: 100, per_second: Rate::per_second(5) }));
    assert_eq!(limits.account_concurrency, Some(1_000));
    assert_eq!(limits.account_scaling, Some(TokenBucket { burst: 500, per_second: Rate(8_333) }));
    assert_eq!((limits.function_scaling, limits.microvm), (None, None));
    assert_eq!(topology.boot, Interval::between(Millis::minutes(5), Millis::minutes(15)));
    assert_eq!(topology.capacity, Capacity::Memory(Memory::mib(3_072)));
}

#[test]
fn hyperplane_scales_each_function_and_hosts_multiply_the_rate() {
    let mut platform = model("lambda-hyperplane");
    let cited = &platform.eni.region_quota.clone().unwrap();
    let rate = eniplan::platform::Cited {
        value: Rate::per_second(150),
        source: cited.source.clone(),
        grade: cited.grade,
    };
    platform.environment.microvm = Some((rate, eniplan::platform::Cited { value: 3, ..cited.clone() }));
    let observed = [Observed { name: "f".into(), memory: None }];
    let scenario = resolve(&eniplan::scenario::Raw::default(), &platform, &observed).unwrap();
    let topology = Topology::build(&scenario, &platform).unwrap();
    let scaling = TokenBucket { burst: 1_000, per_second: Rate::per_second(100) };
    assert_eq!((topology.limits.account_scaling, topology.limits.function_scaling), (None, Some(scaling)));
    assert_eq!(topology.limits.microvm, Some(Rate::per_second(450)));
    assert_eq!(topology.limits.vpc_quota, Some(500));
    assert_eq!(topology.capacity, Capacity::Connections(65_000));
}

#[test]
fn a_target_that_is_not_declared_is_named() {
    let raw = read("s.toml", &text("")).unwrap();
    let mut scenario = resolve(&raw, &model("lambda-2018"), &[]).unwrap();
    scenario.functions[0].reaches.push("ledger".into());
    let problems = Topology::build(&scenario, &model("lambda-2018")).unwrap_err();
    assert_eq!((problems.count(), problems.sorted()[0].code), (1, Code::UnknownName));
}
