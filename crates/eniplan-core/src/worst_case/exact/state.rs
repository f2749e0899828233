//! State: everything discrete about an instant of a run, and the events to come.
//!
//! Environments and ENIs go by their place in the order of creation. Two states with the
//! same future are made equal where that is cheap to see ([`State::settle`]), so that the
//! search looks at them once.

use super::bucket::Bucket;
use super::model::Model;
use super::zone::{When, ZERO, Zone};
use crate::policy::{EnvironmentBinding, PickEnvironment};

/// What can happen. The variants stand in the order in which events of one millisecond happen,
/// arrivals between `InvocationEnd` and `EnvironmentExpiry`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Event {
    EniGone { eni: u16 },
    EniReady { eni: u16 },
    PhaseEnd { environment: u16, step: u16 },
    InvocationEnd { environment: u16 },
    EnvironmentExpiry { environment: u16 },
    EniExpiry { eni: u16 },
}

/// The rank of arrivals among [`Event::rank`]s.
pub(super) const ARRIVAL_RANK: u8 = 4;

impl Event {
    pub(super) const fn rank(self) -> u8 {
        match self {
            Self::EniGone { .. } => 0,
            Self::EniReady { .. } => 1,
            Self::PhaseEnd { .. } | Self::InvocationEnd { .. } => 2,
            Self::EnvironmentExpiry { .. } => 5,
            Self::EniExpiry { .. } => 6,
        }
    }
}

/// An event to come; without an instant it never happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Pending {
    pub(super) event: Event,
    pub(super) at: Option<When>,
}

/// An environment on its cold path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Cold {
    /// The invocation that started it, by its number.
    pub(super) invocation: u32,
    /// The steps that have ended, a bit each.
    pub(super) ended: u64,
}

/// An environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Environment {
    pub(super) function: u16,
    pub(super) eni: Option<u16>,
    pub(super) cold: Option<Cold>,
    /// Its number in the order of creation; zero where nobody writes the path down.
    pub(super) serial: u64,
}

/// Where an ENI stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    Booting,
    Ready,
    Deleting,
}

/// An ENI.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Eni {
    pub(super) class: u16,
    pub(super) stage: Stage,
    pub(super) room: u64,
    pub(super) environments: u32,
    /// Environments that wait for it to boot, in order.
    pub(super) waiting: Vec<u16>,
}

/// The whole; events of one rank stand in the order in which they were scheduled.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct State {
    /// Invocations that have arrived.
    pub(super) arrived: u32,
    pub(super) pending: Vec<Pending>,
    pub(super) environments: Vec<Option<Environment>>,
    pub(super) enis: Vec<Option<Eni>>,
    /// Environments that wait for room or a slot, in order.
    pub(super) waiters: Vec<u16>,
    /// Under queued binding: invocations that wait for an environment, by number.
    pub(super) queued: Vec<u32>,
    pub(super) api: Bucket,
    pub(super) hosts: Bucket,
    pub(super) account_scaling: Bucket,
    pub(super) function_scaling: Vec<Bucket>,
}

impl State {
    /// Nothing, at time zero.
    pub(super) fn new(functions: usize) -> Self {
        Self {
            arrived: 0,
            pending: Vec::new(),
            environments: Vec::new(),
            enis: Vec::new(),
            waiters: Vec::new(),
            queued: Vec::new(),
            api: Bucket::full(),
            hosts: Bucket::full(),
            account_scaling: Bucket::full(),
            function_scaling: vec![Bucket::full(); functions],
        }
    }

    pub(super) fn schedule(&mut self, at: Option<When>, event: Event) {
        self.pending.push(Pending { event, at });
    }

    pub(super) fn cancel(&mut self, which: impl Fn(Event) -> bool) {
        self.pending.retain(|it| !which(it.event));
    }

    pub(super) fn environment(&self, number: u16) -> Option<&Environment> {
        self.environments.get(usize::from(number))?.as_ref()
    }

    pub(super) fn environment_mut(&mut self, number: u16) -> Option<&mut Environment> {
        self.environments.get_mut(usize::from(number))?.as_mut()
    }

    pub(super) fn is_cold(&self, environment: u16) -> bool {
        self.environment(environment).is_some_and(|it| it.cold.is_some())
    }

    pub(super) fn eni(&self, number: u16) -> Option<&Eni> {
        self.enis.get(usize::from(number))?.as_ref()
    }

    pub(super) fn eni_mut(&mut self, number: u16) -> Option<&mut Eni> {
        self.enis.get_mut(usize::from(number))?.as_mut()
    }

    pub(super) fn is_idle(&self, eni: u16) -> bool {
        self.eni(eni).is_some_and(|it| it.stage == Stage::Ready && it.environments == 0)
    }

    /// ENIs held whose class satisfies `which`.
    pub(super) fn held(&self, which: impl Fn(u16) -> bool) -> u32 {
        let held = self.enis.iter().flatten().filter(|eni| which(eni.class)).count();
        u32::try_from(held).unwrap_or(u32::MAX)
    }

