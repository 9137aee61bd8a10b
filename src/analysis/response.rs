//! The response surface between trials: expected scores over two axes, and where nobody can tell.

use crate::gaussian::{Prior, Process};

/// How far a trial speaks along the two axes that are seen, as a share of each, and along the others, which are seen at one
/// value.
const REACH: f64 = 0.3;
const REACH_ACROSS: f64 = 0.6;
/// Variance of what the axes do not explain, as a share of the process's own.
const NOISE: f64 = 0.12;
/// Where more than this share of the variance is left, there is nothing to draw.
const UNKNOWN: f64 = 0.62;
/// How near a diverged trial must be to count, in reaches.
const NEAR: f64 = 0.07 / REACH;
/// More trials than this are thinned: the fit costs the third power of their number.
const MOST: usize = 300;
/// Fewer say nothing.
const FEWEST: usize = 4;
/// What is left of the variance is smooth, so it is worked out at this many places a side and blended between them.
const COARSE: usize = 14;
/// Cells a side, at most.
const MOST_CELLS: usize = 256;
/// Larger scores have no sum.
const HIGHEST: f64 = 1e100;

/// Trials' places: of each its numbers along the two axes that are seen, then along the others, from 0 to 1 and a little
/// beyond, and for scored ones the score after them.
pub struct Trials<'a> {
    /// Numbers of a place.
    pub dimensions: usize,
    /// Places and scores of trials that have one.
    pub scored: &'a [f64],
    /// Places of those that diverged.
    pub diverged: &'a [f64],
    /// Where the others are seen, one number for each.
    pub at: &'a [f64],
}

/// The surface over `columns x rows` cells, row by row from the second axis's 0, at the cells' middles.
#[derive(Clone, Debug, PartialEq)]
pub struct Response {
    /// Expected scores.
    pub values: Vec<f64>,
    /// Above 0 the surface is not to be drawn: nobody knows it, or the trials nearby diverged.
    pub bare: Vec<f64>,
}

/// A share of a list, by the golden ratio, which falls in step with no grid.
fn thin<T>(list: Vec<T>, share: f64) -> Vec<T> {
    if share >= 1.0 {
        return list;
    }
    let kept = |at: &(usize, T)| (at.0 as f64 * 0.618_033_988_749_894_9) % 1.0 < share;
    list.into_iter().enumerate().filter(kept).map(|(_, one)| one).collect()
}

/// See the module. `None` of fewer than four trials, or of places that are none.
pub fn response(trials: &Trials<'_>, columns: usize, rows: usize) -> Option<Response> {
    let Trials { dimensions: d, scored, diverged, at } = *trials;
    if d < 2 || at.len() != d - 2 || columns == 0 || rows == 0 || columns.max(rows) > MOST_CELLS {
        return None;
    }
    let is_place = |place: &[f64]| place.iter().all(|x| x.abs() <= 10.0);
    let sound = |one: &&[f64]| is_place(&one[..d]) && one[d].abs() <= HIGHEST;
    let scored: Vec<&[f64]> = scored.chunks_exact(d + 1).filter(sound).collect();
    let lost: Vec<&[f64]> = diverged.chunks_exact(d).filter(|place| is_place(place)).collect();
    if scored.len() < FEWEST {
        return None;
    }
    let share = MOST as f64 / scored.len().max(lost.len()) as f64;
    let (scored, lost) = (thin(scored, share), thin(lost, share));
    let places: Vec<&[f64]> = scored.iter().map(|one| &one[..d]).collect();
    let outcomes: Vec<f64> = scored.iter().map(|one| one[d]).collect();
    let reaches = (0..d).map(|axis| if axis < 2 { REACH } else { REACH_ACROSS }).collect();
    let prior = Prior { reaches, noise: NOISE };
    let process = Process::through(prior.clone(), &places, &outcomes)?;
    let mut place = [&[0.0, 0.0], at].concat();
    let mut coarse = Vec::with_capacity(COARSE * COARSE);
    for cell in 0..COARSE * COARSE {
        place[0] = (cell % COARSE) as f64 / (COARSE - 1) as f64;
        place[1] = (cell / COARSE) as f64 / (COARSE - 1) as f64;
        coarse.push(process.unknown(&place));
    }
    let mut found = Response { values: Vec::new(), bare: Vec::new() };
    for row in 0..rows {
        for column in 0..columns {
            let (x, y) = ((column as f64 + 0.5) / columns as f64, (row as f64 + 0.5) / rows as f64);
            (place[0], place[1]) = (x, y);
            found.values.push(process.mean(&place));
            let nobody_knows = blended(&coarse, x, y) - UNKNOWN;
            found.bare.push(nobody_knows.max(0.3 * divergence(&prior, &place, &places, &lost)));
        }
    }
    Some(found)
}

