//! Whole training steps of one network in the memory of one workgroup: what `train_invocation` does. Twin of
//! `shaders/train_resident.wgsl`: one step is one step, whoever takes it.

pub use super::train_invocation::{Training, reference};
