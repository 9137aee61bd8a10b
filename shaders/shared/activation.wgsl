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
        default: {
            return Activated(z, vec4<f32>(1.0));
        }
    }
}
