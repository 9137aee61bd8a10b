//! Owen-scrambled Sobol points: any first 2^k trials fill each range in 2^k equal parts. Scrambling takes the seed, so
//! that seeds differ and no point is the middle of the box. Integer arithmetic up to one exact conversion: the same
//! bits natively and in WASM.

use super::Sampler;
use crate::rng::{Purpose, RunId, key};
use crate::space::{Distribution, Space};
use crate::study::SOBOL_TRIALS;
use serde_json::{Map, Value};

pub struct Sobol {
    /// Each with its dimension, in the study's order.
    axes: Vec<(String, Distribution, u32)>,
    scramble: u32,
}

impl Sobol {
    pub fn new(space: &Space, seed: u64) -> Self {
        // Dimensions go by name: the order in which a document writes its space changes nothing. Unlike random draws,
        // those of one name depend on which others are searched: the dimensions must be distinct.
        let dimension = |name: &str| space.iter().filter(|(other, _)| other.as_str() < name).count() as u32;
        let axes = space.iter().map(|(name, axis)| (name.clone(), axis.clone(), dimension(name))).collect();
        Self { axes, scramble: key(seed, Purpose::Search, RunId::default(), 0)[0] }
    }
}

impl Sampler for Sobol {
    fn ask(&mut self, number: u32) -> Option<Map<String, Value>> {
        if number >= SOBOL_TRIALS {
            return None;
        }
        let draw = |(name, axis, dimension): &(String, Distribution, u32)| {
            (name.clone(), axis.at(f64::from(sobol_burley::sample(number, *dimension, self.scramble))))
        };
        Some(self.axes.iter().map(draw).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::super::{SamplerSpec, start};
    use super::*;
    use serde_json::json;

    fn unit_space(n: usize) -> Vec<(String, Distribution)> {
        let unit = json!({"type": "float", "low": 0, "high": 1});
        (0..n).map(|i| (format!("x{i:03}"), Distribution::parse("x", &unit).expect("valid"))).collect()
    }

    fn points(spec: &SamplerSpec, dimensions: usize, seed: u64, n: u32) -> Vec<Vec<f64>> {
        let mut sampler = start(spec, &unit_space(dimensions), seed);
        let point = |params: Map<String, Value>| params.values().filter_map(Value::as_f64).collect();
        (0..n).filter_map(|number| sampler.ask(number)).map(point).collect()
    }

    /// The largest distance over anchored boxes at the points' corners: the star discrepancy, nearly.
    fn discrepancy(points: &[Vec<f64>]) -> f64 {
        let n = points.len() as f64;
        let mut worst = 0.0_f64;
        for x in points.iter().map(|p| p[0]).chain([1.0]) {
            for y in points.iter().map(|p| p[1]).chain([1.0]) {
                let closed = points.iter().filter(|p| p[0] <= x && p[1] <= y).count() as f64;
                let open = points.iter().filter(|p| p[0] < x && p[1] < y).count() as f64;
                worst = worst.max((closed / n - x * y).abs()).max((open / n - x * y).abs());
            }
        }
        worst
    }

    #[test]
    fn fills_the_square_more_evenly_than_random() {
        for seed in 0..20 {
            let even = discrepancy(&points(&SamplerSpec::SOBOL, 2, seed, 64));
            let random = discrepancy(&points(&SamplerSpec::RANDOM, 2, seed, 64));
            assert!(even < 0.07 && even < random, "seed {seed}: {even} and {random}");
        }
    }

    #[test]
    fn every_dimension_has_one_of_64_points_in_each_of_64_parts() {
        for seed in [0, 1, 77] {
            let points = points(&SamplerSpec::SOBOL, 256, seed, 64);
            for dimension in 0..256 {
                let mut parts: Vec<usize> = points.iter().map(|point| (point[dimension] * 64.0) as usize).collect();
                parts.sort_unstable();
                assert_eq!(parts, (0..64).collect::<Vec<_>>(), "dimension {dimension}");
            }
        }
    }

    #[test]
    fn seeds_differ_and_more_trials_begin_with_the_same_ones() {
        let of = |seed, n| points(&SamplerSpec::SOBOL, 3, seed, n);
        assert_eq!(of(5, 64), of(5, 64));
        assert_eq!(of(5, 20), of(5, 64)[..20]);
        for seed in 0..50 {
            assert_ne!(of(seed, 8), of(seed + 1, 8));
        }
        assert_ne!(of(0, 8), of(1 << 40, 8));
    }

    #[test]
    fn the_order_of_the_space_changes_nothing() {
        let mut space = unit_space(5);
        let forward = start(&SamplerSpec::SOBOL, &space, 7).ask(3).expect("a point");
        space.reverse();
        let backward = start(&SamplerSpec::SOBOL, &space, 7).ask(3).expect("a point");
        assert!(forward.iter().all(|(name, value)| backward[name] == *value));
    }

    #[test]
    fn the_bits_are_frozen() {
        // In units of 2^-23: whole numbers, the same natively and in WASM.
        let first = points(&SamplerSpec::SOBOL, 2, 0, 3).concat();
        let scaled: Vec<f64> = first.iter().map(|x| x * 8_388_608.0).collect();
        assert_eq!(scaled, [6_317_500.0, 8_132_108.0, 3_210_085.0, 3_327_574.0, 6_039_597.0, 149_291.0]);
    }

    #[test]
    fn what_the_sequence_does_not_have_is_refused_by_its_limit() {
        SamplerSpec::SOBOL.check(&unit_space(256), 65_536, || 0.0).expect("it has those");
        let trials = SamplerSpec::SOBOL.check(&unit_space(2), 65_537, || 0.0).expect_err("one too many").to_string();
        assert!(trials.contains("trials is 65537") && trials.contains("65536"), "{trials}");
        let space = SamplerSpec::SOBOL.check(&unit_space(257), 64, || 0.0).expect_err("one too many").to_string();
        assert!(space.contains("257") && space.contains("256"), "{space}");
        let mut sampler = start(&SamplerSpec::SOBOL, &unit_space(256), 0);
        assert!(sampler.ask(65_535).is_some() && sampler.ask(65_536).is_none());
    }
}
