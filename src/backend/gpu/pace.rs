//! How much work a device is given at a time. What a wait costs by itself, its latency, is kept apart from the work that
//! it waits for: Firefox tells of an empty queue after 103 ms. What was learned of a device is kept with it, so that the
//! next population need not begin with a single step.

use std::collections::BTreeMap;

/// Target length of a submit on a software adapter, and on a device while the page draws beside it.
const SUBMIT_SECONDS: f64 = 0.012;
/// Target length of a submit where nothing is drawn: natively, and in a hidden tab.
const UNSEEN_SUBMIT_SECONDS: f64 = 0.05;
/// Longest work that is queued before one wait.
const LONGEST_LAP: f64 = 0.096;
/// Longest work before the first results of a population.
const FIRST_LAP: f64 = 0.04;
/// Target length of a flight: the epochs that are begun together.
const FLIGHT_SECONDS: f64 = 0.04;
/// A flight takes at least so many times as long as the wait at its end, in which the device idles.
const FLIGHT_WAITS: f64 = 4.0;
/// Work that a software adapter takes in a dispatch: 100 ms on the slowest.
const SOFTWARE_DISPATCH_MACS: u64 = 32 << 20;
/// Times by which a submit may grow from one wait to the next.
const SOFTWARE_GROWTH: f64 = 2.0;
const DEVICE_GROWTH: f64 = 8.0;
/// The most units of a submit.
const MOST_UNITS: f64 = 65_536.0;
/// Multiplications a second of a slow device, before anything was measured on it.
const SLOW_MACS: f64 = 2e9;
/// Work that no wait can tell from none: a share of the wait itself, and what clocks and queues blur.
const UNRESOLVED_WAIT: f64 = 0.05;
const UNRESOLVED_SECONDS: f64 = 1e-4;
/// Paces of other strategies' sizes that a device remembers, at most.
const MOST_PACES: usize = 256;

/// A strategy, and the power of two of the multiplications that it does side by side.
type Kind = (u8, u32);

/// What a population's units of work are like.
#[derive(Clone, Copy, Debug)]
pub struct Unit {
    /// Which strategy.
    pub strategy: u8,
    /// Multiplications of a unit.
    pub macs: f64,
    /// Multiplications that are done side by side: of a step of all networks, or of a row of each.
    pub side: f64,
    /// Seconds that a unit takes on a slow device however little there is to multiply.
    pub floor: f64,
    /// Units of the first submit on a software adapter: few enough for any.
    pub first: u32,
}

impl Unit {
    fn kind(self) -> Kind {
        (self.strategy, self.side.max(1.0).log2() as u32)
    }

    /// Seconds of a unit on a slow device.
    fn guess(self) -> f64 {
        self.macs / SLOW_MACS + self.floor
    }
}

/// What is known of a device.
#[derive(Clone, Debug, Default)]
pub struct Knowledge {
    /// Whether it is a program: such adapters begin anew with every population, since their cores are shared with others.
    pub is_software: bool,
    /// Whether nothing is drawn beside it.
    pub is_unseen: bool,
    /// Seconds that a wait for nothing takes.
    pub latency: f64,
    /// Seconds of what is done side by side, by its kind.
    paces: BTreeMap<Kind, f64>,
}

impl Knowledge {
    /// Of a device on which nothing was measured.
    pub fn of(is_software: bool, is_unseen: bool) -> Self {
        Self { is_software, is_unseen, ..Self::default() }
    }

    /// Seconds of a unit as those nearest to it took: more work takes at most so much longer, less is not trusted to be
    /// quicker.
    fn pace(&self, unit: Unit) -> Option<f64> {
        let (strategy, size) = unit.kind();
        let of_strategy = self.paces.range((strategy, 0)..=(strategy, u32::MAX));
        let (&(_, nearest), pace) = of_strategy.min_by_key(|((_, other), _)| other.abs_diff(size))?;
        Some(pace * f64::from(size.saturating_sub(nearest)).exp2() * unit.macs / unit.side)
    }

    fn learn(&mut self, unit: Unit, pace: f64) {
        if self.paces.len() < MOST_PACES || self.paces.contains_key(&unit.kind()) {
            self.paces.insert(unit.kind(), pace * unit.side / unit.macs);
        }
    }

    /// What was learned: strategy, power of two of the multiplications side by side, and their seconds.
    pub fn paces(&self) -> impl Iterator<Item = (u8, u32, f64)> + '_ {
        self.paces.iter().map(|(&(strategy, size), &pace)| (strategy, size, pace))
    }

    fn submit_seconds(&self) -> f64 {
        if self.is_unseen && !self.is_software { UNSEEN_SUBMIT_SECONDS } else { SUBMIT_SECONDS }
    }
}

