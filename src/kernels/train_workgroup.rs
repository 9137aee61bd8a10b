//! A whole training step of one network by one workgroup: what `train_invocation` does, put together from the tiles of the
//! layer kernels. Twin of `shaders/train_workgroup.wgsl`.

use super::train_invocation::{self, Training};
use super::{BatchLoss, Real};
use crate::backend::Labels;

/// [`train_invocation::reference`]: one step is one step, whoever takes it.
pub fn reference<T: Real>(
    network: &mut Training<'_, T>,
    x: Vec<T>,
    labels: &Labels<T>,
    rows: &[u32],
    step: u32,
    scalars: &[T; 4],
) -> (BatchLoss<T>, bool) {
    train_invocation::reference(network, x, labels, rows, step, scalars)
}
