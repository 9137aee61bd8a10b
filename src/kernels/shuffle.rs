//! The order of an epoch's rows. Twin of `shaders/shuffle.wgsl`.

use crate::rng::Stream;

/// Rows `0 .. n` in the order that the stream with this key draws.
pub fn reference(key: [u32; 2], n: usize) -> Vec<u32> {
    let mut order: Vec<u32> = (0..n as u32).collect();
    Stream::new(key).shuffle(&mut order);
    order
}
