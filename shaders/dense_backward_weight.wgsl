// dL/dW = x^T delta and dL/db for one layer of every network: four inputs x four units an invocation, summed over the
// batch's rows in order. The bias is the row after the last weight: an input that is always 1.

@group(0) @binding(5) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read_write> work: array<vec4<f32>>;
@group(0) @binding(7) var<storage, read_write> gradient: array<vec4<f32>>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let lane = lane_of(id.z);
    let network = networks[lane.network];
    if call.layer >= network.n_layers {
        return;
    }
    let layer = layers[network.first_layer + call.layer];
    let rows = batch_rows(lane);
    let quad = id.x % layer.outputs4;
    let k = id.x / layer.outputs4;
    if k > layer.inputs4 {
        return;
    }
    var g0 = vec4<f32>(0.0);
    var g1 = vec4<f32>(0.0);
    var g2 = vec4<f32>(0.0);
    var g3 = vec4<f32>(0.0);
    var d = layer.delta_above + quad;
    if k == layer.inputs4 {
        for (var b = 0u; b < rows; b++) {
            g0 += work[d];
            d += layer.outputs4;
        }
    } else if call.layer == 0u {
        let first = lane.order + step_word(lane, 0u);
        for (var b = 0u; b < rows; b++) {
            let input = x[plan[first + b] * layer.inputs4 + k];
            let delta = work[d];
            d += layer.outputs4;
            g0 += input.x * delta;
            g1 += input.y * delta;
            g2 += input.z * delta;
            g3 += input.w * delta;
        }
    } else {
        var below = layer.below + k;
        for (var b = 0u; b < rows; b++) {
            let input = work[below];
            let delta = work[d];
            below += layer.inputs4;
            d += layer.outputs4;
            g0 += input.x * delta;
            g1 += input.y * delta;
            g2 += input.z * delta;
            g3 += input.w * delta;
        }
    }
    let at = layer.weight + 4u * k * layer.outputs4 + quad;
    gradient[at] = g0;
    if k < layer.inputs4 {
        gradient[at + layer.outputs4] = g1;
        gradient[at + 2u * layer.outputs4] = g2;
        gradient[at + 3u * layer.outputs4] = g3;
    }
}
