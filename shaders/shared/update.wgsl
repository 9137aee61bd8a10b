// One optimizer step of four parameters, rule by rule. Twin of src/kernels/optimizer.rs; the numbers of the rules are
// src/optimizer.rs `Rule`'s. Where the rule is a constant, the compiler keeps one arm.

const PARAMETER_LIMIT: f32 = 1e18;
const STATE_LIMIT: f32 = 1e36;

struct Updated {
    next: vec4<f32>,
    first: vec4<f32>,
    second: vec4<f32>,
    failed: bool,
}

// `c.l2` is 0 for biases. `real` is 1 for parameters and 0 for padding: without epsilon Adam would divide padding's 0 by 0.
fn update(
    rule: u32,
    c: Constants,
    s: vec3<f32>,
    real: vec4<f32>,
    p: vec4<f32>,
    gradient: vec4<f32>,
    first: vec4<f32>,
    second: vec4<f32>,
) -> Updated {
    let g = gradient + c.l2 * p + c.weight_decay * p;
    var to = Updated(p, first, second, false);
    if rule == 0u {
        var d = g;
        if s.y != 0.0 {
            to.first = s.y * first + s.z * g;
            d = to.first;
            if c.nesterov != 0.0 {
                d = g + s.y * to.first;
            }
        }
        to.next = p - s.x * d;
    } else {
        to.first = first + c.mean_share * (g - first);
        to.second = c.beta2 * second + c.square_share * g * g;
        let denominator = sqrt(to.second) * s.y + c.epsilon;
        to.next = p - s.x * to.first / select(denominator, vec4<f32>(1.0), real == vec4<f32>(0.0));
    }
    to.failed = beyond4(to.first, STATE_LIMIT) | beyond4(to.second, STATE_LIMIT) | beyond4(to.next, PARAMETER_LIMIT);
    return to;
}
