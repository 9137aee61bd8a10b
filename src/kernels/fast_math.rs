//! exp, sigmoid, tanh, ELU and GELU in f32 without a call or a branch, so that a loop over them becomes SIMD code. The same bits on
//! every platform: only exact operations and no fused ones. Error at most 2e-6 over all of f32; a NaN stays a NaN, so
//! that divergence is seen.
#![expect(clippy::inline_always, reason = "a call in the loop would keep it from becoming SIMD code")]

use crate::mlp::{GELU_CLAMP, TANH_CLAMP};

/// Adding it to a small number leaves that number rounded in the low bits: 1.5 * 2^23.
const ROUNDING: f32 = 12_582_912.0;
/// ln 2 in two parts; the first has few bits, so that its product with a small whole number is exact.
const LN_2: [f32; 2] = [0.693_359_4, -2.121_944_4e-4];
/// `(e^r - 1 - r) / r^2` on +-ln(2)/2, fitted by least squares over Chebyshev nodes; error 1e-8 of e^r.
const SERIES: [f32; 5] = [0.5, 0.166_665_76, 0.041_666_463, 0.008_363_295, 0.001_393_382_3];
/// Arguments of [`exp`] are clamped to these: beyond, the result would not be a normal number.
const LOWEST: f32 = -87.3;
const HIGHEST: f32 = 88.3;

/// `x` clamped to `low ..= high`; NaN passes through (`f32::max` would swallow it).
#[inline(always)]
fn clamp(x: f32, low: f32, high: f32) -> f32 {
    let x = if x < low { low } else { x };
    if x > high { high } else { x }
}

/// `(2^n, e^r - 1)` with `n ln 2 + r = x` and |r| at most ln(2)/2, for clamped `x`.
#[inline(always)]
fn reduce(x: f32) -> (f32, f32) {
    let shifted = x * core::f32::consts::LOG2_E + ROUNDING;
    let n = shifted - ROUNDING;
    let r = (x - n * LN_2[0]) - n * LN_2[1];
    let series = (((SERIES[4] * r + SERIES[3]) * r + SERIES[2]) * r + SERIES[1]) * r + SERIES[0];
    // The low bits of `shifted` hold n; moved to the exponent's place they make 2^n.
    let power = f32::from_bits((shifted.to_bits() << 23).wrapping_add(127 << 23));
    (power, r + r * r * series)
}

/// `e^x`, clamped to 1.2e-38 below and 2.2e38 above.
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    let (power, rest) = reduce(clamp(x, LOWEST, HIGHEST));
    power + power * rest
}

/// Natural logarithm of a normal number above 0: `x = 2^n m` with m in 2/3 .. 4/3, and `ln m = 2 artanh((m - 1) / (m + 1))` by
/// its series. Error at most 3e-7 of 1 or of the result, whichever is larger.
#[inline(always)]
pub fn ln(x: f32) -> f32 {
    const TWO_THIRDS: u32 = 0x3f2a_aaab;
    let n = x.to_bits().wrapping_sub(TWO_THIRDS) as i32 >> 23;
    let m = f32::from_bits(x.to_bits().wrapping_sub((n << 23) as u32));
    let s = (m - 1.0) / (m + 1.0);
    let square = s * s;
    let series = ((1.0 / 9.0 * square + 1.0 / 7.0) * square + 0.2) * square + 1.0 / 3.0;
    let n = n as f32;
    n * LN_2[0] + (2.0 * (s + s * square * series) + n * LN_2[1])
}

/// `1 / (1 + e^-x)` and its derivative.
#[inline(always)]
pub fn sigmoid(x: f32) -> (f32, f32) {
    let e = exp(-x);
    let a = 1.0 / (1.0 + e);
    // e * a is 1 - a without the cancellation.
    (a, a * (e * a))
}

/// `tanh(x)`, its argument clamped to [`TANH_CLAMP`], and its derivative.
#[inline(always)]
pub fn tanh(x: f32) -> (f32, f32) {
    let clamped = clamp(x, -TANH_CLAMP as f32, TANH_CLAMP as f32);
    let (power, rest) = reduce(2.0 * clamped);
    // e^2x - 1: exact near 0, where e^2x would lose the digits that count.
    let e = power * rest + (power - 1.0);
    let a = e / (e + 2.0);
    (a, (1.0 - a) * (1.0 + a))
}

/// `e^x - 1` and `e^x` below 0, else x and 1.
#[inline(always)]
pub fn elu(x: f32) -> (f32, f32) {
    // e^-17 is no more than a last bit of 1.
    let (power, rest) = reduce(clamp(x, -17.5, 0.0));
    let a = power * rest + (power - 1.0);
    if x > 0.0 { (x, 1.0) } else { (a, a + 1.0) }
}

