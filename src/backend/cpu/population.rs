//! Strategy `panels`: networks one after the other.

use super::epoch::{Clock, Progress, Turn, Turns};
use super::isa::Level;
use super::network::{Scratch, Trained};
use super::sparse::Table;
use crate::backend::{Advance, Data, EpochBatches, LocalFuture, Network, Population, Snapshot, Tuning, ready};
use crate::error::Result;
use core::time::Duration;
use std::collections::VecDeque;
use std::rc::Rc;

/// Networks trained one after the other.
pub struct CpuPopulation {
    table: Table,
    networks: Vec<Trained>,
    scratch: Scratch,
    queue: VecDeque<Turn>,
}

impl CpuPopulation {
    /// Networks with their initial parameters.
    pub fn new(data: Rc<Data>, networks: Vec<Network>, level: Level) -> Self {
        let networks: Vec<_> = networks.into_iter().map(|network| Trained::new(network, level)).collect();
        Self { table: Table::new(data), scratch: Scratch::new(&networks), networks, queue: VecDeque::new() }
    }
}

impl Turns for CpuPopulation {
    fn queue(&mut self) -> &mut VecDeque<Turn> {
        &mut self.queue
    }

    fn data(&self) -> &Data {
        &self.table.data
    }

    fn diverged_at(&self, network: usize) -> Option<u64> {
        self.networks[network].diverged_at
    }

    fn work(&mut self, turn: &mut [Progress], clock: &mut Clock, steps: &mut u64) -> bool {
        let [progress] = turn else { unreachable!("a network takes its turn alone") };
        let trained = &mut self.networks[progress.batches.network];
        let (scratch, table, data) = (&mut self.scratch, &self.table, &self.table.data);
        while let (Some(step), None) = (progress.batches.steps.get(progress.next), trained.diverged_at) {
            let rows = &progress.batches.order[step.start as usize..][..step.rows as usize];
            progress.train += trained.step(scratch, table, rows, step);
            progress.next += 1;
            *steps += 1;
            if clock.is_over(trained.work(rows.len())) {
                return false;
            }
        }
        let evaluated = |progress: &Progress| progress.validation.rows as usize;
        let wanted = progress.rows_to_score(data);
        while evaluated(progress) < wanted {
            let first = data.n_train + evaluated(progress);
            let block = trained.evaluate(scratch, table, first, data.n_train + data.n_validation);
            progress.validation += block;
            if clock.is_over(trained.work(block.rows as usize) / 3) {
                break;
            }
        }
        evaluated(progress) == wanted
    }
}

impl Population for CpuPopulation {
    fn begin_epoch(&mut self, epoch: Vec<EpochBatches>) -> Result<()> {
        self.queue.extend(epoch.into_iter().map(|batches| vec![Progress::new(batches)]));
        Ok(())
    }

    fn advance(&mut self, budget: Duration) -> LocalFuture<'_, Result<Advance>> {
        ready(Ok(Turns::advance(self, budget)))
    }

    fn parameters(&mut self, network: usize) -> LocalFuture<'_, Result<Vec<f64>>> {
        ready(Ok(self.networks[network].parameters()))
    }

    fn gradient(&mut self, network: usize) -> LocalFuture<'_, Result<Vec<f64>>> {
        ready(Ok(self.networks[network].gradient()))
    }

    fn snapshot(&self, network: usize) -> Snapshot {
        self.networks[network].snapshot()
    }

    fn restore(&mut self, network: usize, snapshot: &Snapshot) -> bool {
        self.networks[network].restore(snapshot)
    }

    fn retune(&mut self, network: usize, tuning: &Tuning) -> bool {
        self.networks[network].retune(tuning)
    }
}
