//! The path of one cold start: its phases, what each waited for, and its longest part.

use crate::cold_path::{Cause, EniFound, NoReady, PathPhase, PhaseWait, SystemLimit};
use crate::quantity::{Millis, Rate};
use crate::report::format::{counted, joined, name, sentence, thousands};
use crate::report::views::{BottleneckView, NoWaitView, SpentOnView};
use crate::report::{ReportTable, TableCell};

/// The limits on ENIs and microVMs, for sentences; `None`: there is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ColdStartLimits {
    /// The API's token bucket: tokens in a full one, and its refill.
    pub api: Option<(u32, Rate)>,
    /// ENIs per VPC.
    pub vpc_quota: Option<u32>,
    /// ENIs per Region.
    pub region_quota: Option<u32>,
    /// Addresses for ENIs in all subnets.
    pub addresses: u64,
    /// Starts of microVMs per second.
    pub microvm: Option<Rate>,
}

impl ColdStartLimits {
    /// The limit with its number, to follow "the".
    fn words(&self, limit: SystemLimit) -> String {
        let quota = |quota: Option<u32>| {
            quota.map_or_else(String::new, |n| format!(" of {}", counted(n.into(), "ENI", "ENIs")))
        };
        match limit {
            SystemLimit::MicrovmRate => {
                let rate = self.microvm.map_or_else(String::new, |rate| format!(" ({rate})"));
                format!("microVM start rate{rate}")
            }
            SystemLimit::ApiTokens => {
                let bucket = self.api.map_or_else(String::new, |(burst, rate)| {
                    format!(" ({rate}, burst {})", thousands(burst.into()))
                });
                format!("API token bucket{bucket}")
            }
            SystemLimit::SubnetAddresses => {
                format!("{} of its subnets", counted(self.addresses, "address", "addresses"))
            }
            SystemLimit::VpcQuota => format!("VPC's quota{}", quota(self.vpc_quota)),
            SystemLimit::RegionQuota => format!("Region's quota{}", quota(self.region_quota)),
            SystemLimit::Plan => "plan".to_owned(),
        }
    }
}

/// The phases of one cold start, or nothing where there are none.
pub(super) fn path(title: &str, phases: &[PathPhase]) -> Option<ReportTable> {
    let columns = [
        ("phase", "phase"),
        ("start_ms", "starts at"),
        ("wait_ms", "waits"),
        ("waits_for", "for"),
        ("duration_ms", "takes"),
    ];
    let mut table = ReportTable::new(title, &columns).prose(&["waits_for"]);
    for phase in phases {
        table.push(vec![
            TableCell::text(phase.phase.as_str()),
            TableCell::Span(phase.start_ms),
            TableCell::Span(phase.wait_ms),
            waits(&phase.waits),
            TableCell::Span(phase.duration_ms),
        ]);
    }
    (!table.rows.is_empty()).then_some(table)
}

/// What one part of a wait was for.
pub(in crate::report) const fn cause(wait: &PhaseWait) -> &'static str {
    match (wait.cause, wait.limit) {
        (Cause::Host, _) => "a host",
        (Cause::Room, Some(SystemLimit::Plan)) => "the plan's next ENI",
        (Cause::Room, _) => "ENI capacity or quota",
        (Cause::Token, _) => "an API token",
        (Cause::Boot, _) => "the boot of its ENI",
        (Cause::Join, _) => "a boot in progress",
    }
}

/// What a step waited for.
fn waits(waits: &[PhaseWait]) -> TableCell {
    in_words(waits).map_or(TableCell::Missing, TableCell::Text)
}

/// What a step waited for, in words; with the length of each part where there are several.
pub(in crate::report) fn in_words(waits: &[PhaseWait]) -> Option<String> {
    match waits {
        [] => None,
        [one] => Some(cause(one).to_owned()),
        several => {
            let parts = several.iter().map(|wait| format!("{} {}", cause(wait), Millis(wait.ms)));
            Some(parts.collect::<Vec<_>>().join(", "))
        }
    }
}

