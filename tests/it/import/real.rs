//! Real traces, where they are to be had: `ENIPLAN_SHARED_DATA`, or `../shared/data`.

use eniplan::trace::Entry;

use super::*;
use crate::support::real;

fn import_real(path: &Path, options: &Options) -> Result<Trace, Diagnostics> {
    let beside = |name: &str| file(&path.with_file_name(name));
    let (trace, durations, memory) = (file(path).unwrap(), beside("durations.csv"), beside("memory.csv"));
    let companions = Companions {
        durations: durations.as_ref().map(source),
        memory: memory.as_ref().map(source),
        ..Companions::default()
    };
    let started = std::time::Instant::now();
    let result = import(source(&trace), &companions, options);
    println!("{}: {:?}", path.display(), started.elapsed());
    result
}

#[test]
fn real_azure_2019_comes_in_whole() {
    if let Some(path) = real("azure2019_8h/invocations.csv") {
        let trace = import_real(&path, &Options::default()).unwrap();
        assert_eq!((trace.functions.len(), trace.invocations()), (250, 567_403));
        assert_eq!((trace.span, trace.origin), (Millis::minutes(480), None));
        assert!(trace.functions.iter().all(|f| f.duration.is_some() && f.memory.is_some()));
        let known = |text: &str| trace.notes.iter().any(|note| note.starts_with(text));
        assert!(known("durations for 250 of 250 functions"), "{:?}", trace.notes);
        assert!(known("memory for 250 of 250 functions"), "{:?}", trace.notes);
        // The first row of durations.csv: 6108 ms on average.
        let first = trace.functions.iter().find(|f| f.name.ends_with("-50c299e1")).unwrap();
        assert_eq!(first.duration, Some(Millis(6_108)));
        // Sums over the three files, worked out apart: durations, MiB, and slot and row of every invocation.
        let durations: u64 = trace.functions.iter().map(|f| f.duration.unwrap().0).sum();
        let memory: u64 = trace.functions.iter().map(|f| f.memory.unwrap().0 >> 20).sum();
        assert_eq!((durations, memory), (1_381_828, 19_881));
        let Shape::Counts { cells, .. } = &trace.shape else { panic!("not counts") };
        let sum = |of: fn(&Cell) -> u32| -> u64 {
            cells.iter().map(|cell| u64::from(cell.count) * u64::from(of(cell))).sum()
        };
        assert_eq!((sum(|cell| cell.slot), sum(|cell| cell.function)), (138_919_505, 40_845_666));
        assert!(trace.functions.iter().all(|f| f.name.split_once('-').unwrap().1.len() == 8));
    }
    if let Some(path) = real("azure2019_fullday_9fn/invocations.csv") {
        let trace = import_real(&path, &Options::default()).unwrap();
        assert_eq!((trace.functions.len(), trace.invocations()), (9, 1_061));
        assert_eq!(trace.span, Millis::minutes(1_440));
        let note = "no durations given: every invocation is assumed to last 100ms";
        assert!(trace.notes.iter().any(|n| n == note), "{:?}", trace.notes);
    }
}

#[test]
fn real_azure_2021_comes_in_whole() {
    let Some(path) = real("azure2021_first199/Azure2021_200.csv") else { return };
    let trace = import_real(&path, &Options::default()).unwrap();
    assert_eq!((trace.functions.len(), trace.invocations()), (31, 199));
    // Sums worked out apart, each start rounded once.
    let sum = |of: fn(&Entry) -> u64| trace.arrivals().map(|e| of(&e) * u64::from(e.count)).sum::<u64>();
    assert_eq!((sum(|e| e.at), sum(|e| e.duration)), (97_194_370, 10_599_170));
    // The first start is 0.0014909 s, the last end 1260.0557980537415 s.
    assert_eq!((trace.span, trace.origin), (Millis(1_260_055), None));
}

#[test]
fn real_series_have_their_gaps_named() {
    if let Some(path) = real("nab/elb_request_count_8c0756.csv") {
        let problems = import_real(&path, &Options::default()).unwrap_err();
        assert_eq!((problems.count(), problems.sorted()[0].code.text()), (8, "E105"));
        let trace = import_real(&path, &Options { gaps: Gaps::Zero, ..Options::default() }).unwrap();
        assert_eq!((trace.invocations(), trace.span), (249_327, Millis::minutes(5 * 4_040)));
        assert_eq!(trace.origin, Some(1_397_088_240_000));
    }
    if let Some(path) = real("worldcup98/invocation_count.csv") {
        let problems = import_real(&path, &Options::default()).unwrap_err();
        assert_eq!((problems.count(), problems.sorted()[0].code.text()), (7, "E105"));
        for gaps in [Gaps::Zero, Gaps::Hold] {
            let trace = import_real(&path, &Options { gaps, ..Options::default() }).unwrap();
            // 125,300 minutes are there and 5 + 2 + 3 are not.
            assert_eq!(trace.span, Millis::minutes(125_310));
            let extra = trace.invocations() - 1_352_804_107;
            assert_eq!(extra > 0, gaps == Gaps::Hold);
        }
    }
}
