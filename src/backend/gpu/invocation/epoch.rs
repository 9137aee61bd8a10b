//! An epoch of strategy `invocation` as the device reads it.

use super::group::Group;
use super::{HEAD_WORDS, Head};
use crate::backend::EpochBatches;
use crate::backend::gpu::shuffle::{self, PLAN_WORDS, Plan};
use crate::backend::gpu::tracks::Tracks;

/// Where an epoch stands: all networks go on to row `end`, one member after the other, before any goes further.
#[derive(Clone, Copy, Debug, Default)]
pub struct Position {
    pub start: u32,
    pub end: u32,
    pub group: usize,
    pub member: usize,
}

/// An epoch laid out.
pub struct Epoch {
    /// Counted through the population's life, from 1.
    pub number: u32,
    /// The words of the batches' buffer.
    pub words: Vec<u32>,
    /// Whether they stand in the buffer.
    pub is_written: bool,
    /// First word of each group's part, and of its orders.
    pub group_words: Vec<u32>,
    pub group_orders: Vec<u32>,
    /// The orders that the device draws.
    pub shuffle: Plan,
    /// Training rows and steps by network; 0 for those that are not at work.
    pub extent: Vec<(u32, u32)>,
    /// The row until which networks train.
    pub train_end: u32,
    /// The row until which they are evaluated.
    pub end: u32,
    /// What is submitted next.
    pub next: Position,
    /// What was to be submitted next when the host's copy was made.
    pub host_next: Position,
}

impl Epoch {
    /// Lays an epoch of so many networks out, in each group its heads, its orders and its steps. The device draws orders from
    /// so many networks on.
    pub fn new(
        number: u32,
        groups: &[Group],
        n_networks: usize,
        n_validation: u32,
        epoch: &[EpochBatches],
        shuffles_from: usize,
    ) -> Self {
        let (mut train_end, mut is_scored) = (0, false);
        let mut extent = vec![(0, 0); n_networks];
        let mut by_network: Vec<Option<&EpochBatches>> = vec![None; n_networks];
        for batches in epoch {
            let (network, rows) = (batches.network, batches.steps.rows().len() as u32);
            extent[network] = (rows, batches.steps.len() as u32);
            by_network[network] = Some(batches);
            train_end = train_end.max(rows);
            is_scored |= batches.validates;
        }
        let longest = shuffle::longest(epoch, shuffles_from);
        let own_rows = if longest.is_some() { 0 } else { train_end as usize };
        let mut words = Vec::with_capacity(n_networks * (HEAD_WORDS + PLAN_WORDS + own_rows));
        let (mut group_words, mut group_orders) = (Vec::new(), Vec::new());
        let (mut orders, mut room) = (Vec::with_capacity(epoch.len()), 0);
        let mut tracks = Tracks::default();
        for group in groups {
            let n = group.len();
            let start = words.len();
            group_words.push(start as u32);
            group_orders.push(if longest.is_some() { room } else { start + HEAD_WORDS * n } as u32);
            words.resize(start + n * (HEAD_WORDS + own_rows), 0);
            for (member, &network) in group.networks.iter().enumerate() {
                let Some(batches) = by_network[network] else { continue };
                let track = tracks.place(&mut words, &batches.steps);
                let (before, rows) = (batches.steps.span().map_or(0, |span| span.start), extent[network].0);
                let head: Head =
                    [track.first, if batches.validates { 1 } else { 2 }, rows, before, track.rate.to_bits()];
                words[start + HEAD_WORDS * member..][..HEAD_WORDS].copy_from_slice(&head);
                if let (Some(_), Some(([a, b], rows))) = (longest, batches.order.shuffle()) {
                    orders.push([(room + member) as u32, n as u32, rows as u32, a, b]);
                    continue;
                }
                let rows = batches.steps.rows();
                for (k, &row) in batches.order[rows.start as usize..rows.end as usize].iter().enumerate() {
                    words[start + (HEAD_WORDS + k) * n + member] = row;
                }
            }
            room += n * longest.unwrap_or(0);
        }
        let mut shuffle = Plan::default();
        if longest.is_some() {
            let behind;
            (shuffle, behind) = Plan::new(&mut words, &mut orders, room);
            for first in &mut group_orders {
                *first += behind;
            }
        }
        Self {
            number,
            words,
            is_written: false,
            group_words,
            group_orders,
            shuffle,
            extent,
            train_end,
            end: train_end + if is_scored { n_validation } else { 0 },
            next: Position::default(),
            host_next: Position::default(),
        }
    }

    /// Words of the batches with what the device draws.
    pub fn all_words(&self) -> usize {
        self.words.len().max(self.shuffle.words)
    }

    pub fn is_submitted(&self) -> bool {
        let Position { end, group, member, .. } = self.next;
        end >= self.end && group == 0 && member == 0
    }
}
