//! Strategy `lanes`: networks of one program train side by side, one in each lane of the vectors. Networks keep their own
//! numbers between turns; for an epoch, those that have the same batches or nearly the same are packed together. What a
//! lane computes depends on nothing in the other lanes, so a network's bits do not depend on its company.

mod descent;
mod dropout;
mod pack;
mod update;

pub use pack::bytes;

use super::epoch::{Clock, Progress, Turn, Turns};
use crate::backend::{
    Advance, DIVERGENCE_LIMIT, Data, EpochBatches, LocalFuture, Need, Network, Population, Snapshot, Tuning, ready,
};
use crate::error::Result;
use crate::kernels::train_invocation::within;
use crate::optimizer::MOST_SCALARS;
use crate::order::by_key;
use core::time::Duration;
use descent::Descent;
use pack::{LANES, Pack, Resident, V};
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;
use update::update;

/// Rows that an evaluation takes at once.
const EVALUATED_AT_ONCE: usize = 128;

/// What it has of what networks may need.
pub const HAS: [Need; 1] = [Need::SumsOverAll];

/// Networks that train side by side.
pub struct Lanes {
    data: Rc<Data>,
    residents: Vec<Resident>,
    /// The group of each network: all of one program.
    groups: Vec<usize>,
    /// The buffers of each group.
    packs: Vec<Pack>,
    queue: VecDeque<Turn>,
}

impl Lanes {
    /// Networks with their initial parameters.
    pub fn new(data: Rc<Data>, networks: Vec<Network>) -> Self {
        let mut programs = BTreeMap::new();
        let mut packs = Vec::new();
        let mut group = |network: &Network| {
            *programs.entry(network.spec.program()).or_insert_with_key(|program| {
                packs.push(Pack::new(program));
                packs.len() - 1
            })
        };
        let groups = networks.iter().map(&mut group).collect();
        let residents = networks.into_iter().map(Resident::new).collect();
        Self { data, residents, groups, packs, queue: VecDeque::new() }
    }
}

impl Turns for Lanes {
    fn queue(&mut self) -> &mut VecDeque<Turn> {
        &mut self.queue
    }

    fn data(&self) -> &Data {
        &self.data
    }

    fn diverged_at(&self, network: usize) -> Option<u64> {
        self.residents[network].diverged_at
    }

    fn work(&mut self, turn: &mut [Progress], clock: &mut Clock, steps: &mut u64) -> bool {
        let Some(group) = turn.first().map(|progress| self.groups[progress.batches.network]) else { return true };
        let (pack, residents, data) = (&mut self.packs[group], &mut self.residents, &*self.data);
        pack.load(turn.iter().map(|progress| &residents[progress.batches.network]));
        let done = train(pack, residents, data, turn, clock, steps);
        if !done {
            return false;
        }
        // Lanes that were done earlier went on to nowhere since, silent units and all.
        pack.load(turn.iter().map(|progress| &residents[progress.batches.network]));
        // All lanes of a turn go through the same rows, also those that need not.
        turn.iter().all(|progress| progress.rows_to_score(data) == 0) || evaluate(pack, data, turn, clock)
    }
}

