//! An epoch of strategy `invocation` as the device reads it.

use super::group::Group;
use super::{HEAD_WORDS, Head};
use crate::backend::EpochBatches;
use crate::backend::gpu::shuffle::{self, PLAN_WORDS, Plan};
use crate::backend::gpu::tracks::{Track, Tracks};
use core::ops::Range;

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
    /// Steps of all networks, and the networks.
    steps: u64,
    networks: usize,
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
    /// so many networks on. The epoch before took `like` words.
    pub fn new(
        number: u32,
        groups: &[Group],
        n_networks: usize,
        n_validation: u32,
        epoch: &[EpochBatches],
        shuffles_from: usize,
        like: usize,
    ) -> Self {
        let (mut train_end, mut steps, mut is_scored) = (0, 0, false);
        let mut by_network: Vec<Option<&EpochBatches>> = vec![None; n_networks];
        for batches in epoch {
            by_network[batches.network] = Some(batches);
            train_end = train_end.max(batches.steps.rows().len() as u32);
            steps += batches.steps.len() as u64;
            is_scored |= batches.validates;
        }
        let longest = shuffle::longest(epoch, shuffles_from);
        let own_rows = if longest.is_some() { 0 } else { train_end as usize };
        let mut words = Vec::with_capacity(like.max(n_networks * (HEAD_WORDS + PLAN_WORDS + own_rows)));
        let (mut group_words, mut group_orders) = (Vec::new(), Vec::new());
        let (mut orders, mut room) = (Vec::with_capacity(epoch.len()), 0);
        let (mut tracks, mut lists) = (Tracks::default(), Vec::new());
        // Lists of steps stand behind the parts of all groups.
        let first_list = (n_networks * (HEAD_WORDS + own_rows)) as u32;
        for group in groups {
            let n = group.len();
            let start = words.len();
            group_words.push(start as u32);
            group_orders.push(if longest.is_some() { room } else { start + HEAD_WORDS * n } as u32);
            for (member, &network) in group.networks.iter().enumerate() {
                let mut head: Head = [0; HEAD_WORDS];
                if let Some(batches) = by_network[network] {
                    let Track { first, rate } = tracks.place(&mut lists, &batches.steps);
                    let (before, rows) = (batches.steps.span().map_or(0, |span| span.start), batches.steps.rows());
                    let scored = if batches.validates { 1 } else { 2 };
                    head = [first_list + first, scored, rows.len() as u32, before, rate.to_bits()];
                    if let (Some(_), Some(([a, b], rows))) = (longest, batches.order.shuffle()) {
                        orders.push([(room + member) as u32, n as u32, rows as u32, a, b]);
                    }
                }
                words.extend_from_slice(&head);
            }
            words.resize(start + n * (HEAD_WORDS + own_rows), 0);
            let own = group.networks.iter().map(|&network| by_network[network]).enumerate();
            for (member, batches) in own.filter(|_| longest.is_none()) {
                let rows = batches.map_or(&[][..], |batches| {
                    let Range { start, end } = batches.steps.rows();
                    &batches.order[start as usize..end as usize]
                });
                for (k, &row) in rows.iter().enumerate() {
                    words[start + (HEAD_WORDS + k) * n + member] = row;
                }
            }
            room += n * longest.unwrap_or(0);
        }
        words.extend_from_slice(&lists);
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
            steps,
            networks: n_networks,
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

    /// Steps up to what is submitted next, as if they were spread evenly over the training rows.
    pub fn steps_done(&self, groups: &[Group]) -> u64 {
        let Position { start, end, group, member } = self.next;
        let before: usize = groups[..group].iter().map(Group::len).sum();
        let row = |row: u32| u64::from(row.min(self.train_end));
        let (all, at_end) = (self.networks as u64, (before + member) as u64);
        // Between two turns all networks stand at the end.
        let rows = if at_end == 0 { all * row(end) } else { at_end * row(end) + (all - at_end) * row(start) };
        let of = u128::from(all * row(self.train_end));
        (u128::from(self.steps) * u128::from(rows)).checked_div(of).unwrap_or(0) as u64
    }

    pub fn is_submitted(&self) -> bool {
        let Position { end, group, member, .. } = self.next;
        end >= self.end && group == 0 && member == 0
    }
}
