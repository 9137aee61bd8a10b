// What the statements of rules call beside WGSL's own (src/optimizer/rule.rs), and limits. The functions that use them are
// written by src/backend/gpu/update.rs, rule by rule.

const PARAMETER_LIMIT: f32 = 1e18;
const STATE_LIMIT: f32 = 1e36;

fn if_zero(x: f32, then: vec4<f32>, otherwise: vec4<f32>) -> vec4<f32> {
    return select(otherwise, then, x == 0.0);
}

fn not_negative(x: vec4<f32>) -> vec4<f32> {
    return max(x, vec4<f32>(0.0));
}
