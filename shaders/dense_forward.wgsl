// a = dropout(activation(x W + b)) for one layer of every network: four rows x four units an invocation.
// Keeps a and the local derivative da/dz (with the dropout factor in it) for the way back.

@group(0) @binding(4) var<storage, read> params: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read_write> work: array<vec4<f32>>;

// B rows x I/4, rows counted in the batch; the first layer gathers from the data.
fn input4(layer: Layer, place: u32, k: u32) -> vec4<f32> {
    if call.layer == 0u {
        return x[place + k];
    }
    return work[place + k];
}

fn input_place(layer: Layer, lane: Lane, b: u32) -> u32 {
    if call.layer == 0u {
        return data_row(lane, b) * layer.inputs4;
    }
    return layer.below + b * layer.inputs4;
}

fn finish(layer: Layer, lane: Lane, b: u32, quad: u32, sum: vec4<f32>) {
    let z = sum + params[layer.weight + 4u * layer.inputs4 * layer.outputs4 + quad];
    var result = activate(layer.activation, z);
    // Padded units are silent whatever their activation says of 0.
    let unit = vec4<u32>(4u * quad) + vec4<u32>(0u, 1u, 2u, 3u);
    var factor = select(vec4<f32>(0.0), vec4<f32>(1.0), unit < vec4<u32>(layer.outputs));
    if layer.drop_threshold > 0u && call.evaluation == 0u {
        let bits = mask_block(layer.key, step_word(lane, 2u), b * layer.mask_blocks + quad);
        factor *= select(vec4<f32>(0.0), vec4<f32>(layer.drop_scale), bits >= vec4<u32>(layer.drop_threshold));
    }
    work[layer.above + b * layer.outputs4 + quad] = result.value * factor;
    if call.evaluation == 0u {
        work[layer.delta_above + b * layer.outputs4 + quad] = result.slope * factor;
    }
}

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
    let b0 = 4u * (id.x / layer.outputs4);
    if b0 >= rows {
        return;
    }
    let last = rows - 1u;
    // Rows past the end repeat the last one and are not written.
    let p0 = input_place(layer, lane, b0);
    let p1 = input_place(layer, lane, min(b0 + 1u, last));
    let p2 = input_place(layer, lane, min(b0 + 2u, last));
    let p3 = input_place(layer, lane, min(b0 + 3u, last));
    var s0 = vec4<f32>(0.0);
    var s1 = vec4<f32>(0.0);
    var s2 = vec4<f32>(0.0);
    var s3 = vec4<f32>(0.0);
    var w = layer.weight + quad;
    for (var k = 0u; k < layer.inputs4; k++) {
        let w0 = params[w];
        let w1 = params[w + layer.outputs4];
        let w2 = params[w + 2u * layer.outputs4];
        let w3 = params[w + 3u * layer.outputs4];
        w += 4u * layer.outputs4;
        let x0 = input4(layer, p0, k);
        let x1 = input4(layer, p1, k);
        let x2 = input4(layer, p2, k);
        let x3 = input4(layer, p3, k);
        s0 += x0.x * w0 + x0.y * w1 + x0.z * w2 + x0.w * w3;
        s1 += x1.x * w0 + x1.y * w1 + x1.z * w2 + x1.w * w3;
        s2 += x2.x * w0 + x2.y * w1 + x2.z * w2 + x2.w * w3;
        s3 += x3.x * w0 + x3.y * w1 + x3.z * w2 + x3.w * w3;
    }
    finish(layer, lane, b0, quad, s0);
    if b0 + 1u < rows {
        finish(layer, lane, b0 + 1u, quad, s1);
    }
    if b0 + 2u < rows {
        finish(layer, lane, b0 + 2u, quad, s2);
    }
    if b0 + 3u < rows {
        finish(layer, lane, b0 + 3u, quad, s3);
    }
}
