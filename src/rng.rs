//! The one source of randomness: Threefry-2x32, counter based (Salmon et al., "Parallel random numbers: as easy as
//! 1, 2, 3", SC 2011). Twin of `shaders/functions/threefry.wgsl`.
//!
//! # Packing (frozen by tests; changing it needs a new [`NUMERICS_VERSION`](crate::NUMERICS_VERSION))
//! A stream's key is folded from where the number is used, never from a thread or a worker:
//! ```text
//! k1  = threefry20(key = (seed low 32, seed high 32), counter = (purpose, trial))
//! key = threefry20(key = k1, counter = (fold << 16 | repeat, layer))
//! ```
//! A [`Stream`] then counts blocks: counter = (block low, block high), two words a block, first word first.
//! Dropout masks use 13 rounds, counter = (training step from 0, block); block = row of the batch x ceil(units / 4)
//! + unit / 4, and a block makes four 16-bit decisions: low half of word 0, high half of word 0, low and high half of
//!   word 1.
#![expect(clippy::inline_always, reason = "only inlined code is compiled for its caller's instruction set")]

use core::convert::Infallible;
use rand::TryRng;
use rand::rand_core::block::{BlockRng, Generator};
use wide::u32x4;

/// Rounds wherever numbers are drawn one by one.
pub const ROUNDS: u32 = 20;
/// Rounds of dropout masks: ample for masks (GROMACS uses 13 in its fast generator), and a third cheaper.
pub const MASK_ROUNDS: u32 = 13;

const ROTATIONS: [u32; 8] = [13, 15, 26, 6, 17, 29, 16, 24];
const PARITY: u32 = 0x1bd1_1bda;

/// Threefry-2x32 with `rounds` rounds: a keyed bijection of the counter.
#[inline]
pub fn threefry(key: [u32; 2], counter: [u32; 2], rounds: u32) -> [u32; 2] {
    let schedule = [key[0], key[1], PARITY ^ key[0] ^ key[1]];
    let mut x = [counter[0].wrapping_add(schedule[0]), counter[1].wrapping_add(schedule[1])];
    for round in 0..rounds {
        x[0] = x[0].wrapping_add(x[1]);
        x[1] = x[1].rotate_left(ROTATIONS[(round % 8) as usize]) ^ x[0];
        if round % 4 == 3 {
            let injection = round / 4 + 1;
            x[0] = x[0].wrapping_add(schedule[(injection % 3) as usize]);
            x[1] = x[1].wrapping_add(schedule[((injection + 1) % 3) as usize]).wrapping_add(injection);
        }
    }
    x
}

/// What a stream of numbers is for; part of its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Purpose {
    /// Rows of a generated data set.
    Generate = 1,
    /// Which rows go to train, validation and test.
    Split = 2,
    /// A sampler's draws.
    Search = 3,
    /// Initial weights.
    Init = 4,
    /// Order of the training rows in an epoch.
    Shuffle = 5,
    /// Dropout masks.
    Dropout = 6,
    /// Directions in weight space.
    Plane = 7,
}

/// Where a stream belongs: one training run of a study.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RunId {
    /// Trial number, from 0.
    pub trial: u32,
    /// Cross-validation fold, from 0.
    pub fold: u16,
    /// Repetition with another seed, from 0.
    pub repeat: u16,
}

/// The key of a stream; `layer` is free where the purpose has no layers.
pub fn key(seed: u64, purpose: Purpose, run: RunId, layer: u32) -> [u32; 2] {
    layer_key(run_key(seed, purpose, run), run, layer)
}

/// What the keys of all layers of a run are folded from.
pub fn run_key(seed: u64, purpose: Purpose, run: RunId) -> [u32; 2] {
    threefry([seed as u32, (seed >> 32) as u32], [purpose as u32, run.trial], ROUNDS)
}

/// [`key`] out of [`run_key`].
pub fn layer_key(first: [u32; 2], run: RunId, layer: u32) -> [u32; 2] {
    threefry(first, [u32::from(run.fold) << 16 | u32::from(run.repeat), layer], ROUNDS)
}

#[derive(Clone)]
struct Threefry {
    key: [u32; 2],
    block: u64,
}

impl Generator for Threefry {
    type Output = [u32; 8];

