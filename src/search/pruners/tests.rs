use super::hyperband::{Brackets, crc32};
use super::*;
use crate::result::{EpochRecord, TrialEvent, TrialState};
use crate::search::Trial;
use crate::study::{FORMAT, Rungs};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

fn study(pruner: &Value, more: &Value) -> Study {
    let mut document = json!({
        "format": FORMAT, "dataset": {"name": "moons"}, "fixed": {"epochs": 20}, "pruner": pruner, "trials": 1000,
    });
    document.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
    Study::check(&document).expect("valid")
}

/// A trial that waits after these epochs, or has ended there.
fn enter(ledger: &mut Ledger, state: TrialState, values: &[f64]) {
    enter_seen(ledger, state, &values.iter().copied().map(Some).collect::<Vec<_>>());
}

/// The same, with epochs whose validation rows nobody has looked at.
fn enter_seen(ledger: &mut Ledger, state: TrialState, values: &[Option<f64>]) {
    let number = ledger.trials().len() as u32;
    ledger.enter(&Trial { number, params: Map::new() });
    let epoch = |(at, &value): (usize, &Option<f64>)| EpochRecord {
        epoch: at + 1,
        train_loss: 0.0,
        validation_loss: value,
        train_metric: 0.0,
        validation_metric: value,
        learning_rate: 0.0,
        seconds: 0.0,
        spread: None,
        recorded: None,
    };
    let epochs = values.iter().enumerate().map(epoch).collect();
    ledger.take(TrialEvent { state, epochs, ..TrialEvent::begun(number) });
}

/// Numbers of those that stop, of trials that wait with these values.
fn stopped(study: &Study, waiting: &[&[f64]]) -> Vec<u32> {
    let mut ledger = Ledger::new(study);
    for values in waiting {
        enter(&mut ledger, TrialState::Running, values);
    }
    start(study).judge(&ledger).into_iter().map(|Verdict::Stop(number)| number).collect()
}

#[test]
fn rungs_grow_by_the_reduction_and_the_median_has_one_each_epoch() {
    let rungs = |pruner: Value, number: u32| -> Vec<Option<usize>> {
        let pruner = start(&study(&pruner, &json!({})));
        [0, 1, 2, 3, 4, 15, 16, 63, 64].map(|epochs| pruner.rung(number, epochs)).into()
    };
    let some = |rungs: [usize; 9]| rungs.map(Some).to_vec();
    assert_eq!(rungs(json!({"name": "halving"}), 3), some([1, 4, 4, 4, 16, 16, 64, 64, 256]));
    assert_eq!(
        rungs(json!({"name": "halving", "min_epochs": 4, "reduction": 2}), 0),
        some([4, 4, 4, 4, 8, 16, 32, 64, 128])
    );
    assert_eq!(rungs(json!({"name": "median"}), 5), some([1, 2, 3, 4, 5, 16, 17, 64, 65]));
    assert_eq!(rungs(json!({"name": "median", "warmup": 3}), 5), some([4, 4, 4, 4, 5, 16, 17, 64, 65]));
    assert_eq!(rungs(json!({"name": "none"}), 4), [None; 9]);
    assert_eq!(rungs(json!({"name": "median"}), 4), some([1, 2, 3, 4, 5, 16, 17, 64, 65]));
    // No rung is too high to be a number.
    let far = start(&study(&json!({"name": "halving", "reduction": 1000, "min_epochs": 10000}), &json!({})));
    assert_eq!(far.rung(0, usize::MAX), None);
}

#[test]
fn of_a_rung_one_in_so_many_goes_on_and_equals_by_their_numbers() {
    let halving = study(&json!({"name": "halving"}), &json!({}));
    let waiting = |values: &[f64]| -> Vec<Vec<f64>> { values.iter().map(|&value| vec![value]).collect() };
    let of = |study: &Study, values: &[f64]| {
        let waiting = waiting(values);
        stopped(study, &waiting.iter().map(Vec::as_slice).collect::<Vec<_>>())
    };
    assert_eq!(of(&halving, &[0.8, 0.1, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2]), [0, 2, 3, 4, 5, 6]);
    // Fewer than the reduction: the best goes on.
    assert_eq!(of(&halving, &[0.8, 0.1, 0.7]), [0, 2]);
    assert_eq!(of(&halving, &[0.5]), [0_u32; 0]);
    assert_eq!(of(&halving, &[0.5; 8]), [2, 3, 4, 5, 6, 7]);
    let (nan, inf) = (f64::NAN, f64::INFINITY);
    assert_eq!(of(&halving, &[nan, 0.9, nan, 0.8, inf]), [0, 1, 2, 4]);
    assert_eq!(of(&halving, &[nan, nan]), [0, 1]);
    let largest = study(&json!({"name": "halving"}), &json!({"objective": {"metric": "validation_metric"}}));
    assert_eq!(of(&largest, &[0.8, 0.1, 0.7, 0.6, 0.9, nan, 0.3, 0.2, 0.1]), [1, 2, 3, 5, 6, 7, 8]);
}