    /// Environments on their cold path.
    pub(super) fn cold(&self) -> impl Iterator<Item = &Environment> {
        self.environments.iter().flatten().filter(|it| it.cold.is_some())
    }

    /// Invocations that have arrived and are not over.
    pub(super) fn in_flight(&self, binding: EnvironmentBinding) -> usize {
        let running = |it: &&Pending| matches!(it.event, Event::InvocationEnd { .. });
        let waiting = match binding {
            EnvironmentBinding::Bound => self.cold().count(),
            EnvironmentBinding::Queued => self.queued.len(),
        };
        self.pending.iter().filter(running).count() + waiting
    }

    /// Brings the state to its usual form, and the zone to the instants it still refers to; gives
    /// those by their old names.
    pub(super) fn settle(&mut self, model: &Model<'_>, zone: &mut Zone) -> Vec<When> {
        self.pending.sort_by_key(|it| it.event.rank());
        self.forget_order(model, zone);
        self.forget_full_buckets(model, zone);
        self.renumber(model);
        self.rename(zone)
    }

    /// The order of scheduling counts for events that can fall on one millisecond, and for the
    /// idle environments of a function; others are put in an order that does not tell it.
    fn forget_order(&mut self, model: &Model<'_>, zone: &Zone) {
        let mut order: Vec<(Pending, [i64; 4])> =
            self.pending.iter().map(|&it| (it, self.signature(it, model, zone))).collect();
        let counts = |(a, mine): &(Pending, [i64; 4]), (b, other): &(Pending, [i64; 4])| {
            let idle = |it: &Pending| matches!(it.event, Event::EnvironmentExpiry { .. });
            let tie = |a: When, b: When| zone.gap(a, b) >= 0 && zone.gap(b, a) >= 0;
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
        self.pending = order.into_iter().map(|(it, _)| it).collect();
    }

    /// What can be told of an event without the order in which things happened.
    fn signature(&self, it: Pending, model: &Model<'_>, zone: &Zone) -> [i64; 4] {
        let (kind, what) = match it.event {
            Event::EniGone { eni } | Event::EniReady { eni } | Event::EniExpiry { eni } => {
                (0, self.eni(eni).map_or(0, |it| i64::from(it.class)))
            }
            Event::PhaseEnd { environment, step } => (1 + i64::from(step), self.function_of(environment)),
            Event::InvocationEnd { environment } | Event::EnvironmentExpiry { environment } => {
                (0, self.function_of(environment))
            }
        };
        let late = i64::try_from(model.arrivals.len()).unwrap_or(0) + super::bucket::NEVER;
        [kind, what, it.at.map_or(late, |at| zone.earliest(at)), it.at.map_or(late, |at| zone.latest(at))]
    }

    fn function_of(&self, environment: u16) -> i64 {
        self.environment(environment).map_or(0, |it| i64::from(it.function))
    }

    /// A bucket that is full before anything can happen again is simply full; so is that of the
    /// creation requests where it has a token for every request that can still come.
    fn forget_full_buckets(&mut self, model: &Model<'_>, zone: &Zone) {
        let next = model.arrivals.get(self.arrived as usize).map(|next| When::at(next.at));
        let instants: Vec<When> = self.pending.iter().filter_map(|it| it.at).chain(next).collect();
        let settled = |bucket: &mut Bucket, rates: Option<&super::bucket::Rates>| {
            let full = rates.map_or(Some(ZERO), |rates| bucket.full_again(rates));
            if full.is_some_and(|full| instants.iter().all(|&at| zone.gap(full, at) <= 0)) {
                *bucket = Bucket::full();
            }
        };
        let coming = model.arrivals.len() - self.arrived as usize;
        let requests = coming + self.cold().filter(|it| it.eni.is_none()).count();
        if model.policy().warm == 0
            && model.api.is_some_and(|rates| rates.tokens_left(self.api.taken) >= requests as u128)
            && instants.iter().all(|&at| zone.gap(self.api.full_at, at) <= 0)
        {
            self.api = Bucket::full();
        }
        settled(&mut self.api, model.api.as_ref());
        settled(&mut self.hosts, model.hosts.as_ref());
        settled(&mut self.account_scaling, model.account_scaling.as_ref());
        for bucket in &mut self.function_scaling {
            settled(bucket, model.function_scaling.as_ref());
        }
    }

    /// Closes the gaps in the numbers; where nothing goes by their creation, environments
    /// are numbered by their next event.
    fn renumber(&mut self, model: &Model<'_>) {
        let by_creation = matches!(
            model.policy().pick_environment,
            PickEnvironment::NewestCreated | PickEnvironment::OldestCreated
        );
        let mut order: Vec<u16> = Vec::new();
        if !by_creation {
            let seen = self.pending.iter().filter_map(|it| it.event.environment());
            let seen = seen.chain(self.enis.iter().flatten().flat_map(|eni| eni.waiting.iter().copied()));
            for environment in seen.chain(self.waiters.iter().copied()) {
                if !order.contains(&environment) {
                    order.push(environment);
                }
            }
        }
        for n in 0..self.environments.len() {
            let n = u16::try_from(n).unwrap_or(u16::MAX);
            if self.environment(n).is_some() && !order.contains(&n) {
                order.push(n);
            }
        }
        let enis = self.eni_order(model);
        if is_plain(&order, self.environments.len()) && is_plain(&enis, self.enis.len()) {
            return;
        }
        self.apply(&order, &enis);
    }

    /// ENIs that can still be picked in the order of creation, the others by their next event.
    fn eni_order(&self, model: &Model<'_>) -> Vec<u16> {
        let picked = |eni: &Eni| model.policy().reuse && eni.stage != Stage::Deleting;
        let mut order: Vec<u16> = (0..self.enis.len())
            .filter(|&n| self.enis[n].as_ref().is_some_and(picked))
            .map(|n| u16::try_from(n).unwrap_or(u16::MAX))
            .collect();
        let of = |event: Event| match event {
            Event::EniGone { eni } | Event::EniReady { eni } | Event::EniExpiry { eni } => Some(eni),
            _ => self.environment(event.environment()?)?.eni,
        };
        let all = (0..self.enis.len()).filter(|&n| self.enis[n].is_some());
        let all = all.map(|n| u16::try_from(n).unwrap_or(u16::MAX));
        for eni in self.pending.iter().filter_map(|it| of(it.event)).chain(all) {
            if !order.contains(&eni) {
                order.push(eni);
            }
        }
        order
    }

    fn apply(&mut self, environments: &[u16], enis: &[u16]) {
        let new_environment = inverse(environments, self.environments.len());
        let new_eni = inverse(enis, self.enis.len());
        self.environments = environments
            .iter()
            .map(|&n| {
                let mut it = self.environment(n).copied()?;
                it.eni = it.eni.map(|eni| new_eni[usize::from(eni)]);
                Some(it)
            })
            .collect();
        self.enis = enis.iter().map(|&n| self.eni(n).cloned()).collect();
        for eni in self.enis.iter_mut().flatten() {
            eni.waiting.iter_mut().for_each(|it| *it = new_environment[usize::from(*it)]);
        }
        self.waiters.iter_mut().for_each(|it| *it = new_environment[usize::from(*it)]);
        for pending in &mut self.pending {
            pending.event = pending.event.renumbered(&new_environment, &new_eni);
        }
    }

    /// Gives the instants their usual names and offsets, and forgets those nothing refers to.
    fn rename(&mut self, zone: &mut Zone) -> Vec<When> {
        let mut kept: Vec<When> = vec![ZERO];
        let mut names: Vec<Option<When>> = vec![None; zone.variables()];
        names[0] = Some(ZERO);
        let mut rename = |at: &mut When| {
            let old = usize::from(at.variable);
            let name = names[old].unwrap_or_else(|| {
                // Two instants whose distance is certain are one.
                let tied = kept.iter().position(|&other| zone.gap(*at, other) == -zone.gap(other, *at));
                let of = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
                let name = if let Some(n) = tied {
                    When { variable: of(n), offset: zone.gap(*at, kept[n]) - at.offset }
                } else {
                    kept.push(*at);
                    When { variable: of(kept.len() - 1), offset: -at.offset }
                };
                names[old] = Some(name);
                name
            });
            *at = name.plus(at.offset);
        };
        self.pending.iter_mut().filter_map(|it| it.at.as_mut()).for_each(&mut rename);
        rename(&mut self.api.full_at);
        rename(&mut self.hosts.full_at);
        *zone = zone.onto(&kept);
        kept
    }
}

impl Event {
    const fn environment(self) -> Option<u16> {
        match self {
            Self::PhaseEnd { environment, .. }
            | Self::InvocationEnd { environment }
            | Self::EnvironmentExpiry { environment } => Some(environment),
            Self::EniGone { .. } | Self::EniReady { .. } | Self::EniExpiry { .. } => None,
        }
    }

