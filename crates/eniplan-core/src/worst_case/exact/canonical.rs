//! Usual form: states with the same future are made equal where that is cheap to see, so that the search
//! looks at them once.

use super::bucket::{BucketRates, ZoneBucket};
use super::event::{ExactEvent, PendingEvent};
use super::model::ExactModel;
use super::number::number;
use super::state::{EniStage, ExactEni, ExactState};
use super::zone::{InstantZone, ZERO, ZoneInstant};
use crate::policy::PickEnvironment;

impl ExactState {
    /// Brings the state to its usual form, and the zone to the instants it still refers to; gives
    /// those by their old names.
    pub(super) fn normalize(&mut self, model: &ExactModel<'_>, zone: &mut InstantZone) -> Vec<ZoneInstant> {
        self.pending.sort_by_key(|pending| pending.event.rank());
        self.forget_order(zone);
        self.forget_full_buckets(model, zone);
        self.renumber(model);
        self.rename(zone)
    }

    /// The order of scheduling counts for events that can fall on one millisecond, and for the
    /// idle environments of a function; others are put in an order that does not tell it.
    fn forget_order(&mut self, zone: &InstantZone) {
        let mut order: Vec<(PendingEvent, [i64; 4])> =
            self.pending.iter().map(|&pending| (pending, self.signature(pending, zone))).collect();
        let counts = |(a, mine): &(PendingEvent, [i64; 4]), (b, other): &(PendingEvent, [i64; 4])| {
            let idle = |pending: &PendingEvent| matches!(pending.event, ExactEvent::EnvironmentExpiry { .. });
            let tie = |a: ZoneInstant, b: ZoneInstant| zone.gap(a, b) >= 0 && zone.gap(b, a) >= 0;
            a.event.rank() != b.event.rank()
                || (idle(a) && mine[1] == other[1])
                || a.at.zip(b.at).is_some_and(|(a, b)| tie(a, b))
        };
        for n in 1..order.len() {
            let mut at = n;
            while at > 0 && order[at].1 < order[at - 1].1 && !counts(&order[at - 1], &order[at]) {
                order.swap(at - 1, at);
                at -= 1;
            }
        }
        self.pending = order.into_iter().map(|(pending, _)| pending).collect();
    }

    /// What can be told of an event without the order in which things happened.
    fn signature(&self, pending: PendingEvent, zone: &InstantZone) -> [i64; 4] {
        let (kind, what) = match pending.event {
            ExactEvent::EniGone { eni } | ExactEvent::EniReady { eni } | ExactEvent::EniExpiry { eni } => {
                (0, self.eni(eni).map_or(0, |eni| i64::from(eni.class)))
            }
            ExactEvent::PhaseEnd { environment, step } => {
                (1 + i64::from(step), self.function_number(environment))
            }
            ExactEvent::InvocationEnd { environment } | ExactEvent::EnvironmentExpiry { environment } => {
                (0, self.function_number(environment))
            }
        };
        // What never happens comes after all else.
        let (earliest, latest) =
            pending.at.map_or((i64::MAX, i64::MAX), |at| (zone.earliest(at), zone.latest(at)));
        [kind, what, earliest, latest]
    }

    fn function_number(&self, environment: u16) -> i64 {
        self.environment(environment).map_or(0, |entry| i64::from(entry.function))
    }

    /// A bucket that is full before anything can happen again is simply full; so is that of the
    /// creation requests where it has a token for every request that can still come.
    fn forget_full_buckets(&mut self, model: &ExactModel<'_>, zone: &InstantZone) {
        let next = model.arrivals.get(self.arrived as usize).map(|next| ZoneInstant::at(next.at));
        let instants: Vec<ZoneInstant> =
            self.pending.iter().filter_map(|pending| pending.at).chain(next).collect();
        let forget = |bucket: &mut ZoneBucket, rates: Option<&BucketRates>| {
            let full = rates.map_or(Some(ZERO), |rates| bucket.full_again(rates));
            if full.is_some_and(|full| instants.iter().all(|&at| zone.gap(full, at) <= 0)) {
                *bucket = ZoneBucket::full();
            }
        };
        let coming = model.arrivals.len() - self.arrived as usize;
        let requests = coming + self.cold().filter(|environment| environment.eni.is_none()).count();
        if model.policy().warm == 0
            && model.api.is_some_and(|rates| rates.tokens_left(self.api.taken) >= requests as u128)
            && instants.iter().all(|&at| zone.gap(self.api.full_at, at) <= 0)
        {
            self.api = ZoneBucket::full();
        }
        forget(&mut self.api, model.api.as_ref());
        forget(&mut self.hosts, model.hosts.as_ref());
        forget(&mut self.account_scaling, model.account_scaling.as_ref());
        for bucket in &mut self.function_scaling {
            forget(bucket, model.function_scaling.as_ref());
        }
    }

