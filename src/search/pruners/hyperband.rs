//! Hyperband's brackets: halvings beside each other, of which each begins to judge a rung later than the one before. Which trial
//! is in which bracket is worked out as Optuna does, from the study's name and the trial's number.

use crate::study::Rungs;

/// See the module.
pub struct Brackets {
    name: String,
    /// Of how many trials so many are in each bracket.
    shares: Vec<u64>,
}

impl Brackets {
    /// The brackets of a study whose trials have so many epochs at most.
    pub fn new(name: &str, Rungs { reduction, min_epochs }: Rungs, most_epochs: u32) -> Self {
        let epochs_of = |power: u32| u64::from(reduction).saturating_pow(power).saturating_mul(u64::from(min_epochs));
        let mut most = 0;
        while epochs_of(most + 1) <= u64::from(most_epochs) {
            most += 1;
        }
        // Optuna divides logarithms, which takes these three powers for a little less than they are.
        let is_short = matches!((reduction, most), (3, 5) | (10 | 17, 3));
        if is_short && epochs_of(most) == u64::from(most_epochs) {
            most -= 1;
        }
        let n = u64::from(most) + 1;
        let share = |bracket: u32| {
            let later = most - bracket;
            (n * u64::from(reduction).saturating_pow(later)).div_ceil(u64::from(later) + 1)
        };
        Self { name: name.into(), shares: (0..=most).map(share).collect() }
    }

    /// The bracket of a trial: from 0, which judges first.
    pub fn of(&self, number: u32) -> u32 {
        let key = format!("{}_{number}", self.name);
        let mut rest = u64::from(crc32(key.as_bytes())) % self.shares.iter().sum::<u64>();
        for (bracket, &share) in (0..).zip(&self.shares) {
            if rest < share {
                return bracket;
            }
            rest -= share;
        }
        0
    }

    /// How many there are.
    #[cfg(test)]
    pub fn shares(&self) -> &[u64] {
        &self.shares
    }
}

/// The checksum of zip files.
pub fn crc32(bytes: &[u8]) -> u32 {
    let step = |sum: u32, _| (sum >> 1) ^ (0xedb8_8320 & (sum & 1).wrapping_neg());
    !bytes.iter().fold(!0, |sum, &byte| (0..8).fold(sum ^ u32::from(byte), step))
}