/// Between the coarse places.
fn blended(coarse: &[f64], x: f64, y: f64) -> f64 {
    let cell = |x: f64| {
        let along = x * (COARSE - 1) as f64;
        let first = (along as usize).min(COARSE - 2);
        (first, along - first as f64)
    };
    let ((column, fx), (row, fy)) = (cell(x), cell(y));
    let at = |dx: usize, dy: usize| coarse[(row + dy) * COARSE + column + dx];
    (at(0, 0) * (1.0 - fx) + at(1, 0) * fx) * (1.0 - fy) + (at(0, 1) * (1.0 - fx) + at(1, 1) * fx) * fy
}

/// From -1 where the trials nearby trained to 1 where they diverged.
fn divergence(prior: &Prior, place: &[f64], trained: &[&[f64]], lost: &[&[f64]]) -> f64 {
    let weight = |own: &&[f64]| libm::exp(-0.5 * prior.squared(place, own) / (NEAR * NEAR));
    let bad: f64 = lost.iter().map(weight).sum();
    if bad < 1e-6 {
        return -1.0;
    }
    let good = 1e-9 + trained.iter().map(weight).sum::<f64>();
    (bad - good) / (bad + good)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn grid(d: usize, score: impl Fn(&[f64]) -> f64) -> Vec<f64> {
        let sides = [0.1, 0.5, 0.9];
        let count = sides.len().pow(d as u32);
        let place = |at: usize| -> Vec<f64> {
            (0..d).map(|axis| sides[at / sides.len().pow(axis as u32) % sides.len()]).collect()
        };
        (0..count)
            .map(place)
            .flat_map(|place| {
                let z = score(&place);
                place.into_iter().chain([z])
            })
            .collect()
    }

    #[test]
    fn a_slope_is_drawn_as_a_slope_and_a_hole_where_trials_diverged() {
        let scored = grid(2, |place| 3.0 * place[0] - place[1]);
        let trials = Trials { dimensions: 2, scored: &scored, diverged: &[0.9, 0.1], at: &[] };
        let Response { values, bare } = response(&trials, 10, 10).unwrap();
        assert!(values[9] > values[0] + 1.0 && values[90] < values[0], "{values:?}");
        // A trial that trained and one that diverged lie at one place.
        assert!(bare[18].abs() < 0.01, "{}", bare[18]);
        assert!(bare[55] < 0.0);
        let only = Trials { diverged: &[0.3, 0.7, 0.3, 0.7], ..trials };
        assert!(response(&only, 10, 10).unwrap().bare[72] > 0.0);
    }

    #[test]
    fn a_slice_is_what_it_is_at_the_others_values() {
        // The third axis decides which way the surface slopes.
        let scored = grid(3, |place| (place[0] - 0.5) * (place[2] - 0.5) * 8.0);
        let slope = |at: f64| {
            let trials = Trials { dimensions: 3, scored: &scored, diverged: &[], at: &[at] };
            let values = response(&trials, 9, 9).unwrap().values;
            values[44] - values[36]
        };
        assert!(
            slope(0.1) < -0.3 && slope(0.9) > 0.3 && slope(0.5).abs() < 0.2,
            "{} {} {}",
            slope(0.1),
            slope(0.9),
            slope(0.5)
        );
    }

    #[test]
    fn too_little_has_no_surface() {
        let four = [0.1, 0.2, 1.0, 0.3, 0.4, 1.0, 0.5, 0.6, 1.0, 0.7, 0.8, 1.0];
        let with = |scored: &[f64], at: &[f64], columns| {
            response(&Trials { dimensions: 2, scored, diverged: &[], at }, columns, 4).is_some()
        };
        assert!(with(&four, &[], 4));
        assert!(!with(&four[..9], &[], 4) && !with(&four, &[0.5], 4) && !with(&four, &[], 0) && !with(&four, &[], 257));
        let mut lost = four;
        lost[2] = f64::NAN;
        assert!(!with(&lost, &[], 4));
        lost[2] = 1e300;
        assert!(!with(&lost, &[], 4));
    }

    proptest! {
        #[test]
        fn any_trials_have_a_finite_surface_or_none(
            scored in prop::collection::vec(prop_oneof![-1.0..2.0_f64, Just(0.5), Just(f64::NAN), Just(1e99), Just(1e-300)], 0..400),
            lost in prop::collection::vec(-1.0..2.0_f64, 0..40),
        ) {
            let trials = Trials { dimensions: 2, scored: &scored, diverged: &lost, at: &[] };
            if let Some(Response { values, bare }) = response(&trials, 6, 5) {
                prop_assert_eq!((values.len(), bare.len()), (30, 30));
                prop_assert!(values.iter().chain(&bare).all(|x| x.is_finite()), "{values:?}");
            }
        }
    }
}
