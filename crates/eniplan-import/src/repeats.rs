//! Repeats: samples with the time and function of another one, in one file or in two.

use super::Repeats;
use super::functions::UNNAMED;
use super::reading::Reading;
use super::records::Sample;
use eniplan_core::diagnostic::{Code, Diagnostic};

/// `samples`, in order of time, without repeats: refused, added up or dropped, as the user chose.
pub(crate) fn without_repeats(samples: Vec<Sample>, reading: &mut Reading<'_>) -> Vec<Sample> {
    let mut order: Vec<usize> = (0..samples.len()).collect();
    order.sort_by_key(|index| samples.get(*index).map(|s| (s.at, s.function, s.place)));
    let mut samples = samples;
    if second_passes(&mut samples, &order, reading) {
        samples.sort_by_key(|sample| sample.at);
        order = (0..samples.len()).collect();
        order.sort_by_key(|index| samples.get(*index).map(|s| (s.at, s.function, s.place)));
    }
    let mut drop = vec![false; samples.len()];
    let mut repeated = 0_u64;
    let mut first: Option<usize> = None;
    for index in order {
        let (Some(&sample), Some(&earlier)) =
            (samples.get(index), first.and_then(|first| samples.get(first)))
        else {
            first = Some(index);
            continue;
        };
        if (earlier.at, earlier.function) != (sample.at, sample.function) {
            first = Some(index);
            continue;
        }
        repeated += 1;
        match reading.options().repeats {
            Repeats::Error => complain(sample, earlier, reading),
            choice => {
                drop.iter_mut().skip(index).take(1).for_each(|dropped| *dropped = true);
                let kept = first.and_then(|first| samples.get_mut(first));
                if let Some(kept) = kept.filter(|_| choice != Repeats::First) {
                    let micro = if choice == Repeats::Add {
                        kept.micro.saturating_add(sample.micro)
                    } else {
                        sample.micro
                    };
                    *kept = Sample { micro, duration: sample.duration, ..*kept };
                }
            }
        }
    }
    if repeated > 0 && reading.options().repeats != Repeats::Error {
        let what = match reading.options().repeats {
            Repeats::Add => "summed",
            Repeats::First => "dropped; the first ones are kept",
            _ => "dropped; the last ones are kept",
        };
        let noun = if repeated == 1 {
            "1 repeated row is".to_owned()
        } else {
            format!("{repeated} repeated rows are")
        };
        reading.note(format!("{noun} {what}"));
    }
    if drop.contains(&true) {
        samples = samples.into_iter().zip(drop).filter(|(_, drop)| !drop).map(|(sample, _)| sample).collect();
    }
    samples
}

/// Of two values of one function in an hour that its zone has twice, the second, as it stands in the file, is
/// the second pass, unless that has a value already; whether there are such. `order` is by time, function and place.
fn second_passes(samples: &mut [Sample], order: &[usize], reading: &Reading<'_>) -> bool {
    let key = |samples: &[Sample], index: usize| samples.get(index).map(|s| (s.at, s.function));
    let mut moves = Vec::new();
    for pair in order.windows(2) {
        let &[first, second] = pair else { continue };
        let Some((at, function)) = key(samples, second).filter(|found| key(samples, first) == Some(*found))
        else {
            continue;
        };
        let Some(later) = reading.clock().second_pass(at) else { continue };
        let taken = order.binary_search_by_key(&Some((later, function)), |index| key(samples, *index));
        if taken.is_err() {
            moves.push((second, later));
        }
    }
    for (index, later) in &moves {
        samples.iter_mut().skip(*index).take(1).for_each(|sample| sample.at = *later);
    }
    !moves.is_empty()
}

fn complain(sample: Sample, earlier: Sample, reading: &mut Reading<'_>) {
    let name = reading.functions().name(sample.function);
    let whose = if reading.functions().names().len() == 1 && name == UNNAMED {
        "time".to_owned()
    } else {
        let name: String = name.chars().take(60).collect();
        format!("time and function (`{}`)", name.replace('\n', " "))
    };
    let message = format!("same {whose} as on {}", reading.told(earlier.place, sample.place));
    let mut help = "keep one of the two rows, or choose with `--duplicates add|first|last`".to_owned();
    if reading.clock().may_be_local(sample.at) {
        help.push_str("; if clocks went back here, set the zone, such as `--time-zone Europe/Berlin`");
    }
    let problem = Diagnostic::new(Code::Duplicate, message, help);
    reading.problem(reading.at(problem, sample.place, true));
}