/// The normal distribution's share below `x` for |x| up to [`GELU_CLAMP`], and its density there: formula 7.1.26 of Abramowitz
/// and Stegun, whose error is 1e-7; the shaders have the same.
#[inline(always)]
pub fn normal(x: f32) -> (f32, f32) {
    let size = x.abs();
    let t = 1.0 / (1.0 + NORMAL_T * size);
    let bell = exp(-0.5 * x * x);
    let tail = t * (NORMAL[0] + t * (NORMAL[1] + t * (NORMAL[2] + t * (NORMAL[3] + t * NORMAL[4])))) * bell;
    (if x < 0.0 { tail } else { 1.0 - tail }, DENSITY * bell)
}

/// The formula's p by the square root of 2, and half of its coefficients.
const NORMAL_T: f32 = 0.231_641_9;
const NORMAL: [f32; 5] = [0.127_414_8, -0.142_248_37, 0.710_706_9, -0.726_576_01, 0.530_702_7];
/// One over the square root of 2 pi.
const DENSITY: f32 = 0.398_942_3;

/// `x` by the normal distribution's share below it, and the derivative.
#[inline(always)]
pub fn gelu(x: f32) -> (f32, f32) {
    // Far below 0 a share that is not quite 0 must not meet a large number.
    let x = if x < -GELU_CLAMP as f32 { -GELU_CLAMP as f32 } else { x };
    let clamped = clamp(x, -GELU_CLAMP as f32, GELU_CLAMP as f32);
    let (share, density) = normal(clamped);
    (x * share, share + clamped * density)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every 1009th f32 there is, both signs, NaN and infinities left out.
    fn all_of_f32() -> impl Iterator<Item = f32> {
        (0..0x7f80_0000_u32).step_by(1009).flat_map(|bits| [f32::from_bits(bits), -f32::from_bits(bits)])
    }

    #[test]
    fn n3_exp_is_true_over_all_of_f32() {
        for x in all_of_f32() {
            let want = libm::exp(f64::from(x.clamp(LOWEST, HIGHEST)));
            let error = (f64::from(exp(x)) - want).abs() / want;
            assert!(error <= 3e-7, "exp({x}) is off by {error}");
        }
        assert!(exp(f32::NAN).is_nan());
    }

    #[test]
    fn n3_ln_is_true_over_all_of_f32() {
        for x in all_of_f32().filter(|x| x.is_normal() && *x > 0.0) {
            let want = libm::log(f64::from(x));
            let error = (f64::from(ln(x)) - want).abs() / want.abs().max(1.0);
            assert!(error <= 3e-7, "ln({x}) is off by {error}");
        }
    }

    #[test]
    fn n3_sigmoid_and_tanh_are_true_over_all_of_f32() {
        for x in all_of_f32() {
            let wide = f64::from(x);
            let (a, slope) = sigmoid(x);
            let want = 1.0 / (1.0 + libm::exp(-wide));
            assert!((f64::from(a) - want).abs() <= 2e-7, "sigmoid({x}) = {a}");
            assert!((f64::from(slope) - want * (1.0 - want)).abs() <= 2e-7, "sigmoid'({x}) = {slope}");
            let (a, slope) = tanh(x);
            let want = libm::tanh(wide);
            assert!((f64::from(a) - want).abs() <= 4e-7 * want.abs(), "tanh({x}) = {a}");
            assert!((f64::from(slope) - (1.0 - want * want)).abs() <= 4e-7, "tanh'({x}) = {slope}");
        }
        assert!(sigmoid(f32::NAN).0.is_nan() && tanh(f32::NAN).0.is_nan());
    }

    #[test]
    fn n3_elu_and_gelu_are_true_over_all_of_f32() {
        use crate::kernels::activate;
        use crate::mlp::Activation;
        for x in all_of_f32() {
            for (name, (a, slope), of) in [("elu", elu(x), Activation::Elu), ("gelu", gelu(x), Activation::Gelu)] {
                let (want, want_slope) = activate(of, f64::from(x));
                let error = (f64::from(a) - want).abs();
                assert!(error <= 4e-7 * want.abs().max(1.0), "{name}({x}) = {a}, not {want}");
                assert!((f64::from(slope) - want_slope).abs() <= 1e-6, "{name}'({x}) = {slope}, not {want_slope}");
            }
        }
        assert!(elu(f32::NAN).0.is_nan() && gelu(f32::NAN).0.is_nan());
    }
}
