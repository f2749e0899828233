//! Access: what the rules of security groups let a function do, as `describe-security-groups` tells.
//!
//! A function that gains a group may send what the group's egress rules allow, and reaches
//! every group whose ingress rules name the gained one as their source. What the gained group
//! lets in itself is listed too, though nothing connects to a function of its own accord.

use std::collections::{BTreeMap, BTreeSet};

/// Which way a rule looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Way {
    /// Out of the members of the group.
    Out,
    /// In to the members of the group.
    In,
}

/// One rule of a security group: one protocol and range of ports, one peer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AccessRule {
    pub(super) way: Way,
    /// `tcp 443`, `all trace`.
    pub(super) ports: String,
    /// A block of addresses, a prefix list, or a group's id.
    pub(super) peer: String,
}

/// The rules of all groups that were described, by the group's id.
pub(super) type Rules = BTreeMap<String, BTreeSet<AccessRule>>;

/// What a function with the groups `had` may do once it has `gains` too, in words; what it could do before
/// is left out. None where no rules of any gained group are known.
pub(super) fn gained(rules: &Rules, had: &[&str], gains: &[String]) -> Option<Vec<String>> {
    if !gains.iter().any(|group| rules.contains_key(group)) {
        return None;
    }
    let before: BTreeSet<String> = had.iter().flat_map(|group| of_group(rules, group)).collect();
    let after: BTreeSet<String> = gains.iter().flat_map(|group| of_group(rules, group)).collect();
    Some(after.difference(&before).cloned().collect())
}

/// What belonging to `group` allows.
fn of_group(rules: &Rules, group: &str) -> Vec<String> {
    let Some(own) = rules.get(group) else {
        return vec![format!("whatever {group} allows (its rules are not given)")];
    };
    let own = own.iter().map(|rule| match rule.way {
        Way::Out => format!("send {} to {}", rule.ports, rule.peer),
        Way::In => format!("accept {} from {}", rule.ports, rule.peer),
    });
    let let_in = rules.iter().flat_map(|(other, rules)| {
        let names = rules.iter().filter(|rule| rule.way == Way::In && rule.peer == group);
        names.map(move |rule| format!("reach {other} on {}", rule.ports))
    });
    own.chain(let_in).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(way: Way, ports: &str, peer: &str) -> AccessRule {
        AccessRule { way, ports: ports.into(), peer: peer.into() }
    }

    #[test]
    fn a_gained_group_opens_what_names_it_and_nothing_is_told_twice() {
        let all = || rule(Way::Out, "all traffic", "0.0.0.0/0");
        let rules = Rules::from([
            ("app".into(), BTreeSet::from([all()])),
            ("db-client".into(), BTreeSet::from([all(), rule(Way::Out, "tcp 5432", "db")])),
            ("db".into(), BTreeSet::from([rule(Way::In, "tcp 5432", "db-client")])),
        ]);
        let told = |had: &[&str], gains: &[&str]| {
            gained(&rules, had, &gains.iter().map(|group| (*group).to_owned()).collect::<Vec<_>>())
        };
        let client = ["reach db on tcp 5432", "send tcp 5432 to db"].map(str::to_owned).to_vec();
        assert_eq!(told(&["app"], &["db-client"]), Some(client));
        assert_eq!(told(&["db-client"], &["app"]), Some(Vec::new()));
        assert_eq!(told(&["app"], &["db"]).unwrap(), ["accept tcp 5432 from db-client"]);
        assert_eq!(told(&["app"], &["other"]), None);
        assert_eq!(
            told(&["app"], &["other", "app"]).unwrap(),
            ["whatever other allows (its rules are not given)"]
        );
    }
}
