//! What is written down of each layer after every epoch, where a study asks for it.

/// Something that is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Record {
    /// Length of the loss's gradient.
    GradientNorm,
    /// Length of weights and biases.
    WeightNorm,
    /// How far the epoch has moved them, over their length before it.
    UpdateRatio,
    /// Share of a hidden layer's units that learn from no validation row; see `backend/dead_units.rs`.
    DeadUnits,
    /// Largest second derivative along any direction.
    Curvature,
}

impl Record {
    /// All, in the order in which documents have them.
    pub const ALL: [Self; 5] =
        [Self::GradientNorm, Self::WeightNorm, Self::UpdateRatio, Self::DeadUnits, Self::Curvature];

    /// Its name in documents.
    pub const fn name(self) -> &'static str {
        match self {
            Self::GradientNorm => "gradient_norm",
            Self::WeightNorm => "weight_norm",
            Self::UpdateRatio => "update_ratio",
            Self::DeadUnits => "dead_units",
            Self::Curvature => "curvature",
        }
    }
}

/// Those that a study asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Records(u8);

impl Records {
    /// A choice by its bits, those of [`Record::ALL`]; `None` where there are others.
    pub fn from_bits(bits: u8) -> Option<Self> {
        (bits < 1 << Record::ALL.len()).then_some(Self(bits))
    }

    /// The choice as a number.
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// The same with one more; `None` where it was there.
    pub fn with(self, one: Record) -> Option<Self> {
        (!self.has(one)).then_some(Self(self.0 | 1 << one as u8))
    }

    /// Whether this one is asked for.
    pub const fn has(self, one: Record) -> bool {
        self.0 & 1 << one as u8 != 0
    }

    /// Whether nothing is.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Those that are, in the order of documents.
    pub fn iter(self) -> impl Iterator<Item = Record> {
        Record::ALL.into_iter().filter(move |one| self.has(*one))
    }
}
