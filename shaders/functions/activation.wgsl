// Activations and their derivatives, four units at a time. Twin of src/kernels/mod.rs `activate`.

// Below this an odd polynomial (least squares, relative error 1e-7), above it the exponential: 1 - 2 / (e^2x + 1).
const TANH_SWITCH: f32 = 0.625;
// f32's tanh is 1 to the last bit beyond this, and several drivers return NaN for large arguments.
const TANH_CLAMP: f32 = 15.0;

fn tanh4(z: vec4<f32>) -> vec4<f32> {
    let x = clamp(abs(z), vec4<f32>(0.0), vec4<f32>(TANH_CLAMP));
    let x2 = x * x;
    let p = -0.33333281 + x2 * (0.13331382 + x2 * (-0.053735315 + x2 * (0.020626282 - 0.005691976 * x2)));
    let near = x + x * (x2 * p);
    let far = 1.0 - 2.0 / (exp(2.0 * x) + 1.0);
    return sign(z) * select(far, near, x < vec4<f32>(TANH_SWITCH));
}

fn sigmoid4(z: vec4<f32>) -> vec4<f32> {
    let e = exp(-min(abs(z), vec4<f32>(100.0)));
    return select(e, vec4<f32>(1.0), z >= vec4<f32>(0.0)) / (1.0 + e);
}

// PyTorch's default.
const LEAK: f32 = 0.01;

fn leaky_slope4(z: vec4<f32>) -> vec4<f32> {
    return select(vec4<f32>(LEAK), vec4<f32>(1.0), z > vec4<f32>(0.0));
}

// e^x - 1 by its series where the exponential would lose the digits that count, relative error 1e-7.
fn elu4(z: vec4<f32>) -> vec4<f32> {
    let x = clamp(z, vec4<f32>(-17.5), vec4<f32>(0.0));
    let p = 0.041666668 + x * (0.008333334 + x * (0.0013888889 + x * 0.0001984127));
    let near = x + x * x * (0.5 + x * (0.16666667 + x * p));
    return select(select(exp(x) - 1.0, near, x > vec4<f32>(-0.5)), z, z > vec4<f32>(0.0));
}

// Beyond this the share is 0 or 1.
const GELU_CLAMP: f32 = 30.0;

struct Normal {
    share: vec4<f32>,
    density: vec4<f32>,
}

// The normal distribution: formula 7.1.26 of Abramowitz and Stegun, as in src/kernels/fast_math.rs.
fn normal4(z: vec4<f32>) -> Normal {
    let size = min(abs(z), vec4<f32>(GELU_CLAMP));
    let t = 1.0 / (1.0 + 0.2316419 * size);
    let bell = exp(max(-0.5 * size * size, vec4<f32>(-87.0)));
    let tail = t * (0.1274148 + t * (-0.14224837 + t * (0.71070687 + t * (-0.72657601 + t * 0.53070271)))) * bell;
    return Normal(select(1.0 - tail, tail, z < vec4<f32>(0.0)), 0.3989423 * bell);
}

// Far below 0 a share that is not quite 0 must not meet a large number.
fn gelu4(z: vec4<f32>, normal: Normal) -> vec4<f32> {
    return max(z, vec4<f32>(-GELU_CLAMP)) * normal.share;
}

fn gelu_slope4(z: vec4<f32>, normal: Normal) -> vec4<f32> {
    return normal.share + clamp(z, vec4<f32>(-GELU_CLAMP), vec4<f32>(GELU_CLAMP)) * normal.density;
}

struct Activated {
    value: vec4<f32>,
    slope: vec4<f32>,
}

fn activate(activation: u32, z: vec4<f32>) -> Activated {
    switch activation {
        case 1u: {
            let a = sigmoid4(z);
            return Activated(a, a * (1.0 - a));
        }
        case 2u: {
            let a = tanh4(z);
            return Activated(a, 1.0 - a * a);
        }
        case 3u: {
            return Activated(max(z, vec4<f32>(0.0)), select(vec4<f32>(0.0), vec4<f32>(1.0), z > vec4<f32>(0.0)));
        }
        case 4u: {
            let slope = leaky_slope4(z);
            return Activated(slope * z, slope);
        }
        case 5u: {
            let a = elu4(z);
            return Activated(a, min(a, vec4<f32>(0.0)) + 1.0);
        }
        case 6u: {
            let normal = normal4(z);
            return Activated(gelu4(z, normal), gelu_slope4(z, normal));
        }
        default: {
            return Activated(z, vec4<f32>(1.0));
        }
    }
}