/// The longest part of a cold start: a wait, or a phase that waits for nothing.
struct ColdStartPart<'a> {
    phase: &'a PathPhase,
    wait: Option<PhaseWait>,
    ms: u64,
}

/// The first of the longest parts; `None` without a path that takes time.
fn longest_part(path: &[PathPhase]) -> Option<ColdStartPart<'_>> {
    let parts = path.iter().flat_map(|phase| {
        let waits =
            phase.waits.iter().map(move |&wait| ColdStartPart { phase, wait: Some(wait), ms: wait.ms });
        waits.chain([ColdStartPart { phase, wait: None, ms: phase.duration_ms }])
    });
    parts.filter(|part| part.ms > 0).reduce(|best, part| if part.ms > best.ms { part } else { best })
}

/// The longest part of `of`, a cold start of `length` ms with this path, in one sentence.
pub(in crate::report) fn binding(
    of: &str,
    length: u64,
    path: &[PathPhase],
    limits: &ColdStartLimits,
) -> Option<String> {
    if length > 0 && path.is_empty() {
        return Some(
            "The invocation waits in its function's queue until an environment that another invocation \
             started is free."
                .to_owned(),
        );
    }
    let part = longest_part(path)?;
    let why = part.phase.found.filter(|_| part.wait.is_some());
    let why = why.map_or_else(String::new, |found| format!("; {}", no_ready_eni(&found)));
    let others = path.iter().flat_map(|phase| &phase.waits).filter(|wait| Some(**wait) != part.wait);
    let others: Vec<String> = others
        .filter_map(|wait| Some(format!("the {} adds {}", limits.words(wait.limit?), Millis(wait.ms))))
        .collect();
    let others = if others.is_empty() { String::new() } else { format!("; {}", joined(&others)) };
    let takes = sentence(&takes(&part, limits));
    Some(format!("{takes} of {of} ({}){why}{others}.", Millis(length)))
}

/// The longest part of a cold start with this path and what it takes: `the boot of a new ENI takes 15m`.
pub(in crate::report) fn bottleneck(path: &[PathPhase], limits: &ColdStartLimits) -> Option<String> {
    longest_part(path).map(|part| takes(&part, limits))
}

fn takes(part: &ColdStartPart<'_>, limits: &ColdStartLimits) -> String {
    let what = match part.wait {
        None => format!("phase {}", name(&part.phase.phase)),
        Some(wait) => match (wait.cause, wait.limit) {
            (Cause::Boot, _) => "the boot of a new ENI".to_owned(),
            (Cause::Join, _) => "the rest of a boot in progress".to_owned(),
            (cause, limit) => {
                let limit = limit.map_or_else(|| "limits".to_owned(), |limit| limits.words(limit));
                let wait = match cause {
                    Cause::Token => "the queue of",
                    Cause::Host => "waiting for",
                    _ => "waiting for an ENI within",
                };
                format!("{wait} the {limit}")
            }
        },
    };
    format!("{what} takes {}", Millis(part.ms))
}

/// Why no ready ENI took the environment.
fn no_ready_eni(found: &EniFound) -> String {
    let going = match found.deleting {
        0 => String::new(),
        1 => " (1 more was being deleted)".to_owned(),
        n => format!(" ({} more were being deleted)", thousands(n.into())),
    };
    let words = match (found.because, found.ready, found.booting) {
        (NoReady::NeverReused, ..) => "the policy reuses no ENIs".to_owned(),
        (NoReady::Missed, ..) => "it missed a reusable ENI".to_owned(),
        (NoReady::Full, 1, _) => "the only ready ENI had no room".to_owned(),
        (NoReady::Full, ready, _) => {
            format!("none of the {} ready ENIs had room", thousands(ready.into()))
        }
        (NoReady::Booting, _, 1) => "no ENI was ready and 1 was booting".to_owned(),
        (NoReady::Booting, _, booting) => {
            let booting = thousands(booting.into());
            format!("no ENI was ready and {booting} were booting")
        }
        (NoReady::NoneExists, ..) => "no ENI existed".to_owned(),
    };
    words + &going
}