#[test]
fn whoever_got_to_a_rung_before_is_a_rival_whatever_became_of_it() {
    let halving = study(&json!({"name": "halving", "reduction": 2, "min_epochs": 2}), &json!({}));
    let mut ledger = Ledger::new(&halving);
    enter(&mut ledger, TrialState::Complete, &[0.9, 0.1, 0.05]);
    enter(&mut ledger, TrialState::Pruned, &[0.9, 0.2]);
    enter(&mut ledger, TrialState::Diverged, &[0.9, 0.3, 0.1]);
    // It got nowhere.
    enter(&mut ledger, TrialState::Diverged, &[0.0]);
    enter(&mut ledger, TrialState::Cancelled, &[]);
    enter(&mut ledger, TrialState::Running, &[0.9, 0.15]);
    enter(&mut ledger, TrialState::Running, &[0.9, 0.25]);
    enter(&mut ledger, TrialState::Running, &[0.1, 0.35]);
    // Six are there; three go on: 0 did, 5 does, and 1 would have.
    let judged = start(&halving).judge(&ledger);
    assert_eq!(judged, [Verdict::Stop(6), Verdict::Stop(7)]);
}

#[test]
fn worse_than_the_median_of_those_that_got_there_stops_but_not_at_first() {
    let median = study(&json!({"name": "median", "startup": 2}), &json!({}));
    let one = |values: [f64; 6]| {
        let waiting = values.map(|value| [value]);
        stopped(&median, &waiting.iter().map(<[f64; 1]>::as_slice).collect::<Vec<_>>())
    };
    // The median is 0.45; the first two are let be.
    assert_eq!(one([0.9, 0.1, 0.4, 0.5, 0.2, 0.8]), [3, 5]);
    assert_eq!(one([0.5; 6]), [0_u32; 0]);
    assert_eq!(one([f64::NAN, 0.1, f64::NAN, 0.5, 0.2, f64::INFINITY]), [2, 3, 5]);
    assert_eq!(one([f64::NAN; 6]), [2, 3, 4, 5]);
    // The best of its values counts, not the last.
    assert_eq!(stopped(&median, &[&[0.9, 0.5], &[0.9, 0.5], &[0.4, 0.9], &[0.9, 0.6]]), [3]);
    let warm = study(&json!({"name": "median", "startup": 0, "warmup": 2}), &json!({}));
    assert_eq!(stopped(&warm, &[&[0.1, 0.1], &[0.9, 0.9]]), [0_u32; 0]);
    assert_eq!(stopped(&warm, &[&[0.1; 3], &[0.9; 3], &[0.2; 3]]), [1]);
    let largest =
        study(&json!({"name": "median", "startup": 0}), &json!({"objective": {"metric": "validation_metric"}}));
    assert_eq!(stopped(&largest, &[&[0.1], &[0.9], &[0.5]]), [0]);
}

#[test]
fn who_has_no_value_yet_is_not_judged_and_no_rival() {
    // A quarter goes on, or all that are no worse than the median.
    let both = [(json!({"name": "halving"}), &[3, 4][..]), (json!({"name": "median", "startup": 0}), &[3])];
    for (pruner, worse) in both {
        let study = study(&pruner, &json!({"evaluate_every": 3}));
        let worse: Vec<Verdict> = worse.iter().map(|&number| Verdict::Stop(number)).collect();
        let judged = |looked_at: &[Option<f64>]| {
            let mut ledger = Ledger::new(&study);
            for value in looked_at {
                enter_seen(&mut ledger, TrialState::Running, &[*value]);
            }
            start(&study).judge(&ledger)
        };
        assert_eq!(judged(&[None; 8]), [], "{pruner}");
        assert_eq!(judged(&[None, Some(0.1), None, Some(0.9), Some(0.2)]), worse, "{pruner}");
    }
}

#[test]
fn a_stage_is_held_against_itself() {
    let epochs = [0.1, 0.1, 0.2, 0.8, 0.9, 0.7];
    let judged = |pruner: Value| {
        let study = study(&pruner, &json!({}));
        let mut ledger = Ledger::new(&study);
        // A stage whose values are all better than those of the next.
        epochs[..3].iter().for_each(|&value| enter(&mut ledger, TrialState::Complete, &[value]));
        ledger.enter_stage(3);
        epochs[3..].iter().for_each(|&value| enter(&mut ledger, TrialState::Running, &[value]));
        start(&study).judge(&ledger)
    };
    let stops = |numbers: &[u32]| -> Vec<Verdict> { numbers.iter().map(|&number| Verdict::Stop(number)).collect() };
    assert_eq!(judged(json!({"name": "halving"})), stops(&[3, 4]));
    assert_eq!(judged(json!({"name": "median", "startup": 0})), stops(&[4]));
    // The first trials are those of the stage.
    assert_eq!(judged(json!({"name": "median", "startup": 2})), stops(&[]));
    assert_eq!(judged(json!({"name": "median", "startup": 3})), stops(&[]));
    assert_eq!(judged(json!({"name": "median", "startup": 1})), stops(&[4]));
}