    // Not copied to each place that draws a number: twenty rounds are a lot of code.
    #[inline(never)]
    fn generate(&mut self, output: &mut [u32; 8]) {
        // Four blocks at once take little longer than one.
        let blocks = [0, 1, 2, 3].map(|i| self.block.wrapping_add(i));
        let counter = [blocks.map(|block| block as u32), blocks.map(|block| (block >> 32) as u32)].map(u32x4::new);
        let [words] = fours::<5, 1>(self.key.map(u32x4::splat), [counter]);
        let [a, b] = words.map(u32x4::to_array);
        for (i, block) in output.as_chunks_mut().0.iter_mut().enumerate() {
            *block = [a[i], b[i]];
        }
        self.block = self.block.wrapping_add(4);
    }
}

/// An endless stream of random words behind `rand`'s traits.
#[derive(Clone)]
pub struct Stream(BlockRng<Threefry>);

impl Stream {
    /// The stream with this key, from its start.
    pub fn new(key: [u32; 2]) -> Self {
        Self(BlockRng::new(Threefry { key, block: 0 }))
    }

    /// The stream of `purpose` for one run; `layer` as in [`key`].
    pub fn of(seed: u64, purpose: Purpose, run: RunId, layer: u32) -> Self {
        Self::new(key(seed, purpose, run, layer))
    }

    /// A whole number in `0..n`, each equally likely (Lemire's multiplication with rejection). `n` must be above 0.
    pub fn below(&mut self, n: u32) -> u32 {
        debug_assert!(n > 0, "an empty range has no member");
        loop {
            let product = u64::from(self.0.next_word()) * u64::from(n);
            // The division is seldom needed: the threshold is below n.
            if product as u32 >= n || product as u32 >= n.wrapping_neg() % n {
                return (product >> 32) as u32;
            }
        }
    }

    /// A number in [0, 1) with 24 bits: `(bits >> 8) * 2^-24`.
    pub fn uniform(&mut self) -> f32 {
        (self.0.next_word() >> 8) as f32 * (1.0 / 16_777_216.0)
    }

    /// A number in [0, 1) with 53 bits, from two words.
    pub fn uniform_f64(&mut self) -> f64 {
        (self.0.next_u64_from_u32() >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)
    }

    /// A standard normal number by Box and Muller over `libm`: the same bits natively and in wasm. (`rand_distr`'s takes
    /// std's ln and exp wherever another crate turns on num-traits' `std`.)
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * libm::log(1.0 - self.uniform_f64())).sqrt();
        radius * libm::cos(core::f64::consts::TAU * self.uniform_f64())
    }

    /// Puts `items` in random order (Fisher-Yates from the end).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last as u32 + 1) as usize);
        }
    }
}

impl TryRng for Stream {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.0.next_word())
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.0.next_u64_from_u32())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.0.fill_bytes(bytes);
        Ok(())
    }
}

/// Dropout as an integer comparison: a unit is kept where its 16 random bits are at least this.
pub fn drop_threshold(p: f64) -> u32 {
    libm::round(p * 65_536.0) as u32
}

/// The four 16-bit decisions of one mask block (packing above).
#[inline]
pub fn mask_block(key: [u32; 2], step: u32, block: u32) -> [u32; 4] {
    let [a, b] = threefry(key, [step, block], MASK_ROUNDS);
    [a & 0xffff, a >> 16, b & 0xffff, b >> 16]
}

/// The two words of [`mask_block`] for `N` times four blocks at once: a round waits for the one before it, so that several
/// vectors take little longer than one.
#[inline(always)]
pub fn mask_words<const N: usize>(key: [u32x4; 2], step: u32x4, blocks: [u32x4; N]) -> [[u32x4; 2]; N] {
    fours::<3, N>(key, blocks.map(|block| [step, block])).map(round::<17>)
}

/// `4 F` rounds of [`threefry`] on `N` times four counters at once.
#[inline(always)]
fn fours<const F: u32, const N: usize>(key: [u32x4; 2], counters: [[u32x4; 2]; N]) -> [[u32x4; 2]; N] {
    let schedule = [key[0], key[1], u32x4::splat(PARITY) ^ key[0] ^ key[1]];
    let mut x = counters.map(|[a, b]| [a + schedule[0], b + schedule[1]]);
    for four in 0..F {
        x = if four % 2 == 0 {
            x.map(round::<13>).map(round::<15>).map(round::<26>).map(round::<6>)
        } else {
            x.map(round::<17>).map(round::<29>).map(round::<16>).map(round::<24>)
        };
        let injection = four + 1;
        let at = |i: u32| schedule[(i % 3) as usize];
        let second = at(injection + 1) + u32x4::splat(injection);
        x = x.map(|[a, b]| [a + at(injection), b + second]);
    }
    x
}

