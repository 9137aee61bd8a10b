//! A whole training step of one network by one workgroup: what `train_invocation` does, put together from the tiles of the
//! layer kernels. Twin of `shaders/train_workgroup.wgsl`: one step is one step, whoever takes it.

pub use super::train_invocation::{Training, reference};