/// The same for programs.
pub(super) fn bottleneck_view<'a>(
    length: u64,
    path: &'a [PathPhase],
    limits: &ColdStartLimits,
) -> Option<BottleneckView<'a>> {
    let summary = binding("that cold start", length, path, limits)?;
    let Some(part) = longest_part(path) else {
        let cause = SpentOnView::Else(NoWaitView::Queue);
        return Some(BottleneckView { phase: None, cause, duration_ms: length, limit: None, summary });
    };
    let cause = part.wait.map_or(SpentOnView::Else(NoWaitView::Phase), |wait| SpentOnView::Wait(wait.cause));
    let limit = part.wait.and_then(|wait| wait.limit);
    Some(BottleneckView { phase: Some(&part.phase.phase), cause, duration_ms: part.ms, limit, summary })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::views::value;

    fn phase(name: &str, duration_ms: u64, waits: &[(Cause, u64, Option<SystemLimit>)]) -> PathPhase {
        let waits: Vec<PhaseWait> =
            waits.iter().map(|&(cause, ms, limit)| PhaseWait { cause, ms, limit }).collect();
        PathPhase {
            phase: name.into(),
            start_ms: 0,
            wait_ms: waits.iter().map(|wait| wait.ms).sum(),
            duration_ms,
            waits,
            found: None,
        }
    }

    fn limits() -> ColdStartLimits {
        ColdStartLimits {
            api: Some((100, Rate::per_second(5))),
            region_quota: Some(350),
            addresses: 59,
            ..ColdStartLimits::default()
        }
    }

    #[test]
    fn the_longest_part_is_named_with_its_limit_and_what_stood() {
        let token = (Cause::Token, 930, Some(SystemLimit::ApiTokens));
        let found = |because, ready, booting| Some(EniFound { because, ready, booting, deleting: 2 });
        let mut eni = phase("create-eni", 0, &[token, (Cause::Boot, 900_000, None)]);
        eni.found = found(NoReady::Full, 35, 0);
        let said = |path: &[PathPhase]| {
            binding(
                "that cold start",
                path.iter().map(|phase| phase.wait_ms + phase.duration_ms).sum(),
                path,
                &limits(),
            )
            .unwrap()
        };
        assert_eq!(
            said(&[phase("download", 50, &[]), eni.clone()]),
            "The boot of a new ENI takes 15m of that cold start (15m0.98s); none of the 35 ready ENIs had \
             room (2 more were being deleted); the API token bucket (5/s, burst 100) adds 930ms."
        );
        eni.waits =
            vec![PhaseWait { cause: Cause::Room, ms: 900_000, limit: Some(SystemLimit::RegionQuota) }];
        (eni.wait_ms, eni.found) = (900_000, found(NoReady::Booting, 0, 1));
        assert_eq!(
            said(&[eni]),
            "Waiting for an ENI within the Region's quota of 350 ENIs takes 15m of that cold start (15m); no \
             ENI was ready and 1 was booting (2 more were being deleted)."
        );
        let slow = [phase("download", 50, &[]), phase("runtime", 51, &[])];
        assert_eq!(said(&slow), "Phase runtime takes 51ms of that cold start (101ms).");
        let json = |length, path| value(&bottleneck_view(length, path, &limits()));
        assert_eq!((&json(101, &slow)["cause"], &json(7, &[])["cause"]), (&"phase".into(), &"queue".into()));
        assert_eq!((binding("x", 0, &[], &limits()), json(0, &[])), (None, serde_json::Value::Null));
    }
}
