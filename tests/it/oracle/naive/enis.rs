//! ENIs: what one carries, how an environment acquires one, when they are made and deleted.

use eniplan::policy::{Capacity, IdleTtl, OnExhausted, Pick, Provision};
use eniplan::quantity::Millis;
use eniplan::simulation::{Failure, Nature};

use super::{Event, Naive, Told};

/// "States: requested -> booting -> ready (idle or in use) -> deleting -> gone."
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Booting,
    Ready,
    Deleting,
    Gone,
}

/// An ENI, also when it is gone.
#[derive(Clone, Debug)]
pub(super) struct Eni {
    pub class: usize,
    pub state: State,
    /// Those with a place on it, in the order they came.
    pub environments: Vec<usize>,
    /// Its latest spell of idleness.
    pub spell: u64,
    /// When its request had its token; 0 where it needed none.
    pub granted: u64,
}

/// What looking for an ENI comes to.
enum Found {
    Eni(usize),
    Nothing,
    Refused(Failure),
}

impl<N: Nature> Naive<'_, N> {
    /// Room left: the capacity less what the environments on it take.
    pub(super) fn room(&self, eni: usize) -> u64 {
        let size = |&environment: &usize| self.scene.size(self.environments[environment].function);
        self.scene.capacity() - self.enis[eni].environments.iter().map(size).sum::<u64>()
    }

    pub(super) fn is_idle(&self, eni: usize) -> bool {
        self.enis[eni].state == State::Ready && self.enis[eni].environments.is_empty()
    }

    /// "From request to gone it holds one address of its subnet, one of its VPC's and one of the
    /// region's ENI quota."
    fn held(&self, counts: impl Fn(usize) -> bool) -> u32 {
        let held = self.enis.iter().filter(|eni| eni.state != State::Gone && counts(eni.class)).count();
        u32::try_from(held).unwrap()
    }

    fn subnet(&self, class: usize) -> usize {
        self.scene.topology.classes[class].subnet
    }

    fn vpc(&self, class: usize) -> usize {
        self.scene.topology.limits.subnets[self.subnet(class)].vpc
    }

    fn note_held(&mut self, class: usize) {
        let held = self.held(|of| of == class);
        self.account.log.push(Told::Held { at: self.now, class, held });
    }

    /// The `eni` phase starts. "Acquire, for an environment: ... (4) else `on_exhausted`."
    pub(super) fn acquire(&mut self, environment: usize) {
        match self.look_for_eni(environment, true) {
            Found::Eni(eni) => self.take_place(environment, eni),
            Found::Nothing => {
                self.saw("waits for room or a slot");
                self.waiting.push(environment);
            }
            Found::Refused(failure) => self.give_up(environment, failure),
        }
    }

    /// "(1) a ready ENI with room, if the policy reuses; (2) else a booting ENI with unreserved room, if
    /// `join_booting`; (3) else a new ENI, if the quotas allow; (4) else `on_exhausted`." "An
    /// environment that finds no room waits for the next ENI the schedule brings (no creation on the
    /// cold path)."
    fn look_for_eni(&mut self, environment: usize, first_try: bool) -> Found {
        let policy = &self.scene.policy;
        let function = self.environments[environment].function;
        let existing =
            if policy.reuse { self.ready_eni(function).or_else(|| self.booting_eni(function)) } else { None };
        if let Some(eni) = existing
            && !(first_try && self.misses())
        {
            return Found::Eni(eni);
        }
        if self.only_the_plan_creates() && !self.falls_back() {
            return Found::Nothing;
        }
        self.saw_if(self.falls_back(), "plan: falls back to an ENI of its own");
        match self.class_of_new_eni(&self.scene.function(function).classes) {
            Ok(class) => {
                self.saw_if(policy.provision == Provision::AtDeploy, "more than the deployment's ENIs");
                self.environments[environment].requested = true;
                Found::Eni(self.request_eni(class))
            }
            Err(_) if policy.on_exhausted == OnExhausted::Wait => Found::Nothing,
            Err(failure) => Found::Refused(failure),
        }
    }

    /// `fallback`: an environment that finds no room makes an ENI of its own beside the schedule.
    fn falls_back(&self) -> bool {
        self.scene.policy.fallback && self.scene.policy.provision == Provision::Scheduled
    }

    /// "With nothing else creating ENIs."
    pub(super) fn only_the_plan_creates(&self) -> bool {
        matches!(self.scene.policy.provision, Provision::Scheduled | Provision::Clairvoyant)
    }

    /// "A function may use the classes of all its subnets with its own set."
    fn usable(&self, function: usize, state: State) -> Vec<usize> {
        let (classes, size) = (&self.scene.function(function).classes, self.scene.size(function));
        (0..self.enis.len())
            .filter(|&eni| self.enis[eni].state == state && classes.contains(&self.enis[eni].class))
            .filter(|&eni| self.room(eni) >= size)
            .collect()
    }

    /// "Among several by `pick` (`fullest` default, `emptiest`, `newest`, `oldest`; ties the lowest id)."
    pub(super) fn ready_eni(&mut self, function: usize) -> Option<usize> {
        let usable = self.usable(function, State::Ready);
        let key = |&&eni: &&usize| (self.room(eni), eni);
        let emptiest = |&&eni: &&usize| (u64::MAX - self.room(eni), eni);
        let (picked, rule) = match self.scene.policy.pick {
            Pick::Fullest => (usable.iter().min_by_key(key), "fullest of several"),
            Pick::Emptiest => (usable.iter().min_by_key(emptiest), "emptiest of several"),
            Pick::Newest => (usable.iter().max(), "newest of several"),
            Pick::Oldest => (usable.iter().min(), "oldest of several"),
        };
        let picked = picked.copied();
        let by_room = matches!(self.scene.policy.pick, Pick::Fullest | Pick::Emptiest);
        let rooms: Vec<u64> = usable.iter().map(|&eni| self.room(eni)).collect();
        let choice = if by_room { rooms.iter().any(|room| *room != rooms[0]) } else { usable.len() > 1 };
        self.saw_if(choice, rule);
        self.saw_if(by_room && usable.len() > 1 && !choice, "ENIs of equal room: the lowest id");
        picked
    }

    /// "(2) else a booting ENI with unreserved room, if `join_booting` (the earliest requested)."
    fn booting_eni(&mut self, function: usize) -> Option<usize> {
        let usable = self.usable(function, State::Booting);
        if !self.scene.policy.join_booting || usable.is_empty() {
            return None;
        }
        self.saw("booting ENI with unreserved room");
        self.saw_if(usable.len() > 1, "earliest of several booting ENIs");
        usable.first().copied()
    }

    /// "A miss turns (1) and (2) off for one environment although room existed."
    fn misses(&mut self) -> bool {
        let policy = &self.scene.policy;
        if policy.miss.0 == 0 && policy.miss_budget == 0 {
            return false;
        }
        let missed = self.nature.misses(self.acquisitions, policy.miss);
        self.acquisitions += 1;
        self.saw(if missed { "miss" } else { "no miss" });
        missed
    }

    /// "(3) else a new ENI in the function's subnet with the most free addresses (ties: declared order),
    /// if the quotas allow." "`fail` (the failure names the limit)": what is short in every subnet.
    pub(super) fn class_of_new_eni(&mut self, classes: &[usize]) -> Result<usize, Failure> {
        let limits = &self.scene.topology.limits;
        let mut free: Vec<(u32, usize)> = Vec::new();
        for &class in classes {
            let subnet = self.subnet(class);
            let left = limits.subnets[subnet].addresses - self.held(|of| self.subnet(of) == subnet);
            if left > 0 {
                free.push((left, class));
            }
        }
        if free.is_empty() {
            return Err(Failure::SubnetAddresses);
        }
        let vpc = self.vpc(classes[0]);
        if limits.vpc_quota.is_some_and(|quota| self.held(|of| self.vpc(of) == vpc) >= quota) {
            return Err(Failure::VpcQuota);
        }
        if limits.region_quota.is_some_and(|quota| self.held(|_| true) >= quota) {
            return Err(Failure::RegionQuota);
        }
        let most = free.iter().map(|(left, _)| *left).max().unwrap();
        let best: Vec<usize> =
            free.iter().filter(|(left, _)| *left == most).map(|(_, class)| *class).collect();
        self.saw_if(best.len() < free.len(), "the subnet with the most free addresses");
        self.saw_if(best.len() > 1, "subnets with equally many: declared order");
        Ok(best[0])
    }

    /// A new ENI of `class`, which holds its address and quotas from now on.
    pub(super) fn add_eni(&mut self, class: usize, state: State) -> usize {
        self.enis.push(Eni { class, state, environments: Vec::new(), spell: 0, granted: 0 });
        self.note_held(class);
        self.enis.len() - 1
    }

    /// "The request waits for its token, then boots for a time in [boot.min, boot.max]."
    pub(super) fn request_eni(&mut self, class: usize) -> usize {
        let boot = self.nature.boot(self.creations, &self.scene.topology.boot);
        let now = self.now;
        let granted = self.api.as_mut().map_or(Some(now), |bucket| bucket.take_in_turn(now));
        self.saw_if(granted.is_none_or(|at| at > now), "waited for an API token");
        let deleting = self.enis.iter().any(|eni| eni.state == State::Deleting);
        self.saw_if(deleting, "requested while another is deleted");
        let eni = self.request_eni_ready_at(class, granted.map(|granted| granted + boot));
        self.enis[eni].granted = granted.unwrap_or(u64::MAX);
        eni
    }

    pub(super) fn request_eni_ready_at(&mut self, class: usize, ready: Option<u64>) -> usize {
        self.creations += 1;
        let eni = self.add_eni(class, State::Booting);
        if let Some(ready) = ready {
            self.schedule(ready, Event::EniReady { eni });
        }
        eni
    }

    /// The environment has its place; it goes on when the ENI is ready.
    fn take_place(&mut self, environment: usize, eni: usize) {
        self.environments[environment].placed = self.now;
        self.board(environment, eni);
        self.replenish(self.enis[eni].class);
        if self.enis[eni].state == State::Ready {
            self.eni_phase_ends(environment);
        }
    }

    pub(super) fn board(&mut self, environment: usize, eni: usize) {
        let function = self.environments[environment].function;
        let alone = self.enis[eni].environments.is_empty();
        let sizes: Vec<u64> = self.enis[eni]
            .environments
            .iter()
            .map(|&other| self.scene.size(self.environments[other].function))
            .collect();
        let differ = sizes.iter().any(|size| *size != self.scene.size(function));
        match self.scene.policy.capacity.unwrap_or(self.scene.topology.capacity) {
            Capacity::Count(_) => self.saw_if(!alone, "several environments on an ENI, by count"),
            Capacity::Memory(_) => self.saw_if(differ, "different environments on an ENI, by memory"),
            Capacity::Connections(_) => {
                self.saw_if(differ, "different environments on an ENI, by connections");
            }
        }
        self.saw_if(self.scene.is_larger_than_an_eni(function), "larger than an ENI: takes a whole one");
        self.environments[environment].eni = Some(eni);
        self.enis[eni].environments.push(environment);
    }

    pub(super) fn eni_ready(&mut self, eni: usize) {
        self.enis[eni].state = State::Ready;
        let riders = self.enis[eni].environments.clone();
        self.saw_if(riders.len() > 1, "several wait for one boot");
        for environment in riders {
            self.eni_phase_ends(environment);
            self.go_on(environment);
        }
        self.room_appears();
        self.idle_if_empty(eni);
    }

    /// "A waiting environment tries again whenever room or a slot appears, in order of waiting."
    pub(super) fn room_appears(&mut self) {
        for environment in self.waiting.clone() {
            if let Found::Eni(eni) = self.look_for_eni(environment, false) {
                self.saw("waited and found an ENI");
                self.waiting.retain(|other| *other != environment);
                self.take_place(environment, eni);
                self.go_on(environment);
            }
        }
    }

    pub(super) fn leave_eni(&mut self, environment: usize, eni: usize) {
        self.enis[eni].environments.retain(|other| *other != environment);
        self.room_appears();
        self.idle_if_empty(eni);
    }

    /// "An ENI with no environment is idle; after `idle_ttl` it is deleted (never, with `forever`)."
    /// "Where too few are idle, [a scheduled deletion] takes the next ones to become idle."
    pub(super) fn idle_if_empty(&mut self, eni: usize) {
        if !self.is_idle(eni) {
            return;
        }
        let class = self.enis[eni].class;
        if self.owed[class] > 0 {
            self.owed[class] -= 1;
            self.saw("scheduled deletion takes the next to become idle");
            return self.delete_eni(eni);
        }
        self.saw_if(self.scene.policy.idle_ttl == IdleTtl::Forever, "ENI idle for ever");
        if let IdleTtl::After(ttl) = self.scene.policy.idle_ttl {
            self.spells += 1;
            let spell = self.spells;
            self.enis[eni].spell = spell;
            self.schedule(self.now + ttl.0, Event::EniExpiry { eni, spell });
        }
    }

    /// "Warm pools: an idle ENI whose ttl runs out stays if the class would otherwise have fewer free
    /// ENIs than `warm`, and then waits for use without a further ttl."
    pub(super) fn eni_expires(&mut self, eni: usize, spell: u64) {
        if !self.is_idle(eni) || self.enis[eni].spell != spell {
            return;
        }
        if self.free(self.enis[eni].class) <= self.scene.policy.warm {
            return self.saw("stays in the pool past its ttl");
        }
        self.saw("ENI expires");
        self.saw_if(
            self.scene.policy.idle_ttl == IdleTtl::After(Millis::ZERO),
            "ENI expires as soon as it is idle",
        );
        let arrivals = self.invocations.iter().any(|invocation| invocation.arrival == self.now);
        self.saw_if(arrivals, "ENI expires in the millisecond of an arrival");
        self.delete_eni(eni);
    }

    /// "Deletion takes a time in [delete.min, delete.max]."
    pub(super) fn delete_eni(&mut self, eni: usize) {
        self.enis[eni].state = State::Deleting;
        let duration = self.nature.deletion(self.deletions, &self.scene.topology.delete);
        self.deletions += 1;
        self.schedule(self.now + duration, Event::EniGone { eni });
    }

    pub(super) fn eni_gone(&mut self, eni: usize) {
        self.enis[eni].state = State::Gone;
        self.note_held(self.enis[eni].class);
        self.room_appears();
        for class in 0..self.scene.topology.classes.len() {
            self.replenish(class);
        }
    }

    /// ENIs of the class without an environment, ready or booting.
    fn free(&self, class: usize) -> u32 {
        let free = |eni: &&Eni| {
            eni.class == class
                && matches!(eni.state, State::Ready | State::Booting)
                && eni.environments.is_empty()
        };
        u32::try_from(self.enis.iter().filter(free).count()).unwrap()
    }

    /// Whether the pool of `class` is short of an ENI that the limits allow. "`warm-pool` (keeps `warm`
    /// free ENIs per class, ready or booting)"; under a plan "nothing else creates ENIs".
    pub(super) fn pool_is_short(&mut self, class: usize) -> bool {
        !self.only_the_plan_creates()
            && self.free(class) < self.scene.policy.warm
            && self.class_of_new_eni(&[class]).is_ok()
    }

    pub(super) fn replenish(&mut self, class: usize) {
        while self.pool_is_short(class) {
            self.saw("pool replenished");
            self.request_eni(class);
        }
    }
}
