// The update of every parameter of every network, four an invocation. Twin of src/optimizer.rs `update`.

@group(0) @binding(4) var<storage, read_write> params: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> slots: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read> gradient: array<vec4<f32>>;
@group(0) @binding(7) var<storage, read_write> stats: array<Stats>;

const PARAMETER_LIMIT: f32 = 1e18;
const STATE_LIMIT: f32 = 1e36;

// Whether the vec4 at this place holds weights: l2 leaves biases alone.
fn is_weight(network: Network, place: u32) -> bool {
    for (var l = 0u; l < network.n_layers; l++) {
        let layer = layers[network.first_layer + l];
        let bias = layer.weight + 4u * layer.inputs4 * layer.outputs4;
        if place < bias + layer.outputs4 {
            return place < bias;
        }
    }
    return false;
}

// 1 for parameters, 0 for padding: without epsilon Adam would divide padding's 0 by 0.
fn real(network: Network, place: u32) -> vec4<f32> {
    for (var l = 0u; l < network.n_layers; l++) {
        let layer = layers[network.first_layer + l];
        let at = place - layer.weight;
        let row = at / layer.outputs4;
        if row <= 4u * layer.inputs4 {
            let is_row = row < layer.inputs || row == 4u * layer.inputs4;
            let unit = vec4<u32>(4u * (at % layer.outputs4)) + vec4<u32>(0u, 1u, 2u, 3u);
            return select(vec4<f32>(0.0), vec4<f32>(1.0), unit < vec4<u32>(select(0u, layer.outputs, is_row)));
        }
    }
    return vec4<f32>(0.0);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let lane = lane_of(id.z);
    let network = networks[lane.network];
    if id.x >= network.n_params4 {
        return;
    }
    let step = step_word(lane, 2u) + 1u;
    // A network that diverged earlier stays as it was; one that this step's loss gave up on, too.
    let diverged = stats[lane.network].diverged;
    if diverged != 0u && diverged != step {
        return;
    }
    let s0 = bitcast<f32>(step_word(lane, 4u));
    let s1 = bitcast<f32>(step_word(lane, 5u));
    let s2 = bitcast<f32>(step_word(lane, 6u));
    let place = network.params + id.x;
    let p = params[place];
    var g = gradient[place];
    if network.l2 != 0.0 && is_weight(network, place) {
        g += network.l2 * p;
    }
    g += network.weight_decay * p;
    let first = network.slots + id.x;
    let second = first + network.n_params4;
    var next = p;
    var failed = false;
    if network.rule == 0u {
        var d = g;
        if s1 != 0.0 {
            let buffer = s1 * slots[first] + s2 * g;
            slots[first] = buffer;
            d = buffer;
            if network.nesterov != 0.0 {
                d = g + s1 * buffer;
            }
            failed = beyond4(buffer, STATE_LIMIT);
        }
        next = p - s0 * d;
    } else {
        let mean = slots[first] + network.mean_share * (g - slots[first]);
        let square = network.beta2 * slots[second] + network.square_share * g * g;
        slots[first] = mean;
        slots[second] = square;
        var denominator = sqrt(square) * s1 + network.epsilon;
        if network.epsilon == 0.0 {
            denominator = select(vec4<f32>(1.0), denominator, real(network, place) != vec4<f32>(0.0));
        }
        next = p - s0 * mean / denominator;
        failed = beyond4(mean, STATE_LIMIT) || beyond4(square, STATE_LIMIT);
    }
    params[place] = next;
    if failed || beyond4(next, PARAMETER_LIMIT) {
        stats[lane.network].diverged = step;
    }
}
