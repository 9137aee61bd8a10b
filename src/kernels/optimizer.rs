//! The update of one parameter. Twin of `shaders/optimizer.wgsl`; the rules are [`crate::optimizer`]'s.

use crate::optimizer::{Constants, Element, MOST_SLOTS, Rule, RuleId, Scalars, Visitor, rule};

/// A parameter and what its update takes.
struct One<'a, T> {
    c: Constants<T>,
    s: &'a Scalars<T>,
    p: T,
    gradient: T,
    slots: &'a mut [T; MOST_SLOTS],
}

impl<T: Element> Visitor for One<'_, T> {
    type Output = T;

    fn visit<R: Rule>(self) -> T {
        rule::step::<R, T>(&self.c, self.s, self.p, self.gradient, self.slots)
    }
}

/// One parameter's update: the new parameter; the rule's slots change in place.
pub fn reference<T: Element>(
    rule: RuleId,
    c: &Constants<T>,
    s: &Scalars<T>,
    is_weight: bool,
    p: T,
    gradient: T,
    slots: &mut [T; MOST_SLOTS],
) -> T {
    let c = Constants { l2: if is_weight { c.l2 } else { T::ZERO }, ..*c };
    rule.visit(One { c, s, p, gradient, slots })
}
