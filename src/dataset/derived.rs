//! Features made of the two of a plane, as TensorFlow Playground has them: with the right ones a network without hidden
//! layers tells circles and crosses apart.

use super::Dataset;

/// What is made of `x1` and `x2`, in their own units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Derived {
    /// `x1`^2.
    X1Squared,
    /// `x2`^2.
    X2Squared,
    /// `x1` `x2`.
    X1X2,
    /// sin(6 `x1`): the planes of this page are a sixth as wide as TensorFlow Playground's.
    SinX1,
    /// sin(6 `x2`).
    SinX2,
}

impl Derived {
    /// Every one, in the order shown.
    pub const ALL: [Self; 5] = [Self::X1Squared, Self::X2Squared, Self::X1X2, Self::SinX1, Self::SinX2];

    /// By its name in documents.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    /// Its name in documents.
    pub fn name(self) -> &'static str {
        match self {
            Self::X1Squared => "x1_squared",
            Self::X2Squared => "x2_squared",
            Self::X1X2 => "x1_x2",
            Self::SinX1 => "sin_x1",
            Self::SinX2 => "sin_x2",
        }
    }

    /// Its value at a place.
    pub fn at(self, x1: f64, x2: f64) -> f64 {
        match self {
            Self::X1Squared => x1 * x1,
            Self::X2Squared => x2 * x2,
            Self::X1X2 => x1 * x2,
            Self::SinX1 => libm::sin(6.0 * x1),
            Self::SinX2 => libm::sin(6.0 * x2),
        }
    }
}

/// Data of two features with these beside them; other data stay as they are.
pub fn with_derived(data: Dataset, derived: &[Derived]) -> Dataset {
    if derived.is_empty() || data.columns != 2 || !data.pixels.is_empty() {
        return data;
    }
    let row = |pair: &[f64]| {
        let [x1, x2] = [pair[0], pair[1]];
        [x1, x2].into_iter().chain(derived.iter().map(move |one| one.at(x1, x2))).collect::<Vec<_>>()
    };
    let features = data.features.chunks_exact(2).flat_map(row).collect();
    let names = derived.iter().map(|one| one.name().to_owned());
    let feature_names = data.feature_names.into_iter().chain(names).collect();
    Dataset { columns: 2 + derived.len(), features, feature_names, ..data }
}

/// What a network sees at a place of the plane that it sees as two standardised features: all other features there.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plane {
    /// The features behind the first two.
    pub derived: Vec<Derived>,
    /// Mean and deviation that were taken off every feature.
    pub scaling: Vec<(f64, f64)>,
}

impl Plane {
    /// Feature `column` as the network sees it at (`z1`, `z2`); `None` of one that is not derived.
    pub fn value(&self, column: usize, z1: f32, z2: f32) -> Option<f32> {
        let one = self.derived.get(column.checked_sub(2)?)?;
        let own = |z: f32, of: usize| self.scaling.get(of).map(|(mean, scale)| mean + scale * f64::from(z));
        let (mean, scale) = self.scaling.get(column)?;
        Some(((one.at(own(z1, 0)?, own(z2, 1)?) - mean) / scale) as f32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{Settings, generate, prepare, split};

    #[test]
    fn a_row_and_its_place_in_the_plane_are_seen_alike() {
        let settings = Settings { samples: Some(60), ..Settings::default() };
        let plain = generate("xor", &settings).unwrap();
        let data = with_derived(plain.clone(), &Derived::ALL);
        assert_eq!((data.columns, data.rows, data.feature_names[4].as_str()), (7, 60, "x1_x2"));
        assert_eq!(with_derived(plain.clone(), &[]), plain);
        let parts = split(&data, &settings).unwrap();
        for standardize in [true, false] {
            let ready = prepare(&data, &parts, standardize);
            let plane = Plane { derived: Derived::ALL.to_vec(), scaling: ready.scaling.clone() };
            for row in ready.x.chunks_exact(7) {
                assert_eq!(plane.value(1, row[0], row[1]), None);
                for column in 2..7 {
                    let seen = plane.value(column, row[0], row[1]).unwrap();
                    assert!((seen - row[column]).abs() < 1e-5, "{column}: {seen} and {}", row[column]);
                }
            }
        }
        assert!(Derived::ALL.into_iter().all(|one| Derived::named(one.name()) == Some(one)));
    }
}
