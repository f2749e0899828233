//! Joint plans: `cargo bench --bench plan`.

#[path = "../tests/it/plan_joint_instance.rs"]
mod plan_joint_instance;

use eniplan::plan::joint::{JointAnswer, solve_joint};
use plan_joint_instance::twelve_classes;

fn main() {
    divan::main();
}

#[divan::bench(args = [1_440, 10_080], sample_count = 10)]
fn joint(bencher: divan::Bencher, slots: u64) {
    let joint = twelve_classes(slots, 15, 35);
    bencher.bench(|| matches!(solve_joint(&joint), Ok(JointAnswer::Planned(_))));
}
