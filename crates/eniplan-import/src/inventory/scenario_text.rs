//! Scenario text: an estate as a scenario file, with comments that tell where each part came from.

use std::fmt::Write;

use super::estate::{Estate, EstateFunction, EstateSubnet};
use super::found::{FactOrigin, Quota};
use eniplan_core::diagnostic::{Diagnostics, escaped};
use eniplan_core::scenario::read;

impl Estate {
    /// The estate as a scenario file, which is read once as `file` to see that it loads.
    ///
    /// `model` is the name of a built-in one; without it the file names none. Fails with what a scenario
    /// cannot hold: subnets that overlap, a name that stands twice (E203).
    pub fn scenario(&self, file: &str, model: Option<&str>) -> Result<String, Diagnostics> {
        let mut out = self.head();
        if let Some(model) = model {
            line(&mut out, &format!("model = {}", quoted(model)));
        }
        let used: Vec<bool> = self.used();
        let own = self.own_addresses();
        for (at, subnet) in self.subnets.iter().enumerate() {
            if used.get(at).copied().unwrap_or(false) {
                let own = own.get(at).copied().unwrap_or(0);
                let held = self.addresses_in_use(subnet);
                subnet_text(&mut out, subnet, own, held);
            }
        }
        for function in &self.functions {
            self.function_text(&mut out, function);
        }
        self.quota_text(&mut out);
        read(file, &out)?;
        Ok(out)
    }

    fn head(&self) -> String {
        let mut out = String::new();
        comment(&mut out, "Written by `eniplan inventory` from");
        for (file, kind) in &self.sources {
            comment(&mut out, &format!("  {file} ({kind})"));
        }
        comment(
            &mut out,
            "Invocations and their durations are not in these files; they come from the trace.",
        );
        comment(&mut out, "If the trace has no durations, add one to each function: duration = \"120ms\".");
        for note in &self.notes {
            comment(&mut out, &format!("Note: {note}"));
        }
        out
    }

    /// Which subnets the scenario needs: those of functions; without any function, all.
    fn used(&self) -> Vec<bool> {
        let mut used = vec![self.functions.is_empty(); self.subnets.len()];
        for &at in self.functions.iter().flat_map(|function| &function.subnets) {
            if let Some(seen) = used.get_mut(at) {
                *seen = true;
            }
        }
        used
    }

    /// Addresses of each subnet that the functions' own ENIs hold, which a simulation makes anew.
    fn own_addresses(&self) -> Vec<u32> {
        let mut own = vec![0_u32; self.subnets.len()];
        // A published version is not in the scenario, so that its ENI is one of others.
        let functions = self.functions.iter();
        let mut classes: Vec<(&str, usize, &[String])> = functions
            .flat_map(|function| {
                function
                    .subnets
                    .iter()
                    .map(|&at| (self.subnet_name(at), at, function.security_groups.as_slice()))
            })
            .collect();
        classes.sort_unstable();
        classes.dedup();
        for eni in self.enis.iter().filter(|eni| eni.lambda && eni.attached) {
            let key = (eni.subnet.as_str(), eni.security_groups.as_slice());
            let found = classes.binary_search_by(|(name, _, groups)| (*name, *groups).cmp(&key));
            let at = found.ok().and_then(|at| classes.get(at)).map(|(_, at, _)| *at);
            if let Some(sum) = at.and_then(|at| own.get_mut(at)) {
                *sum = sum.saturating_add(eni.addresses);
            }
        }
        own
    }

    /// Addresses taken in a subnet of which nobody says how many are free, by the listed ENIs.
    fn addresses_in_use(&self, subnet: &EstateSubnet) -> Option<u32> {
        let sum = || {
            self.enis
                .iter()
                .filter(|eni| eni.subnet == subnet.name)
                .fold(0_u32, |sum, eni| sum.saturating_add(eni.addresses))
        };
        self.enis_listed.then(sum)
    }

