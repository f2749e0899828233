//! The `eniplan` command.

fn main() {}