/// What a submit may take.
#[derive(Clone, Copy, Debug)]
pub struct Portion {
    /// Units of work.
    pub units: u32,
    /// Multiplications of a dispatch.
    pub macs: u64,
}

/// The pace of one population on a device.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    unit: Unit,
    is_software: bool,
    /// Seconds of a unit: infinite where nothing is known.
    seconds: f64,
    /// Whether anything was submitted yet.
    has_begun: bool,
    /// Units of the next submit.
    amount: f64,
    /// The most units of the next lap, which grows with what came back.
    most: f64,
    /// Seconds and units of what came back lately.
    lately: (f64, f64),
    /// When the last lap came back, where another was under way.
    since: Option<f64>,
}

impl Pace {
    /// The pace to begin with on a device.
    pub fn new(unit: Unit, known: &Knowledge) -> Self {
        let first = f64::from(unit.first);
        let nothing = Self {
            unit,
            is_software: known.is_software,
            seconds: f64::INFINITY,
            has_begun: false,
            amount: first,
            most: 2.0 * first,
            lately: (0.0, 0.0),
            since: None,
        };
        if known.is_software {
            return nothing;
        }
        let measured = known.pace(unit);
        let seconds = measured.unwrap_or_else(|| unit.guess());
        let fitting = |length: f64| (length / seconds).clamp(1.0, MOST_UNITS);
        Self {
            seconds,
            amount: fitting(known.submit_seconds()),
            most: if measured.is_some() { f64::INFINITY } else { fitting(FIRST_LAP) },
            ..nothing
        }
    }

    /// What the next submit may take, which `left` units of the lap still bound.
    pub fn portion(&self, left: f64) -> Portion {
        let units = self.amount.min(left).max(1.0);
        let macs = if self.is_software {
            SOFTWARE_DISPATCH_MACS
        } else {
            // Twice as much, so that rounding cuts no dispatch in two.
            ((2.0 * self.amount * self.unit.macs) as u64).max(SOFTWARE_DISPATCH_MACS)
        };
        Portion { units: units as u32, macs }
    }

    /// Units of the next lap: what is submitted before it is waited for.
    pub fn lap(&mut self, budget: f64, known: &Knowledge) -> f64 {
        let length = if self.is_software { budget } else { budget.max(known.latency) };
        let longest = if self.has_begun || self.is_software { LONGEST_LAP } else { FIRST_LAP };
        self.has_begun = true;
        (length.min(longest) / self.seconds).min(self.most)
    }

    /// Seconds that so many units should take.
    pub fn expected(&self, units: f64) -> f64 {
        if self.seconds.is_finite() { units * self.seconds } else { 0.0 }
    }

    /// Learns from a lap of `units` that was begun and came back at these times.
    pub fn arrived(&mut self, units: f64, begun: f64, now: f64, is_followed: bool, known: &mut Knowledge) {
        // A lap that followed another took no longer than the time between them, and none longer than all but the wait.
        let took = self.since.map_or(f64::INFINITY, |since| now - since).min(now - begun - known.latency);
        self.since = is_followed.then_some(now);
        if self.is_software {
            self.seconds = took.max(1e-6) / units;
        } else {
            let (seconds, all) = self.lately;
            self.lately = (0.5 * seconds + took.max(0.0), 0.5 * all + units);
            // What is shorter than waits differ among each other is not measured by them.
            let unresolved = UNRESOLVED_WAIT * known.latency + UNRESOLVED_SECONDS;
            self.seconds = self.lately.0.max(unresolved) / self.lately.1;
            known.latency = known.latency.min(now - begun);
            known.learn(self.unit, self.seconds);
        }
        let growth = if self.is_software { SOFTWARE_GROWTH } else { DEVICE_GROWTH };
        let fitting = known.submit_seconds() / self.seconds;
        self.amount = fitting.clamp(self.amount / 4.0, self.amount * growth).clamp(1.0, MOST_UNITS).floor();
        self.most = growth * units.max(self.amount);
    }

    /// What came back was not waited for: nothing is learned from it.
    pub fn interrupted(&mut self) {
        self.since = None;
    }

    /// Epochs of so many units that are best begun together, after a flight of `before`.
    pub fn ahead(&self, epoch_units: f64, before: usize, known: &Knowledge) -> usize {
        if self.is_software && !self.has_begun {
            return 1;
        }
        let target = if self.is_software { FLIGHT_SECONDS } else { FLIGHT_SECONDS.max(FLIGHT_WAITS * known.latency) };
        let fitting = (target / (epoch_units * self.seconds).max(1e-9)) as usize;
        let growth = if self.is_software { 2 } else { usize::MAX };
        fitting.clamp(1, before.max(1).saturating_mul(growth))
    }
}
