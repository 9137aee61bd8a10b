//! The optimizer in shaders: written rule by rule out of the same statements as the host's. A kernel knows one rule, so
//! that software adapters, which run both sides of every `if`, pay for no other, and a network's bits do not depend on
//! which rules its company uses.

use crate::optimizer::{Arm, MOST_CONSTANTS, MOST_SCALARS, Optimizer, RuleId, average};
use core::fmt::Write as _;

/// The constants that every network has: weight decay, l2, and the decay of the parameters' average.
const COMMON: usize = 3;
/// vec4 of a network's constants: those that every network has, then the rule's own.
pub const CONSTANTS4: usize = (COMMON + MOST_CONSTANTS).div_ceil(4);

/// The constants as the shaders have them.
pub fn words(optimizer: &Optimizer) -> [[f32; 4]; CONSTANTS4] {
    let (mut words, constants) = ([[0.0; 4]; CONSTANTS4], optimizer.constants());
    let common: [f64; COMMON] = [constants.weight_decay, constants.l2, optimizer.average.unwrap_or_default()];
    let own = common.into_iter().chain(constants.own);
    for (to, from) in words.as_flattened_mut().iter_mut().zip(own) {
        *to = from as f32;
    }
    words
}

/// What a kernel updates: one rule, with or without care for padding that it would divide by 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Update {
    rule: RuleId,
    is_guarded: bool,
    /// The parameters' average is kept, too.
    averages: bool,
}

impl Update {
    /// What serves an optimizer.
    pub fn of(optimizer: &Optimizer) -> Self {
        Self { rule: optimizer.rule(), is_guarded: optimizer.divides_by_zero(), averages: optimizer.average.is_some() }
    }

    /// The same without care for padding.
    pub fn unguarded(rule: RuleId, averages: bool) -> Self {
        Self { rule, is_guarded: false, averages }
    }

    /// Every one.
    pub fn all() -> impl Iterator<Item = Self> {
        let all = [(false, false), (true, false), (false, true), (true, true)];
        let of = move |&rule| all.map(|(is_guarded, averages)| Self { rule, is_guarded, averages });
        RuleId::ALL.iter().flat_map(of)
    }

    /// Numbers that it keeps beside a parameter.
    pub fn n_slots(self) -> usize {
        self.rule.arm().slots.len() + usize::from(self.averages)
    }

    /// Whether its learning rate descends.
    pub fn descends(self) -> bool {
        self.rule.arm().descends()
    }

    /// The rule.
    pub fn rule(self) -> RuleId {
        self.rule
    }

    /// Its number in the tables.
    pub fn number(self) -> u32 {
        4 * self.rule as u32 + 2 * u32::from(self.averages) + u32::from(self.is_guarded)
    }
}

/// The types of constants and scalars, which the shaders of all strategies share.
pub fn types() -> String {
    format!(
        "alias Constants = array<vec4<f32>, {CONSTANTS4}>;\nalias Scalars = array<f32, {MOST_SCALARS}>;\n\
         const CONSTANTS4: u32 = {CONSTANTS4}u;\n"
    )
}

/// The scalars of a rule, each read by `word` and, where it grows with the learning rate, multiplied by `rate`.
pub fn scalars(rule: RuleId, word: impl Fn(usize) -> String) -> String {
    let scalar = |i| {
        let rate = if rule.arm().grows_with_rate(i) { "rate * " } else { "" };
        format!("{rate}bitcast<f32>({})", word(i))
    };
    format!("Scalars({})", (0..MOST_SCALARS).map(scalar).collect::<Vec<_>>().join(", "))
}

/// The constants, each vec4 read by `vector`.
pub fn constants(vector: impl Fn(usize) -> String) -> String {
    let vectors: Vec<String> = (0..CONSTANTS4).map(|i| format!("bitcast<vec4<f32>>({})", vector(i))).collect();
    format!("Constants({})", vectors.join(", "))
}

/// Where a parameter and its slots stand: parameters of the functions that load and store them, and the statements. Number
/// 0 is the parameter, the slots follow.
pub struct Places {
    /// The parameters.
    pub parameters: &'static str,
    /// An expression.
    pub load: fn(usize) -> String,
    /// A statement that stores an expression.
    pub store: fn(usize, &str) -> String,
}

/// The function of four parameters' share in `g . u`, where the rule's learning rate descends.
pub fn slope(update: Update) -> &'static str {
    if !update.descends() {
        return "";
    }
    "fn slope(l2: f32, c: Constants, state: State, gradient: vec4<f32>) -> f32 {\n\
     return dot(gradient + l2 * state.p + c[0].x * state.p, state.direction);\n}\n"
}

/// The functions `update` of four parameters, `is_beyond`, `masked`, `load_state` and `store_state`.
pub fn source(update: Update, places: &Places) -> String {
    let Arm { constants, scalars, slots, body } = update.rule.arm();
    let lag = update.averages.then_some("lag");
    let fields: Vec<&str> = core::iter::once("p").chain(slots.iter().copied()).chain(lag).collect();
    let each = |text: &dyn Fn(usize, &str) -> String, between: &str| {
        fields.iter().enumerate().map(|(i, field)| text(i, field)).collect::<Vec<_>>().join(between)
    };
    let mut lets = String::new();
    let common = update.averages.then_some((COMMON - 1, &"average"));
    for (i, name) in common.into_iter().chain((COMMON..).zip(constants)) {
        // Writing to a String cannot fail.
        let _ = writeln!(lets, "let {name} = c[{}].{};", i / 4, ["x", "y", "z", "w"][i % 4]);
    }
    for (i, name) in scalars.iter().enumerate() {
        let _ = writeln!(lets, "let {name} = s[{i}];");
    }
    format!(
        "const UPDATE: u32 = {number}u;\nconst IS_GUARDED: bool = {guarded};\n\
         struct State {{ {types} }}\n\
         fn update(l2: f32, c: Constants, s: Scalars, before: State, gradient: vec4<f32>) -> State {{\n\
         {lets}{vars}let g = gradient + l2 * p + c[0].x * p;\n{body}\n{follow}\nreturn State({names});\n}}\n\
         fn is_beyond(state: State) -> bool {{ return {beyond}; }}\n\
         fn masked(state: State, keep: vec4<bool>) -> State {{ return State({masked}); }}\n\
         fn load_state({parameters}) -> State {{ return State({loads}); }}\n\
         fn store_state({parameters}, state: State) {{ {stores} }}\n",
        follow = if update.averages { average::BODY } else { "" },
        number = update.number(),
        guarded = update.is_guarded,
        types = each(&|_, field| format!("{field}: vec4<f32>,"), " "),
        vars = each(&|_, field| format!("var {field} = before.{field};\n"), ""),
        names = each(&|_, field| field.to_owned(), ", "),
        beyond = each(
            &|i, field| {
                let limit = if i == 0 { "PARAMETER_LIMIT" } else { "STATE_LIMIT" };
                format!("beyond4(state.{field}, {limit})")
            },
            " | "
        ),
        masked = each(&|_, field| format!("select(vec4<f32>(0.0), state.{field}, keep)"), ", "),
        parameters = places.parameters,
        loads = each(&|i, _| (places.load)(i), ", "),
        stores = each(&|i, field| (places.store)(i, &format!("state.{field}")), " "),
    )
}
