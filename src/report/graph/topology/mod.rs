//! The topology as a drawing: functions, the ENIs they connect through, where those are, what they reach.
//!
//! ENIs with the same security groups and the same users are one box, whatever their
//! subnets; arrows that would join each of several boxes with each of several others meet in a
//! point. Security groups are drawn where there are destinations, since they matter for those alone.

mod destinations;

use std::collections::{BTreeMap, BTreeSet};

use super::{Direction, Drawing, DrawingNode, Frame, NodeKind};
use crate::demand::{Demand, pools};
use crate::report::format::{counted, thousands};
use crate::scenario::Scenario;
use crate::topology::{Topology, TopologyNode as Place};

/// The ranks, before those without boxes are left out.
const FUNCTIONS: usize = 0;
const TO_ENIS: usize = 1;
const ENIS: usize = 2;
const TO_SUBNETS: usize = 3;
const SUBNETS: usize = 4;
const BEYOND: usize = 5;
/// The most functions that get a box each; of more, those that are connected alike share one.
const SINGLE: usize = 40;
/// The most functions that a shared box names.
const NAMED: usize = 6;

/// ENIs in one box: its index, their classes, and the pools that use them.
type EniBox = (usize, Vec<usize>, BTreeSet<usize>);

/// A topology under construction.
struct Sketch<'a> {
    topology: &'a Topology,
    scenario: &'a Scenario,
    demand: Option<&'a Demand>,
    drawing: Drawing,
    /// Functions with the same classes: those classes, and their indices.
    pools: Vec<(Vec<usize>, Vec<usize>)>,
    /// Whether there are several VPCs, so that boxes say theirs.
    several: bool,
}

/// `topology` of `scenario` under the model `model`; `demand` adds what the trace needs.
pub fn topology(model: &str, scenario: &Scenario, topology: &Topology, demand: Option<&Demand>) -> Drawing {
    let vpcs: BTreeSet<&str> = scenario.subnets.iter().map(|subnet| subnet.vpc.as_str()).collect();
    let drawing = Drawing {
        title: format!(
            "{} in {} of {} on {model}",
            counted(topology.functions.len() as u64, "function", "functions"),
            counted(scenario.subnets.len() as u64, "subnet", "subnets"),
            counted(vpcs.len() as u64, "VPC", "VPCs"),
        ),
        captions: captions(topology, demand.is_some()),
        direction: Direction::Right,
        nodes: Vec::new(),
        edges: Vec::new(),
        frames: Vec::new(),
    };
    let (pools, several) = (pools(topology), vpcs.len() > 1);
    let mut sketch = Sketch { topology, scenario, demand, drawing, pools, several };
    let members = sketch.functions();
    let boxes = sketch.enis();
    sketch.connect(&members, &boxes);
    sketch.places(&boxes);
    if !scenario.destinations.is_empty() {
        sketch.destinations(&boxes);
    }
    let yours = vpcs.into_iter().collect::<Vec<_>>().join(", ");
    let label = if several { format!("your VPCs: {yours}") } else { format!("your VPC: {yours}") };
    sketch.drawing.frames = vec![
        Frame { label: "the provider's VPC".to_owned(), first: FUNCTIONS, last: FUNCTIONS },
        Frame { label, first: ENIS, last: BEYOND },
    ];
    squeezed(sketch.drawing)
}

fn captions(topology: &Topology, with_demand: bool) -> Vec<String> {
    let limits = &topology.limits;
    let mut parts = vec![
        format!("an ENI boots in {} and is deleted in {}", topology.boot, topology.delete),
        limits
            .region_quota
            .map_or(String::new(), |quota| format!("{} ENIs per Region", thousands(quota.into()))),
        limits.vpc_quota.map_or(String::new(), |quota| format!("{} ENIs per VPC", thousands(quota.into()))),
        limits.api.map_or(String::new(), |bucket| {
            format!("the API creates {} (burst {})", bucket.per_second, bucket.burst)
        }),
    ];
    parts.retain(|part| !part.is_empty());
    let mut captions = vec![format!("Limits: {}.", parts.join("; "))];
    if with_demand {
        captions.push("Environments and ENIs: peak demand in closed form, ignoring limits.".to_owned());
    }
    captions
}

