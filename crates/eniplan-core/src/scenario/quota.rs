//! Quota: the account's own limits, which go before those of the model.

use super::raw::{Raw, RawQuota};
use crate::document::{DocumentReader, Placed, SET, TomlTable};
use crate::platform::{BucketModel, Cited, Grade, Platform};
use crate::quantity::Rate;

impl RawQuota {
    /// What `[quota]` of the file says.
    pub(super) fn read(reader: &mut DocumentReader<'_>, root: &TomlTable<'_>) -> Self {
        const KEYS: &[&str] = &["vpc_enis", "region_enis", "concurrency", "api"];
        let Some(table) = reader.table(root, "quota", KEYS) else { return Self::default() };
        Self {
            vpc_enis: count(reader, &table, "vpc_enis"),
            region_enis: count(reader, &table, "region_enis"),
            concurrency: count(reader, &table, "concurrency"),
            api: reader.table(&table, "api", &["burst", "per_second"]).and_then(|table| api(reader, &table)),
        }
    }
}

impl Raw {
    /// `platform` with the account's own limits in place of its own, but for those that the command line
    /// sets in the model.
    #[must_use]
    pub fn limit(&self, mut platform: Platform) -> Platform {
        let (eni, environment) = (&mut platform.eni, &mut platform.environment);
        let own = |limit: &Option<Placed<u32>>, model: &mut Option<Cited<u32>>| {
            if let Some(limit) = self.holds(limit.as_ref(), model.as_ref()) {
                *model = Some(self.cited(limit));
            }
        };
        own(&self.quota.vpc_enis, &mut eni.vpc_quota);
        own(&self.quota.region_enis, &mut eni.region_quota);
        own(&self.quota.concurrency, &mut environment.account_concurrency);
        let (burst, per_second) = self.api(eni.api.as_ref());
        match &mut eni.api {
            Some(api) => {
                api.burst = burst.map_or(api.burst.clone(), |limit| self.cited(limit));
                api.per_second = per_second.map_or(api.per_second.clone(), |limit| self.cited(limit));
            }
            none => {
                let both = burst.zip(per_second);
                *none = both.map(|(b, r)| BucketModel { burst: self.cited(b), per_second: self.cited(r) });
            }
        }
        platform
    }

    /// What is limited otherwise than by `platform`, in words.
    pub(super) fn limits_in_words(&self, platform: &Platform) -> Option<String> {
        let (quota, eni) = (&self.quota, &platform.eni);
        let of = |limit: &Option<Placed<u32>>, model: Option<&Cited<u32>>, what: &str| {
            self.holds(limit.as_ref(), model).map(|limit| format!("{} {what}", limit.value))
        };
        let (burst, per_second) = self.api(eni.api.as_ref());
        let parts = [
            of(&quota.vpc_enis, eni.vpc_quota.as_ref(), "ENIs per VPC"),
            of(&quota.region_enis, eni.region_quota.as_ref(), "ENIs in the Region"),
            of(
                &quota.concurrency,
                platform.environment.account_concurrency.as_ref(),
                "concurrent invocations in the account",
            ),
            match (burst, per_second) {
                (Some(burst), Some(rate)) => {
                    Some(format!("{} ENI requests at once, then {}", burst.value, rate.value))
                }
                (Some(burst), None) => Some(format!("{} ENI requests at once", burst.value)),
                (None, rate) => rate.map(|rate| format!("{} ENI requests", rate.value)),
            },
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        (!parts.is_empty()).then(|| {
            format!("at most {} ([quota] of the scenario, in place of the model's limits)", parts.join(", "))
        })
    }

    /// The two numbers of the quota's bucket that go before those of `model`.
    fn api(&self, model: Option<&BucketModel>) -> (Option<&Placed<u32>>, Option<&Placed<Rate>>) {
        let Some((burst, per_second)) = &self.quota.api else { return (None, None) };
        let (b, r) = (model.map(|bucket| &bucket.burst), model.map(|bucket| &bucket.per_second));
        (self.holds(Some(burst), b), self.holds(Some(per_second), r))
    }

    /// `limit`, unless the command line sets that of `model` and not this one.
    fn holds<'l, T>(&self, limit: Option<&'l Placed<T>>, model: Option<&Cited<T>>) -> Option<&'l Placed<T>> {
        let is_set = model.is_some_and(|cited| cited.source.starts_with(SET));
        limit.filter(|limit| !is_set || self.origin.setting(limit.place).is_some())
    }

    fn cited<T: Copy>(&self, limit: &Placed<T>) -> Cited<T> {
        let source = match self.origin.setting(limit.place) {
            Some(setting) => format!("{SET} ({setting})"),
            None => format!("[quota] in {}:{}", self.origin.file, limit.place.line),
        };
        Cited { value: limit.value, source, grade: Grade::High }
    }
}

/// A limit, which is not zero.
fn count(reader: &mut DocumentReader<'_>, table: &TomlTable<'_>, key: &str) -> Option<Placed<u32>> {
    let limit = reader.whole(table, key)?;
    if limit.value == 0 {
        let help = "use at least 1, or remove the key to use the model's limit";
        reader.bad(&limit, format!("`{}` must be greater than 0", table.name_of(key)), help);
    }
    Some(limit)
}

fn api(reader: &mut DocumentReader<'_>, table: &TomlTable<'_>) -> Option<(Placed<u32>, Placed<Rate>)> {
    for key in ["burst", "per_second"] {
        if !table.has(key) {
            reader.missing(table, key, "write both: api = { burst = 100, per_second = \"5/s\" }");
        }
    }
    let burst = count(reader, table, "burst");
    let rate: Option<Placed<Rate>> = reader.quantity(table, "per_second");
    if let Some(rate) = rate.as_ref().filter(|rate| rate.value.0 == 0) {
        let message = format!("`{}`: rate must be greater than 0", table.name_of("per_second"));
        reader.bad(rate, message, "write a rate such as 5/s");
    }
    Some((burst?, rate?))
}
