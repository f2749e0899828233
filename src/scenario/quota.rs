//! Quota: the account's own limits, which go before those of the model.

use super::Raw;
use crate::document::{Placed, Reader, Table};
use crate::platform::{Bucket, Cited, Grade, Platform};
use crate::quantity::Rate;

/// `[quota]`: limits of the account; what it leaves out is as the model says.
#[derive(Clone, Debug, Default)]
pub(super) struct RawQuota {
    /// ENIs of one VPC.
    vpc_enis: Option<Placed<u32>>,
    /// ENIs of the Region.
    region_enis: Option<Placed<u32>>,
    /// Invocations in flight in the account.
    concurrency: Option<Placed<u32>>,
    /// Creation requests: burst, and how many come back.
    api: Option<(Placed<u32>, Placed<Rate>)>,
}

impl RawQuota {
    /// What `[quota]` of the file says.
    pub(super) fn read(reader: &mut Reader<'_>, root: &Table<'_>) -> Self {
        const KEYS: &[&str] = &["vpc_enis", "region_enis", "concurrency", "api"];
        let Some(table) = reader.table(root, "quota", KEYS) else { return Self::default() };
        Self {
            vpc_enis: count(reader, &table, "vpc_enis"),
            region_enis: count(reader, &table, "region_enis"),
            concurrency: count(reader, &table, "concurrency"),
            api: reader.table(&table, "api", &["burst", "per_second"]).and_then(|it| api(reader, &it)),
        }
    }

    /// What is limited otherwise than by the model, in words.
    pub(super) fn words(&self) -> Option<String> {
        let of =
            |limit: &Option<Placed<u32>>, what: &str| limit.as_ref().map(|it| format!("{} {what}", it.value));
        let api = self.api.as_ref();
        let parts = [
            of(&self.vpc_enis, "ENIs in one VPC"),
            of(&self.region_enis, "ENIs in the Region"),
            of(&self.concurrency, "invocations at once in the account"),
            api.map(|(burst, rate)| format!("{} ENI requests at once and then {}", burst.value, rate.value)),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        (!parts.is_empty())
            .then(|| format!("at most {} (the scenario's [quota], not the model's)", parts.join(", ")))
    }
}

impl Raw {
    /// `platform` with the account's own limits in place of its own.
    #[must_use]
    pub fn limit(&self, mut platform: Platform) -> Platform {
        let quota = &self.quota;
        let cite = |limit: &Placed<u32>| self.cited(limit);
        let (eni, environment) = (&mut platform.eni, &mut platform.environment);
        eni.vpc_quota = quota.vpc_enis.as_ref().map(cite).or(eni.vpc_quota.take());
        eni.region_quota = quota.region_enis.as_ref().map(cite).or(eni.region_quota.take());
        let concurrency = quota.concurrency.as_ref().map(cite);
        environment.account_concurrency = concurrency.or(environment.account_concurrency.take());
        if let Some((burst, per_second)) = &quota.api {
            eni.api = Some(Bucket { burst: self.cited(burst), per_second: self.cited(per_second) });
        }
        platform
    }

    fn cited<T: Copy>(&self, limit: &Placed<T>) -> Cited<T> {
        let source = format!("[quota] in {}:{}", self.origin.file, limit.place.line);
        Cited { value: limit.value, source, grade: Grade::High }
    }
}

/// A limit, which is not zero.
fn count(reader: &mut Reader<'_>, table: &Table<'_>, key: &str) -> Option<Placed<u32>> {
    let limit = reader.whole(table, key)?;
    if limit.value == 0 {
        let help = "give at least 1, or leave the key out for what the model says";
        reader.bad(&limit, format!("`{}` is 0", table.name_of(key)), help);
    }
    Some(limit)
}

fn api(reader: &mut Reader<'_>, table: &Table<'_>) -> Option<(Placed<u32>, Placed<Rate>)> {
    for key in ["burst", "per_second"] {
        if !table.has(key) {
            reader.missing(table, key, "write both: api = { burst = 100, per_second = \"5/s\" }");
        }
    }
    let burst = count(reader, table, "burst");
    let rate: Option<Placed<Rate>> = reader.quantity(table, "per_second");
    if let Some(rate) = rate.as_ref().filter(|rate| rate.value.0 == 0) {
        let message = format!("`{}` is 0: nothing ever comes", table.name_of("per_second"));
        reader.bad(rate, message, "give a rate above 0");
    }
    Some((burst?, rate?))
}