impl Sketch<'_> {
    /// The boxes of functions: those of each pool, then those outside any VPC. Gives them by pool.
    fn functions(&mut self) -> Vec<Vec<usize>> {
        let outside: Vec<usize> = self
            .topology
            .functions
            .iter()
            .enumerate()
            .filter(|(_, place)| place.classes.is_empty())
            .map(|(index, _)| index)
            .collect();
        let groups: Vec<Vec<usize>> =
            self.pools.iter().map(|(_, members)| members.clone()).chain([outside]).collect();
        let single = self.topology.functions.len() <= SINGLE;
        let mut by_pool = Vec::with_capacity(groups.len());
        for (pool, members) in groups.iter().enumerate() {
            let in_vpc = pool < self.pools.len();
            let nodes: Vec<DrawingNode> = if single || members.len() == 1 {
                members.iter().filter_map(|&f| self.function(f, in_vpc)).collect()
            } else {
                self.several_functions(members, in_vpc).into_iter().collect()
            };
            by_pool.push(nodes.into_iter().map(|node| self.drawing.push(node)).collect());
        }
        by_pool
    }

    fn function(&self, f: usize, in_vpc: bool) -> Option<DrawingNode> {
        let place = self.topology.functions.get(f)?;
        let mut node = DrawingNode::new(NodeKind::Function, FUNCTIONS, place.name.as_str());
        let outside = if in_vpc { "" } else { ", outside any VPC" };
        let environments = match self.environments(&[f]) {
            Some(most) => format!(", {}", counted(most, "environment", "environments")),
            None => String::new(),
        };
        node.aside = format!("{}{outside}{environments}", place.memory);
        node.hint = format!("function {}, {}", place.name, node.aside);
        Some(node)
    }

    fn several_functions(&self, members: &[usize], in_vpc: bool) -> Option<DrawingNode> {
        let names: Vec<&str> =
            members.iter().filter_map(|&f| Some(self.topology.functions.get(f)?.name.as_str())).collect();
        let count = u64::try_from(names.len()).unwrap_or(0);
        let mut node =
            DrawingNode::new(NodeKind::Function, FUNCTIONS, counted(count, "function", "functions"));
        let more = names.len().saturating_sub(NAMED);
        let rest = if more == 0 { String::new() } else { format!(" and {} more", thousands(more as u64)) };
        node.lines = vec![names.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ") + &rest];
        node.aside = if in_vpc { String::new() } else { "outside any VPC".to_owned() };
        if let Some(most) = self.environments(members) {
            node.lines
                .push(format!("up to {} (sum of their peaks)", counted(most, "environment", "environments")));
        }
        (count > 0).then_some(node)
    }

    /// The sum of the peaks of these functions' environments; nothing without a trace.
    fn environments(&self, members: &[usize]) -> Option<u64> {
        let demand = self.demand?;
        Some(
            members
                .iter()
                .filter_map(|&f| demand.functions.get(f))
                .map(|function| u64::from(function.environments.peak().0))
                .sum(),
        )
    }

    /// The boxes of ENIs: each with its classes and the pools that use it.
    fn enis(&mut self) -> Vec<EniBox> {
        let mut users: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); self.topology.classes.len()];
        for (pool, (classes, _)) in self.pools.iter().enumerate() {
            for &class in classes {
                users[class].insert(pool);
            }
        }
        let vpc = |class: usize| {
            let subnet = self.topology.classes.get(class).map_or(usize::MAX, |class| class.subnet);
            self.scenario.subnets.get(subnet).map_or("", |subnet| subnet.vpc.as_str())
        };
        let mut found: Vec<(Vec<usize>, BTreeSet<usize>)> = Vec::new();
        let mut known: BTreeMap<(&[String], &str, BTreeSet<usize>), usize> = BTreeMap::new();
        for (index, (class, users)) in self.topology.classes.iter().zip(users).enumerate() {
            let key = (class.security_groups.as_slice(), vpc(index), users.clone());
            let at = *known.entry(key).or_insert_with(|| {
                found.push((Vec::new(), users));
                found.len() - 1
            });
            found[at].0.push(index);
        }
        let mut boxes: Vec<DrawingNode> =
            found.iter().map(|(classes, users)| self.eni_box(classes, users)).collect();
        told_apart(&mut boxes);
        let mut placed = Vec::with_capacity(boxes.len());
        for (node, (classes, users)) in boxes.into_iter().zip(found) {
            placed.push((self.drawing.push(node), classes, users));
        }
        placed
    }

    fn eni_box(&self, classes: &[usize], users: &BTreeSet<usize>) -> DrawingNode {
        let groups = classes.first().and_then(|&class| self.topology.classes.get(class));
        let groups = groups.map_or_else(String::new, |class| class.security_groups.join(" + "));
        let mut node = DrawingNode::new(
            NodeKind::Enis,
            ENIS,
            if groups.is_empty() { "(no security group)".to_owned() } else { groups },
        );
        // What a pool needs is known for all its classes together.
        let one: Option<&usize> = users.iter().next().filter(|_| users.len() == 1);
        let whole =
            one.filter(|&&pool| self.pools.get(pool).is_some_and(|(all, _)| all.len() == classes.len()));
        let most = whole.and_then(|&pool| Some(self.demand?.pools.get(pool)?.enis.peak().0));
        if let Some(most) = most {
            node.aside = counted(most.into(), "ENI", "ENIs");
        }
        let subnet = |&class: &usize| {
            let subnet = self.topology.classes.get(class)?.subnet;
            Some(self.scenario.subnets.get(subnet)?.name.as_str())
        };
        let subnets: Vec<&str> = classes.iter().filter_map(subnet).collect();
        node.hint = format!("ENIs with the security groups {} in {}", node.title, subnets.join(", "));
        node
    }

    /// From the functions to their ENIs.
    fn connect(&mut self, members: &[Vec<usize>], boxes: &[EniBox]) {
        let mut leads = Vec::new();
        for (pool, members) in members.iter().enumerate() {
            let to: BTreeSet<usize> =
                boxes.iter().filter(|(.., users)| users.contains(&pool)).map(|(node, ..)| *node).collect();
            leads.extend(members.iter().map(|&from| (from, to.clone())));
        }
        self.join(leads, TO_ENIS, "connects through");
    }

    /// Subnets and zones, and the way from the ENIs to them.
    fn places(&mut self, boxes: &[EniBox]) {
        let mut places = BTreeMap::new();
        for (subnet, room) in self.scenario.subnets.iter().zip(&self.topology.limits.subnets) {
            let mut node = DrawingNode::new(NodeKind::Subnet, SUBNETS, subnet.name.as_str());
            node.aside = counted(room.addresses.into(), "free address", "free addresses");
            if self.several {
                node.aside = format!("{}, {}", node.aside, subnet.vpc);
            }
            node.hint = format!("subnet {} in {} of VPC {}", subnet.name, subnet.zone, subnet.vpc);
            places.insert(Place::Subnet(subnet.name.clone()), self.drawing.push(node));
        }
        let zones: BTreeSet<&str> = self.scenario.subnets.iter().map(|subnet| subnet.zone.as_str()).collect();
        for zone in zones {
            let node = DrawingNode::new(NodeKind::Zone, BEYOND, zone);
            places.insert(Place::Zone(zone.to_owned()), self.drawing.push(node));
        }
        for subnet in &self.scenario.subnets {
            let ends = (
                places.get(&Place::Subnet(subnet.name.clone())),
                places.get(&Place::Zone(subnet.zone.clone())),
            );
            if let (Some(&from), Some(&to)) = ends {
                self.drawing.link(from, to, "is in");
            }
        }
        let subnet = |&class: &usize| {
            let subnet = self.topology.classes.get(class)?.subnet;
            places.get(&Place::Subnet(self.scenario.subnets.get(subnet)?.name.clone())).copied()
        };
        let leads = boxes
            .iter()
            .map(|(node, classes, _)| (*node, classes.iter().filter_map(subnet).collect()))
            .collect();
        self.join(leads, TO_SUBNETS, "have addresses in");
    }

    /// Arrows from each of `leads` to what it leads to; those that lead to the same several boxes meet
    /// in a point of this rank.
    fn join(&mut self, leads: Vec<(usize, BTreeSet<usize>)>, rank: usize, meaning: &'static str) {
        let mut alike: BTreeMap<BTreeSet<usize>, Vec<usize>> = BTreeMap::new();
        for (from, to) in leads {
            alike.entry(to).or_default().push(from);
        }
        for (to, from) in alike {
            let meet = (to.len() > 1 && from.len() > 1)
                .then(|| self.drawing.push(DrawingNode::new(NodeKind::Junction, rank, "")));
            for &from in &from {
                match meet {
                    Some(point) => self.drawing.link(from, point, meaning),
                    None => {
                        for &to in &to {
                            self.drawing.link(from, to, meaning);
                        }
                    }
                }
            }
            if let Some(point) = meet {
                for &to in &to {
                    self.drawing.link(point, to, meaning);
                }
            }
        }
    }
}

/// Boxes of the same groups say where they are too.
fn told_apart(boxes: &mut [DrawingNode]) {
    let titles: Vec<String> = boxes.iter().map(|node| node.title.clone()).collect();
    for node in boxes {
        if titles.iter().filter(|title| **title == node.title).count() > 1
            && let Some((_, places)) = node.hint.rsplit_once(" in ")
        {
            node.title = format!("{} in {places}", node.title);
        }
    }
}

/// The same without ranks that have no boxes.
fn squeezed(mut drawing: Drawing) -> Drawing {
    let used: Vec<usize> =
        drawing.nodes.iter().map(|node| node.rank).collect::<BTreeSet<_>>().into_iter().collect();
    let place = |rank: usize| used.partition_point(|&other| other < rank);
    for node in &mut drawing.nodes {
        node.rank = place(node.rank);
    }
    drawing.frames.retain(|frame| used.iter().any(|rank| (frame.first..=frame.last).contains(rank)));
    for frame in &mut drawing.frames {
        (frame.first, frame.last) = (place(frame.first), place(frame.last + 1).saturating_sub(1));
    }
    drawing
}