    /// The account's limits, which go before the model's.
    fn quota_text(&self, out: &mut String) {
        let keys = [
            (Quota::VpcEnis, "vpc_enis"),
            (Quota::RegionEnis, "region_enis"),
            (Quota::Concurrency, "concurrency"),
        ];
        let known = keys.iter().filter_map(|(quota, key)| Some((key, self.quotas.get(quota)?)));
        let known: Vec<_> = known.filter(|(_, (limit, _))| *limit > 0).collect();
        if known.is_empty() {
            return;
        }
        out.push('\n');
        line(out, "[quota]");
        for (key, (limit, origin)) in known {
            line(out, &format!("{key} = {limit} # {}", escaped(&origin.words())));
        }
    }

    fn function_text(&self, out: &mut String, function: &EstateFunction) {
        out.push('\n');
        said(out, &function.origin, function.timeout_s.map(|seconds| format!("timeout {seconds}s")));
        if let Some(concurrency) = function.concurrency {
            comment(out, &format!("reserved concurrency {concurrency}"));
        }
        for group in &function.security_groups {
            if let Some(label) = self.group_labels.get(group).filter(|label| *label != group) {
                comment(out, &format!("{group} is {label}"));
            }
        }
        line(out, "[[function]]");
        line(out, &format!("name = {}", quoted(&function.name)));
        if let Some(memory) = function.memory {
            line(out, &format!("memory = \"{memory}\""));
        }
        let subnets = function.subnets.iter().map(|&at| self.subnet_name(at));
        line(out, &format!("subnets = {}", list(subnets)));
        if !function.subnets.is_empty() {
            let groups = function.security_groups.iter().map(String::as_str);
            line(out, &format!("security_groups = {}", list(groups)));
        }
    }
}

/// `own` addresses are of the functions' ENIs; `held` are of all ENIs that are listed.
fn subnet_text(out: &mut String, subnet: &EstateSubnet, own: u32, held: Option<u32>) {
    out.push('\n');
    match &subnet.origin {
        Some(origin) => said(out, origin, subnet.label.clone()),
        None => comment(out, "used by functions, but not described in any file: add its cidr and zone"),
    }
    line(out, "[[subnet]]");
    line(out, &format!("name = {}", quoted(&subnet.name)));
    for (key, value) in [("zone", &subnet.zone), ("vpc", &subnet.vpc)] {
        if let Some(value) = value {
            line(out, &format!("{key} = {}", quoted(value)));
        }
    }
    let Some((cidr, usable)) = subnet.cidr.zip(subnet.usable()) else { return };
    line(out, &format!("cidr = \"{cidr}\""));
    let (taken, how) = match (subnet.free, held) {
        (Some(free), _) => (usable.saturating_sub(free), "in use"),
        (None, Some(held)) => (held, "or more held by the listed ENIs"),
        (None, None) => return,
    };
    let others = taken.saturating_sub(own).min(usable);
    line(out, &format!("in_use = {others} # {taken} {how}, {own} of them by ENIs of the functions below"));
}

fn said(out: &mut String, origin: &FactOrigin, more: Option<String>) {
    let more = more.map(|more| format!(", {more}")).unwrap_or_default();
    comment(out, &format!("{} ({}){more}", origin.words(), origin.authority.words()));
}

/// A comment on one line of its own, whatever is in it.
fn comment(out: &mut String, text: &str) {
    line(out, &format!("# {}", escaped(text)));
}

fn line(out: &mut String, text: &str) {
    // A string takes all that is written to it.
    let _ = writeln!(out, "{text}");
}

/// A text as TOML writes it, on one line.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() || escaped(c.encode_utf8(&mut [0; 4])).starts_with('\\') => {
                let _ = write!(out, "\\U{:08X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

fn list<'n>(names: impl Iterator<Item = &'n str>) -> String {
    format!("[{}]", names.map(quoted).collect::<Vec<_>>().join(", "))
}
