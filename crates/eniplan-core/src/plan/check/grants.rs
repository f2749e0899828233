//! Grants: when each creation request has its token of the API bucket, first come first served.

use crate::plan::terms::exact::smaller;
use crate::plan::terms::violation::Violation;
use crate::quantity::convert::up_to;
use crate::topology::TokenBucket;

/// Instants beyond this are refused, so that no sum of a few of them overflows.
pub(super) const FAR_MS: i64 = 1 << 50;
/// Separate grants beyond this are refused.
const MOST_GRANTS: usize = 8_000_000;
/// One token, in millionths; thousandths of a token a second are that many of them a millisecond.
const TOKEN: u64 = 1_000_000;

/// When each request has its token: `(instant, class, how many)`, as are the requests.
pub(crate) fn grant_tokens(
    api: Option<TokenBucket>,
    requests: impl Iterator<Item = (i64, usize, u32)>,
) -> Result<Vec<(i64, usize, u32)>, Violation> {
    let Some(bucket) = api else { return Ok(requests.collect()) };
    let (full, per_ms) = (u64::from(bucket.burst) * TOKEN, bucket.per_second.0);
    let refilled = |level: u64, ms: u64| {
        let level = u128::from(level) + u128::from(per_ms) * u128::from(ms);
        up_to(level, full)
    };
    // The bucket is full at the first request.
    let (mut now, mut level) = (i64::MIN, full);
    let mut granted = Vec::new();
    for (at_ms, class, count) in requests {
        if at_ms > now {
            level = refilled(level, at_ms.abs_diff(now));
            now = at_ms;
        }
        let mut waiting = count;
        while waiting > 0 {
            let at_once = smaller(level / TOKEN, waiting);
            if at_once > 0 {
                granted.push((now, class, at_once));
                level -= u64::from(at_once) * TOKEN;
                waiting -= at_once;
                continue;
            }
            if per_ms == 0 || full < TOKEN || granted.len() >= MOST_GRANTS || now > FAR_MS {
                return Err(Violation::NeverGranted { class, at_ms, count: waiting });
            }
            let pause = (TOKEN - level).div_ceil(per_ms);
            level = refilled(level, pause);
            now = now.saturating_add_unsigned(pause);
        }
    }
    Ok(granted)
}
