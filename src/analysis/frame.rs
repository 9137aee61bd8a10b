//! What a picture of a plane shows of it.

/// `[x0, x1, y0, y1]`: the plane's part that is shown.
pub type Extent = [f64; 4];

/// Around the origin, as far as random directions are long.
pub const AROUND: Extent = [-1.0, 1.0, -1.0, 1.0];
/// A line from halfway before its first network to halfway behind its second.
pub const ALONG: Extent = [-0.5, 1.5, 0.0, 0.0];
/// Room beside what is framed, as a share of it.
const MARGIN: f64 = 0.2;

/// The part that shows all these points, with a margin of a fifth. A side along which they do not spread is as wide as the
/// other, and 2 where none is.
pub fn framed(points: impl IntoIterator<Item = [f64; 2]>) -> Extent {
    let mut sides = [[f64::INFINITY, f64::NEG_INFINITY]; 2];
    for point in points {
        for (side, x) in sides.iter_mut().zip(point) {
            if x.is_finite() {
                *side = [side[0].min(x), side[1].max(x)];
            }
        }
    }
    let spread = |[low, high]: [f64; 2]| if high >= low { high - low } else { 0.0 };
    let widest = sides.map(spread).into_iter().fold(0.0, f64::max);
    let [[x0, x1], [y0, y1]] = sides.map(|side @ [low, high]| {
        let middle = if high >= low { f64::midpoint(low, high) } else { 0.0 };
        let own = spread(side);
        // A side that is nearly nothing would be drawn as noise.
        let half = match (own > 1e-6 * widest, widest > 0.0) {
            (true, _) => own * (0.5 + MARGIN),
            (false, true) => widest * (0.5 + MARGIN),
            (false, false) => 1.0,
        };
        [middle - half, middle + half]
    });
    [x0, x1, y0, y1]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_fifth_is_left_beside_what_is_framed() {
        assert_eq!(framed([[0.0, 0.0], [10.0, 5.0]]), [-2.0, 12.0, -1.0, 6.0]);
        assert_eq!(framed([[0.0, 3.0], [10.0, 3.0]]), [-2.0, 12.0, -4.0, 10.0]);
        assert_eq!(framed([[2.0, 3.0]]), [1.0, 3.0, 2.0, 4.0]);
        assert_eq!(framed([]), [-1.0, 1.0, -1.0, 1.0]);
        assert_eq!(framed([[f64::NAN, 1.0], [0.0, f64::INFINITY]]), [-1.0, 1.0, 0.0, 2.0]);
    }

    proptest! {
        #[test]
        fn a_frame_is_never_empty(points in prop::collection::vec(prop::array::uniform2(-1e6..1e6_f64), 0..9)) {
            let [x0, x1, y0, y1] = framed(points.clone());
            prop_assert!(x1 > x0 && y1 > y0);
            prop_assert!(points.iter().all(|&[x, y]| (x0..=x1).contains(&x) && (y0..=y1).contains(&y)));
        }
    }
}
