//! Planes through networks that were trained step by step.

use super::plane::{Kind, Plane};
use super::trajectory::{Entry, Trajectory};
use crate::backend::second_order::{Look, MOST_CURVED};
use crate::backend::{self, Data, Need, Network, NetworkSpec, cpu::Cpu};
use crate::error::{Error, Result};
use crate::trainer::Contestant;
use std::rc::Rc;

/// Points of a path of which only the end is looked at.
const ENDS: usize = 8;

impl Kind {
    /// Networks that a plane of this kind is laid through.
    pub const fn networks(self) -> usize {
        match self {
            Self::Line => 2,
            Self::Three => 3,
            Self::Random | Self::Pca | Self::Gradient | Self::Hessian => 1,
        }
    }

    /// How a contestant is recorded for a plane of this kind: momentum is looked at where it is a direction.
    pub fn entry(self, contestant: Contestant) -> Entry {
        let entry = Entry::from(contestant);
        match self {
            Self::Gradient | Self::Hessian => Entry { states: self == Self::Gradient, points: ENDS, ..entry },
            _ => entry,
        }
    }
}

/// The plane of some kind through paths, the first of which ends at its origin. Principal components are those of the
/// first `spread` paths; gradient and second derivatives are those of the training rows in `data`.
///
/// # Errors
/// What keeps the plane from being one: a trial that diverged, weights that are zero or all alike, no gradient.
pub async fn lay(
    kind: Kind,
    spec: &NetworkSpec,
    data: &Rc<Data>,
    paths: &[Trajectory],
    spread: usize,
    seed: u64,
) -> Result<Plane> {
    let is_lost = |path: &&Trajectory| path.diverged_at.is_some() || path.last().iter().any(|x| !x.is_finite());
    let standing = &paths[..kind.networks().min(paths.len())];
    if let Some(lost) = standing.iter().find(is_lost) {
        return Err(Error::TrialDiverged { trial: lost.trial });
    }
    let [first, others @ ..] = standing else { return Err(Error::NoPath) };
    let origin = first.last().to_vec();
    match (kind, others) {
        (Kind::Random, _) => Plane::random(&spec.shape, origin, seed),
        (Kind::Line, [b, ..]) => Plane::line(origin, b.last()),
        (Kind::Three, [b, c, ..]) => Plane::three(origin, b.last(), c.last()),
        (Kind::Line | Kind::Three, _) => Err(Error::SameWeights),
        (Kind::Gradient, _) => {
            let parameters = origin.iter().map(|&x| f64::from(x)).collect();
            let network = Network { spec: spec.clone(), parameters };
            let (_, gradient) = backend::loss_gradient(&Cpu::new(), data, backend::Rows::Train, network).await?;
            let momentum = first.coasts.last().map_or(&[][..], Vec::as_slice);
            Plane::gradient(&spec.shape, origin, &gradient, momentum, seed)
        }
        (Kind::Hessian, _) if spec.needs(Need::WholeBatches) => Err(Error::NoCurvatureOfNorms),
        (Kind::Hessian, _) => {
            let parameters: Vec<f64> = origin.iter().map(|&x| f64::from(x)).collect();
            let n = parameters.len();
            if n > MOST_CURVED {
                return Err(Error::NoRoomForCurvature { parameters: n as u64, limit: MOST_CURVED as u32 });
            }
            let found = Look::new(spec, Look::data(data, n)).eigenvalues(&parameters, 0..n, (0.0, None), &[], 2);
            Plane::hessian(&spec.shape, origin, found)
        }
        (Kind::Pca, _) => {
            let points: Vec<Vec<f32>> =
                paths.iter().take(spread.max(1)).flat_map(|path| path.points.iter().cloned()).collect();
            Plane::pca(origin, &points)
        }
    }
}