#[inline(always)]
fn round<const R: u32>([a, b]: [u32x4; 2]) -> [u32x4; 2] {
    let a = a + b;
    [a, ((b << R) | (b >> (32 - R))) ^ a]
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::Rng;

    #[test]
    fn d1_known_answers_of_random123() {
        assert_eq!(threefry([0, 0], [0, 0], 20), [0x6b20_0159, 0x99ba_4efe]);
        assert_eq!(threefry([u32::MAX; 2], [u32::MAX; 2], 20), [0x1cb9_96fc, 0xbb00_2be7]);
        assert_eq!(threefry([0x1319_8a2e, 0x0370_7344], [0x243f_6a88, 0x85a3_08d3], 20), [0xc492_3a9c, 0x483d_f7a0]);
    }

    #[test]
    fn packing_is_frozen() {
        let run = RunId { trial: 3, fold: 2, repeat: 1 };
        let frozen = key(0x12_3456_789a, Purpose::Dropout, run, 4);
        let first = threefry([0x3456_789a, 0x12], [6, 3], 20);
        assert_eq!(frozen, threefry(first, [0x0002_0001, 4], 20));
        let mut stream = Stream::new([0, 0]);
        assert_eq!([stream.next_u32(), stream.next_u32()], [0x6b20_0159, 0x99ba_4efe]);
        let mut stream = Stream::new([7, 9]);
        for block in 0..9 {
            assert_eq!([stream.next_u32(), stream.next_u32()], threefry([7, 9], [block, 0], 20));
        }
    }

    #[test]
    fn streams_of_different_places_differ() {
        let base = RunId::default();
        let mut keys =
            vec![key(0, Purpose::Init, base, 0), key(1, Purpose::Init, base, 0), key(0, Purpose::Init, base, 1)];
        for run in [RunId { trial: 1, ..base }, RunId { fold: 1, ..base }, RunId { repeat: 1, ..base }] {
            keys.push(key(0, Purpose::Init, run, 0));
        }
        keys.push(key(0, Purpose::Shuffle, base, 0));
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), 7);
    }

    #[test]
    fn below_is_even_and_shuffle_is_a_permutation() {
        let mut stream = Stream::new([7, 9]);
        let mut counts = [0_u32; 6];
        for _ in 0..60_000 {
            counts[stream.below(6) as usize] += 1;
        }
        assert!(counts.iter().all(|&n| (9_600..10_400).contains(&n)), "{counts:?}");
        let mut order: Vec<u32> = (0..1000).collect();
        stream.shuffle(&mut order);
        let mut sorted = order.clone();
        sorted.sort_unstable();
        assert_ne!(order, sorted);
        assert!(sorted.into_iter().eq(0..1000));
    }

    #[test]
    fn d1_blocks_at_once_are_blocks_one_by_one() {
        let blocks = [[0, 5, 10, 15], [20, 25, 30, 35]].map(u32x4::new);
        let words = mask_words([3, 9].map(u32x4::splat), u32x4::splat(77), blocks);
        let [a, b] = [0, 1].map(|word| words.map(|words| words[word].to_array()));
        for (i, (&a, &b)) in a.as_flattened().iter().zip(b.as_flattened()).enumerate() {
            assert_eq!([a & 0xffff, a >> 16, b & 0xffff, b >> 16], mask_block([3, 9], 77, 5 * i as u32));
        }
    }

    #[test]
    fn masks_keep_the_right_share() {
        let threshold = drop_threshold(0.3);
        let kept: usize = (0..25_000)
            .map(|block| mask_block([1, 2], 5, block).iter().filter(|&&bits| bits >= threshold).count())
            .sum();
        let share = kept as f64 / 100_000.0;
        assert!((share - 0.7).abs() < 0.005, "{share}");
        assert_eq!(drop_threshold(0.0), 0);
        assert_eq!(drop_threshold(1.0), 65_536);
    }
}
