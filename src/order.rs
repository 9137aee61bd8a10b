//! The one way to sort: the standard library's sorts are compiled anew for every kind of element, kilobytes each time, and
//! the page has to load them.

/// The items in the order of their keys, those of one key as they were.
pub fn by_key<T>(items: Vec<T>, key: impl Fn(&T) -> u64) -> Vec<T> {
    if items.is_sorted_by_key(&key) {
        return items;
    }
    let mut order: Vec<(u64, usize)> = items.iter().map(key).zip(0..).collect();
    order.sort_unstable();
    let mut items: Vec<Option<T>> = items.into_iter().map(Some).collect();
    order.into_iter().filter_map(|(_, at)| items[at].take()).collect()
}

/// A number's place among all numbers, as [`f64::total_cmp`] has it: a key.
pub fn place(x: f64) -> u64 {
    let bits = x.to_bits();
    if x.is_sign_negative() { !bits } else { bits | 1 << 63 }
}

#[cfg(test)]
mod tests {
    use super::{by_key, place};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn sorts_as_the_standard_library_does(items in prop::collection::vec((0_u64..5, any::<i8>()), 0..200)) {
            let mut sorted = items.clone();
            sorted.sort_by_key(|item| item.0);
            prop_assert_eq!(by_key(items, |item| item.0), sorted);
        }

        #[test]
        fn places_are_those_of_the_total_order(a in any::<f64>(), b in any::<f64>()) {
            prop_assert_eq!(place(a).cmp(&place(b)), a.total_cmp(&b));
        }
    }
}