/// Takes steps until all lanes are through (true) or the budget is (false). Every lane's numbers are then with its
/// network.
fn train(
    pack: &mut Pack,
    residents: &mut [Resident],
    data: &Data,
    lanes: &mut [Progress],
    clock: &mut Clock,
    steps: &mut u64,
) -> bool {
    let is_at_work = |progress: &Progress, residents: &[Resident]| {
        progress.next < progress.batches.steps.len() && residents[progress.batches.network].diverged_at.is_none()
    };
    let mut working = [false; LANES];
    for (working, progress) in working.iter_mut().zip(&*lanes) {
        *working = is_at_work(progress, residents);
    }
    while working.contains(&true) {
        let mut rows: [&[u32]; LANES] = [&[]; LANES];
        let mut taken = [0; LANES];
        let mut scalars = [[0.0; LANES]; MOST_SCALARS];
        for (lane, progress) in lanes.iter().enumerate().filter(|&(lane, _)| working[lane]) {
            let step = &progress.batches.steps[progress.next];
            rows[lane] = &progress.batches.order[step.start as usize..][..step.rows as usize];
            taken[lane] = step.step;
            for (lanes, scalar) in scalars.iter_mut().zip(step.scalars) {
                lanes[lane] = scalar as f32;
            }
        }
        let sums = Descent { pack, data, rows, training: Some(taken) }.run();
        let longest = rows.iter().map(|rows| rows.len()).max().unwrap_or(0);
        // A lane whose loss is beyond the limit keeps the parameters that led there.
        for (lane, progress) in lanes.iter().enumerate() {
            if working[lane] && !within(sums[lane].score().loss, DIVERGENCE_LIMIT) {
                residents[progress.batches.network].diverged_at = Some(u64::from(taken[lane]) + 1);
                pack.store(lane, &mut residents[progress.batches.network]);
            }
        }
        let is_fine = update(pack, &scalars.map(V::new));
        for (lane, progress) in lanes.iter_mut().enumerate().filter(|&(lane, _)| working[lane]) {
            progress.train += sums[lane];
            progress.next += 1;
            residents[progress.batches.network].steps = taken[lane] + 1;
            *steps += 1;
        }
        let is_over = clock.is_over(pack.work(longest));
        for (lane, progress) in lanes.iter().enumerate() {
            let resident = &mut residents[progress.batches.network];
            if !working[lane] || resident.diverged_at.is_some() {
                working[lane] = false;
                continue;
            }
            if !is_fine[lane] {
                resident.diverged_at = Some(u64::from(taken[lane]) + 1);
            }
            working[lane] = is_at_work(progress, residents);
            if is_over || !working[lane] {
                pack.store(lane, &mut residents[progress.batches.network]);
            }
        }
        if is_over {
            return !working.contains(&true);
        }
    }
    true
}

/// Scores all lanes on the validation rows until that is done (true) or the budget is (false).
fn evaluate(pack: &mut Pack, data: &Data, lanes: &mut [Progress], clock: &mut Clock) -> bool {
    let all: Vec<u32> = (data.n_train as u32..(data.n_train + data.n_validation) as u32).collect();
    // All lanes of a turn are evaluated together, so that they stand at the same row.
    let done = lanes.first().map_or(0, |progress| progress.validation.rows as usize);
    for block in all[done..].chunks(EVALUATED_AT_ONCE) {
        let mut rows: [&[u32]; LANES] = [&[]; LANES];
        rows[..lanes.len()].fill(block);
        let sums = Descent { pack, data, rows, training: None }.run();
        for (progress, sums) in lanes.iter_mut().zip(sums) {
            progress.validation += sums;
        }
        if clock.is_over(pack.work(block.len()) / 3) {
            break;
        }
    }
    lanes.iter().all(|progress| progress.validation.rows as usize == data.n_validation)
}

impl Population for Lanes {
    fn begin_epoch(&mut self, epoch: Vec<EpochBatches>) -> Result<()> {
        // Batches of about the same size go together, so that lanes seldom wait for each other.
        let rows = |batches: &EpochBatches| batches.steps.most_rows();
        let key = |batches: &EpochBatches| (self.groups[batches.network] as u64) << 32 | u64::from(rows(batches));
        for batches in by_key(epoch, key) {
            let group = self.groups[batches.network];
            let progress = Progress::new(batches);
            match self.queue.back_mut() {
                Some(turn) if turn.len() < LANES && self.groups[turn[0].batches.network] == group => {
                    turn.push(progress);
                }
                _ => self.queue.push_back(vec![progress]),
            }
        }
        Ok(())
    }

    fn advance(&mut self, budget: Duration) -> LocalFuture<'_, Result<Advance>> {
        ready(Ok(Turns::advance(self, budget)))
    }

    fn parameters(&mut self, network: usize) -> LocalFuture<'_, Result<Vec<f64>>> {
        ready(Ok(self.residents[network].numbers(0)))
    }

    fn gradient(&mut self, network: usize) -> LocalFuture<'_, Result<Vec<f64>>> {
        ready(Ok(self.residents[network].numbers(1)))
    }

    fn snapshot(&self, network: usize) -> Snapshot {
        self.residents[network].snapshot()
    }

    fn restore(&mut self, network: usize, snapshot: &Snapshot) -> bool {
        self.residents[network].restore(snapshot)
    }

    fn retune(&mut self, network: usize, tuning: &Tuning) -> bool {
        self.residents[network].spec.retune(tuning)
    }
}
