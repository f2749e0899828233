//! eniplan: a capacity planner for serverless networking.
//!
//! From a CSV of traffic to the worst-case cold start, the ENIs needed to keep a
//! target, and the comparison of reuse policies. Data flows one way:
//!
//! ```text
//! CSV  -> traffic ─┐
//! TOML -> platform ┼-> topology, cold_path -> demand, simulation, worst_case, plan
//! TOML -> scenario ┘                                   -> comparison -> report
//! ```
//!
//! Each module opens with the noun it is about. `ARCHITECTURE.md` says which module
//! may use which, `docs/worst-case.md` and `docs/plan.md` prove what is claimed.
//!
//! # The whole way once
//!
//! ```
//! use eniplan::comparison::Case;
//! use eniplan::quantity::Millis;
//! use eniplan::simulation::{Random, Silent};
//! use eniplan::{cold_path, import, plan, platform, policy, scenario, topology, worst_case};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let csv = "start,function,duration_ms\n0,checkout,400\n70,checkout,400\n70.1,checkout,400\n";
//! let source = import::InputFile { name: "example.csv", bytes: &csv.as_bytes() };
//! let trace = import::import(source, &Default::default(), &Default::default())?;
//!
//! let model = platform::named("lambda-2018").ok_or("a built-in model")?;
//! let platform = platform::load(model.name, model.text)?;
//! let observed: Vec<_> = trace
//!     .functions
//!     .iter()
//!     .map(|it| scenario::Observed { name: it.name.clone(), memory: it.memory })
//!     .collect();
//! let scenario = scenario::resolve(&Default::default(), &platform, &observed)?;
//! let topology = topology::Topology::build(&scenario, &platform)?;
//! let cold_path = cold_path::ColdPath::new(&platform)?;
//!
//! let policy = policy::named("idle-reuse").ok_or("a built-in policy")?;
//! let backend = plan::backend::ALL[0];
//! let case = Case::new(&topology, &cold_path, &policy, &trace, backend);
//!
//! // What happens in one seeded world: the third invocation finds no idle environment.
//! let (outcome, ..) = case.run(Random::new(1), Silent)?;
//! assert_eq!((outcome.invocations, outcome.cold_starts.cold), (3, 1));
//! assert!(outcome.cold_starts.max() >= 300_000, "a boot of at least five minutes");
//!
//! // What can happen at worst, over every boot.
//! let worst = case.worst_case(worst_case::SearchEffort::default(), &worst_case::Unobserved)?;
//! assert_eq!(worst.cold_start.bound_ms, Some(900_640));
//! assert!(worst.cold_start.exact, "shown by replay too");
//!
//! // How many ENIs keep every cold start within a second.
//! let plan = case.plan_for(Millis::seconds(1))?;
//! assert_eq!(plan.amount.map(|amount| amount.peak_enis), Some(2));
//! assert_eq!(plan.lower_bound.peak_enis, 2, "and no plan can peak lower");
//! # Ok(())
//! # }
//! ```

pub mod cli;
pub mod example;
pub mod report;
#[cfg(feature = "schema")]
pub mod schema;

pub use eniplan_core::{
    cold_path, comparison, composition, demand, diagnostic, document, plan, platform, policy, quantity,
    random, scenario, simulation, topology, trace, worst_case,
};
pub use eniplan_import as import;
pub use eniplan_import::inventory;
