//! What some networks need of a strategy and not every strategy has: the one place that says who cannot train whom. What a
//! strategy has no room for is its own affair.

use super::NetworkSpec;

/// Something that not every strategy has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// A layer sees a whole batch before the next begins, not blocks of a few rows: batch norms need its statistics.
    WholeBatches,
    /// No unit stands beside a network's own: a rule would divide the 0 of silent ones by 0.
    OwnUnits,
    /// Steps sum over all parameters before they change any: learning rates that descend.
    SumsOverAll,
    /// Steps ask for as many gradients as they like, and move all parameters at once.
    ManyGradients,
}

impl NetworkSpec {
    /// Whether it needs this.
    pub fn needs(&self, need: Need) -> bool {
        match need {
            Need::WholeBatches => self.shape.batch_norm,
            Need::OwnUnits => self.optimizer.divides_by_zero(),
            Need::SumsOverAll => self.optimizer.descends(),
            Need::ManyGradients => self.is_second_order(),
        }
    }

    /// Whether it needs nothing but these.
    pub fn needs_only(&self, has: &[Need]) -> bool {
        use Need::{ManyGradients, OwnUnits, SumsOverAll, WholeBatches};
        [WholeBatches, OwnUnits, SumsOverAll, ManyGradients].iter().all(|need| has.contains(need) || !self.needs(*need))
    }
}