    fn renumbered(self, environments: &[u16], enis: &[u16]) -> Self {
        let of = |environment: u16| environments[usize::from(environment)];
        match self {
            Self::EniGone { eni } => Self::EniGone { eni: enis[usize::from(eni)] },
            Self::EniReady { eni } => Self::EniReady { eni: enis[usize::from(eni)] },
            Self::EniExpiry { eni } => Self::EniExpiry { eni: enis[usize::from(eni)] },
            Self::PhaseEnd { environment, step } => Self::PhaseEnd { environment: of(environment), step },
            Self::InvocationEnd { environment } => Self::InvocationEnd { environment: of(environment) },
            Self::EnvironmentExpiry { environment } => {
                Self::EnvironmentExpiry { environment: of(environment) }
            }
        }
    }
}

/// Whether `order` is 0, 1, 2 and so on, all of them.
fn is_plain(order: &[u16], all: usize) -> bool {
    order.len() == all && order.iter().enumerate().all(|(n, &it)| usize::from(it) == n)
}

/// The new number of each old one.
fn inverse(order: &[u16], all: usize) -> Vec<u16> {
    let mut new = vec![u16::MAX; all];
    for (n, &old) in order.iter().enumerate() {
        new[usize::from(old)] = u16::try_from(n).unwrap_or(u16::MAX);
    }
    new
}