/// A study's name, most and least epochs, reduction, shares, and the brackets of its first trials.
type Made<'a> = (&'a str, u32, u32, u32, &'a [u64], &'a str);

#[test]
fn brackets_are_those_of_optuna() {
    assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    // Made by optuna 5.0.0: name, most and least epochs, reduction, shares, brackets of the trials 0 to 29.
    let made: [Made<'_>; 8] = [
        ("", 20, 1, 3, &[9, 5, 3], "201102200010021100011210012022"),
        ("digits", 20, 1, 3, &[9, 5, 3], "010000212102100200002222110020"),
        ("\u{d559}\u{c2b5}", 81, 1, 3, &[81, 34, 15, 8, 5], "224113110001130102003113000214"),
        ("a", 243, 1, 3, &[81, 34, 15, 8, 5], "040010000013000200000033000000"),
        ("a", 100, 4, 4, &[16, 6, 3], "000002011021210200102100202021"),
        ("x y", 5, 5, 2, &[1], "000000000000000000000000000000"),
        ("b", 64, 1, 2, &[64, 38, 23, 14, 10, 7, 7], "321105230001222060010021201005"),
        ("c", 1000, 1, 10, &[100, 15, 3], "000000000000010001002000000110"),
    ];
    for (name, most, min_epochs, reduction, shares, wanted) in made {
        let brackets = Brackets::new(name, Rungs { reduction, min_epochs }, most);
        assert_eq!(brackets.shares(), shares, "{name}");
        let own: String = (0..30).map(|number| brackets.of(number).to_string()).collect();
        assert_eq!(own, wanted, "{name}");
    }
    for (reduction, powers) in [(3, "1:1 3:2 9:3 27:4 81:5 243:5 729:7 2187:8"), (2, "8:4 64:7 512:10 1024:11 4096:13")]
    {
        for pair in powers.split(' ') {
            let (most, n) = pair.split_once(':').expect("a pair");
            let brackets = Brackets::new("", Rungs { reduction, min_epochs: 1 }, most.parse().expect("a number"));
            assert_eq!(brackets.shares().len().to_string(), n, "{most} by {reduction}");
        }
    }
    // Fewer epochs than the first rung: one bracket, in which nobody is judged.
    assert_eq!(Brackets::new("", Rungs { reduction: 3, min_epochs: 7 }, 5).shares(), [1]);
}

#[test]
fn a_bracket_begins_later_and_knows_its_own_trials_only() {
    let hyperband = study(&json!({"name": "hyperband"}), &json!({"name": "digits"}));
    let pruner = start(&hyperband);
    // 0 and 2 to 5 are in bracket 0, 1 in 1, 6 in 2.
    let first: Vec<_> = (0..7).map(|number| pruner.rung(number, 0)).collect();
    assert_eq!(first, [1, 3, 1, 1, 1, 1, 9].map(Some));
    assert_eq!(pruner.rung(1, 3), Some(9));
    let mut ledger = Ledger::new(&hyperband);
    for number in 0..7 {
        let epochs = [1, 3, 1, 1, 1, 1, 9][number];
        let value = [0.6, 0.9, 0.5, 0.4, 0.3, 0.2, 0.95][number];
        enter(&mut ledger, TrialState::Running, &[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, value][9 - epochs..]);
    }
    // Of five one goes on; those alone in their brackets do.
    assert_eq!(start(&hyperband).judge(&ledger), [0, 2, 3, 4].map(Verdict::Stop));
    // Optuna knows a study without a name by that of its data.
    let unnamed = study(&json!({"name": "hyperband"}), &json!({"dataset": {"name": "digits"}}));
    let first: Vec<_> = (0..7).map(|number| start(&unnamed).rung(number, 0)).collect();
    assert_eq!(first, [1, 3, 1, 1, 1, 1, 9].map(Some));
}

proptest! {
    #[test]
    fn a_halving_lets_the_best_of_a_round_on_whatever_the_values(
        values in prop::collection::vec(prop_oneof![8 => -5.0..5.0, 1 => Just(f64::NAN), 1 => Just(f64::INFINITY), 2 => Just(0.5)], 1..80),
        reduction in 2_u32..6,
    ) {
        let halving = study(&json!({"name": "halving", "reduction": reduction}), &json!({}));
        let waiting: Vec<[f64; 1]> = values.iter().map(|&value| [value]).collect();
        let out = stopped(&halving, &waiting.iter().map(<[f64; 1]>::as_slice).collect::<Vec<_>>());
        let numbers = values.iter().filter(|value| !value.is_nan()).count();
        let going_on = values.len() - out.len();
        prop_assert_eq!(going_on, (numbers / reduction as usize).max(1).min(numbers));
        let is_out = |number: usize| out.contains(&(number as u32));
        for (a, x) in values.iter().enumerate().filter(|(at, _)| !is_out(*at)) {
            for (_, y) in values.iter().enumerate().filter(|(at, value)| is_out(*at) && !value.is_nan()) {
                prop_assert!(x <= y, "{} {}", a, y);
            }
        }
    }
}