    /// Closes the gaps in the numbers; where nothing goes by their creation, environments
    /// are numbered by their next event.
    fn renumber(&mut self, model: &ExactModel<'_>) {
        let by_creation = matches!(
            model.policy().pick_environment,
            PickEnvironment::NewestCreated | PickEnvironment::OldestCreated
        );
        let mut order: Vec<u16> = Vec::new();
        if !by_creation {
            let seen = self.pending.iter().filter_map(|pending| pending.event.environment());
            let seen = seen.chain(self.enis.iter().flatten().flat_map(|eni| eni.waiting.iter().copied()));
            for environment in seen.chain(self.waiters.iter().copied()) {
                if !order.contains(&environment) {
                    order.push(environment);
                }
            }
        }
        for n in 0..self.environments.len() {
            let n = number(n);
            if self.environment(n).is_some() && !order.contains(&n) {
                order.push(n);
            }
        }
        let enis = self.eni_order(model);
        if is_plain(&order, self.environments.len()) && is_plain(&enis, self.enis.len()) {
            return;
        }
        self.reorder(&order, &enis);
    }

    /// ENIs that can still be picked in the order of creation, the others by their next event.
    fn eni_order(&self, model: &ExactModel<'_>) -> Vec<u16> {
        let picked = |eni: &ExactEni| model.policy().reuse && eni.stage != EniStage::Deleting;
        let mut order: Vec<u16> =
            (0..self.enis.len()).filter(|&n| self.enis[n].as_ref().is_some_and(picked)).map(number).collect();
        let eni_of = |event: ExactEvent| match event {
            ExactEvent::EniGone { eni } | ExactEvent::EniReady { eni } | ExactEvent::EniExpiry { eni } => {
                Some(eni)
            }
            _ => self.environment(event.environment()?)?.eni,
        };
        let all = (0..self.enis.len()).filter(|&n| self.enis[n].is_some());
        let all = all.map(number);
        for eni in self.pending.iter().filter_map(|pending| eni_of(pending.event)).chain(all) {
            if !order.contains(&eni) {
                order.push(eni);
            }
        }
        order
    }

    fn reorder(&mut self, environments: &[u16], enis: &[u16]) {
        let new_environment = inverse(environments, self.environments.len());
        let new_eni = inverse(enis, self.enis.len());
        self.environments = environments
            .iter()
            .map(|&n| {
                let mut entry = self.environment(n).copied()?;
                entry.eni = entry.eni.map(|eni| new_eni[usize::from(eni)]);
                Some(entry)
            })
            .collect();
        self.enis = enis.iter().map(|&n| self.eni(n).cloned()).collect();
        for eni in self.enis.iter_mut().flatten() {
            eni.waiting
                .iter_mut()
                .for_each(|environment| *environment = new_environment[usize::from(*environment)]);
        }
        self.waiters
            .iter_mut()
            .for_each(|environment| *environment = new_environment[usize::from(*environment)]);
        for pending in &mut self.pending {
            pending.event = pending.event.renumbered(&new_environment, &new_eni);
        }
    }

    /// Gives the instants their usual names and offsets, and forgets those nothing refers to.
    fn rename(&mut self, zone: &mut InstantZone) -> Vec<ZoneInstant> {
        let mut kept: Vec<ZoneInstant> = vec![ZERO];
        let mut names: Vec<Option<ZoneInstant>> = vec![None; zone.variables()];
        names[0] = Some(ZERO);
        let mut rename = |at: &mut ZoneInstant| {
            let old = usize::from(at.variable);
            let name = names[old].unwrap_or_else(|| {
                // Two instants whose distance is certain are one.
                let tied = kept.iter().position(|&other| zone.gap(*at, other) == -zone.gap(other, *at));
                let name = if let Some(n) = tied {
                    ZoneInstant { variable: number(n), offset: zone.gap(*at, kept[n]) - at.offset }
                } else {
                    kept.push(*at);
                    ZoneInstant { variable: number(kept.len() - 1), offset: -at.offset }
                };
                names[old] = Some(name);
                name
            });
            *at = name.plus(at.offset);
        };
        self.pending.iter_mut().filter_map(|pending| pending.at.as_mut()).for_each(&mut rename);
        rename(&mut self.api.full_at);
        rename(&mut self.hosts.full_at);
        *zone = zone.onto(&kept);
        kept
    }
}

/// Whether `order` is 0, 1, 2 and so on, all of them.
fn is_plain(order: &[u16], all: usize) -> bool {
    order.len() == all && order.iter().enumerate().all(|(n, &old)| usize::from(old) == n)
}

/// The new number of each old one.
fn inverse(order: &[u16], all: usize) -> Vec<u16> {
    let mut new = vec![u16::MAX; all];
    for (n, &old) in order.iter().enumerate() {
        new[usize::from(old)] = number(n);
    }
    new
}
