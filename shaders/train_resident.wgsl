// Many steps of small networks: a workgroup trains one, whose numbers stand in the workgroup's memory from the dispatch's
// first step to its last: parameters, optimizer state, a gradient for each slice of the rows at hand, these rows, and what
// becomes of them. Phases hand nothing to each other through storage, whose writes a workgroup's barriers need not make
// seen. Invocations share the rows on the way there and back, and the parameters of an update.
//
// A batch is taken through the network in chunks, and the chunk's rows into the gradient in slices; both follow from the
// network alone (src/backend/gpu/layered/resident.rs), and so does the order of every sum. layered/passes.rs writes MEMORY4
// (vec4s of the memory), N_SLOTS (numbers beside a parameter) and BLOCK_ROWS (validation rows whose sums are added up
// together).

@group(0) @binding(4) var<storage, read_write> params: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> slots: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read_write> gradient: array<vec4<f32>>;
@group(0) @binding(7) var<storage, read_write> stats: array<Stats>;

// Invocations of a workgroup.
const WIDTH: u32 = 64u;

// The parameters come first, then the slots; a network's layers count from the memory's beginning.
var<workgroup> work: array<vec4<f32>, MEMORY4>;
// Whether a parameter went beyond the limits.
var<workgroup> failures: atomic<u32>;

// How a network uses the memory.
struct Room {
    chunk: u32,    // rows at a time
    slices: u32,   // parts of a chunk that are summed apart
    gradient: u32, // first vec4 of the slices' gradients
}

// A network's room has an entry of its own behind its layers.
fn room_of(network: Network) -> Room {
    let room = tables[call.first_layer + 4u * (network.first_layer + network.n_layers)];
    return Room(room.x, room.y, room.z);
}

// The layer that a parameter belongs to.
fn layer_of(network: Network, place: u32) -> Layer {
    var at = network.first_layer;
    let last = at + network.n_layers - 1u;
    while at < last && place >= layer_at(at + 1u).weight {
        at++;
    }
    return layer_at(at);
}

// Reads the rows of a chunk, which begins with row `before` of the batch.
fn take_rows(member: Member, layer: Layer, before: u32, rows: u32, index: u32) {
    for (var task = index; task < rows * layer.inputs4; task += WIDTH) {
        let row = data_row(member, before + task / layer.inputs4);
        work[layer.below + task] = x_at(x_place(row, layer.inputs4), task % layer.inputs4);
    }
}

// A layer of the chunk: four units of a row a turn.
fn forward(member: Member, layer: Layer, before: u32, rows: u32, index: u32) {
    let wide = layer.outputs4;
    // Masks count the batch's rows, and the memory the chunk's.
    var shifted = layer;
    shifted.above -= before * wide;
    shifted.delta_above -= before * wide;
    for (var task = index; task < rows * wide; task += WIDTH) {
        let b = task / wide;
        let quad = task % wide;
        let x = layer.below + b * layer.inputs4;
        var w = layer.weight + quad;
        var sum = vec4<f32>(0.0);
        for (var k = 0u; k < layer.inputs4; k++) {
            sum += times(work[x + k], work[w], work[w + wide], work[w + 2u * wide], work[w + 3u * wide]);
            w += 4u * wide;
        }
        put_units(shifted, member, before + b, quad, sum + work[w]);
    }
}

// The loss's derivative one layer down: four inputs of a row a turn.
fn backward(layer: Layer, rows: u32, index: u32) {
    let wide = layer.outputs4;
    for (var task = index; task < rows * layer.inputs4; task += WIDTH) {
        let delta = layer.delta_above + task / layer.inputs4 * wide;
        let w = layer.weight + 4u * (task % layer.inputs4) * wide;
        var sum = vec4<f32>(0.0);
        for (var o = 0u; o < wide; o++) {
            let e = work[delta + o];
            sum += vec4<f32>(
                dot(e, work[w + o]),
                dot(e, work[w + wide + o]),
                dot(e, work[w + 2u * wide + o]),
                dot(e, work[w + 3u * wide + o]),
            );
        }
        work[layer.delta_below + task] *= sum;
    }
}

// The chunk's share in the gradient: what an input gives to four units, over a slice of the rows, a turn.
fn weigh(network: Network, room: Room, is_first: bool, rows: u32, index: u32) {
    let each = (rows + room.slices - 1u) / room.slices;
    for (var task = index; task < room.slices * network.n_params4; task += WIDTH) {
        let place = task % network.n_params4;
        let first = min(task / network.n_params4 * each, rows);
        let layer = layer_of(network, place);
        let tile = place - layer.weight;
        let input = tile / layer.outputs4;
        let is_bias = input == 4u * layer.inputs4;
        var below = layer.below + first * layer.inputs4 + input / 4u;
        var delta = layer.delta_above + first * layer.outputs4 + tile % layer.outputs4;
        var sum = select(work[room.gradient + task], vec4<f32>(0.0), is_first);
        for (var b = first; b < min(first + each, rows); b++) {
            sum += select(work[below][input % 4u], 1.0, is_bias) * work[delta];
            below += layer.inputs4;
            delta += layer.outputs4;
        }
        work[room.gradient + task] = sum;
    }
}

// Adds the slices' gradients up, each invocation for its own parameters.
fn gather(network: Network, room: Room, index: u32) {
    for (var place = index; place < network.n_params4; place += WIDTH) {
        var sum = work[room.gradient + place];
        for (var slice = 1u; slice < room.slices; slice++) {
            sum += work[room.gradient + slice * network.n_params4 + place];
        }
        work[room.gradient + place] = sum;
    }
}

// Updates an invocation's own parameters; whether any went beyond the limits.
fn step_all(network: Network, room: Room, s: Scalars, index: u32) -> bool {
    let c = network.constants;
    var failed = false;
    for (var place = index; place < network.n_params4; place += WIDTH) {
        let layer = layer_of(network, place);
        let tile = place - layer.weight;
        var g = work[room.gradient + place];
        // Padding takes a gradient that no rule divides by 0, and stays 0 all the same.
        if IS_GUARDED {
            g = select(vec4<f32>(1.0), g, real(layer, tile));
        }
        let l2 = select(0.0, c[0].y, tile < 4u * layer.inputs4 * layer.outputs4);
        var state = update(l2, c, s, load_state(place, network.n_params4), g);
        if IS_GUARDED {
            state = masked(state, real(layer, tile));
        }
        store_state(place, network.n_params4, state);
        failed = failed | is_beyond(state);
    }
    return failed;
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    let member = member_of(call.first_member + group.x);
    let network = network_at(member.network);
    if network.update != UPDATE {
        return;
    }
    let room = room_of(network);
    let bottom = layer_at(network.first_layer);
    let top = layer_at(network.first_layer + network.n_layers - 1u);
    let evaluating = call.evaluation != 0u;
    now = call;
    for (var i = index; i < network.n_params4; i += WIDTH) {
        work[i] = params[network.params + i];
    }
    for (var i = index; i < N_SLOTS * network.n_params4; i += WIDTH) {
        work[network.n_params4 + i] = slots[network.slots + i];
    }
    var own = stats[member.network];
    workgroupBarrier();

    // A turn is a step, or a block of validation rows. A network that has diverged takes its turns, too, and changes nothing:
    // a loop left early by a value from memory is miscompiled on the way to Metal.
    let end = select(min(call.end_step, member.n_steps), call.end_step, evaluating);
    for (var turn = call.step; turn < end; turn++) {
        var rows = 0u;
        if evaluating {
            rows = min(BLOCK_ROWS, call.rows - turn * BLOCK_ROWS);
            now.first_row = call.first_row + turn * BLOCK_ROWS;
        } else {
            rows = batches[member.steps + STEP_WORDS * turn + 1u];
            now.step = turn;
        }
        let scale = 1.0 / f32(rows);
        var share = vec3<f32>(0.0); // loss, hits, failures
        for (var before = 0u; before < rows; before += room.chunk) {
            let n = min(room.chunk, rows - before);
            take_rows(member, bottom, before, n, index);
            workgroupBarrier();
            for (var depth = 0u; depth < network.n_layers; depth++) {
                forward(member, layer_at(network.first_layer + depth), before, n, index);
                workgroupBarrier();
            }
            for (var b = index; b < n; b += WIDTH) {
                let row = data_row(member, before + b);
                var result: RowLoss;
                if network.loss == 0u {
                    result = cross_entropy(top, network.outputs, b, label_at(row), scale);
                } else {
                    result = squared_error(top, network.outputs, b, row * network.outputs, scale);
                }
                share += vec3<f32>(result.loss, result.correct, select(0.0, 1.0, result.failed));
            }
            if evaluating {
                continue;
            }
            workgroupBarrier();
            for (var above = network.n_layers - 1u; above > 0u; above--) {
                backward(layer_at(network.first_layer + above), n, index);
                workgroupBarrier();
            }
            weigh(network, room, before == 0u, n, index);
            workgroupBarrier();
        }
        let sum = add_up(index, share);
        let lost = sum.z > 0.0 || beyond(sum.x * scale, DIVERGENCE_LIMIT);
        // The epoch's first batch and its first block of validation rows begin the sums anew.
        let begins = turn == 0u;
        if evaluating {
            if own.diverged == 0u {
                own.validation_loss = select(own.validation_loss, 0.0, begins) + sum.x;
                own.validation_correct = select(own.validation_correct, 0.0, begins) + sum.y;
                if lost {
                    // The parameters that fail were left by the epoch's last step; where nothing was trained, they were given.
                    let last = member.steps + STEP_WORDS * (max(member.n_steps, 1u) - 1u) + 2u;
                    own.diverged = select(1u, batches[last] + 1u, member.n_steps > 0u);
                }
            }
            continue;
        }
        gather(network, room, index);
        //@ slope
        if own.diverged == 0u {
            if lost {
                own.diverged = step_word(member, 2u) + 1u;
            } else {
                own.train_loss = select(own.train_loss, 0.0, begins) + sum.x;
                own.train_correct = select(own.train_correct, 0.0, begins) + sum.y;
                if step_all(network, room, step_scalars(member), index) {
                    atomicStore(&failures, 1u);
                }
            }
        }
        workgroupBarrier();
        if own.diverged == 0u && atomicLoad(&failures) != 0u {
            own.diverged = step_word(member, 2u) + 1u;
        }
    }

    if index == 0u && call.step < end {
        stats[member.network] = own;
    }
    if evaluating || call.step >= end {
        return;
    }
    for (var i = index; i < network.n_params4; i += WIDTH) {
        params[network.params + i] = work[i];
        gradient[network.params + i] = work[room.gradient + i];
    }
    for (var i = index; i < N_SLOTS * network.n_params4; i += WIDTH) {
        slots[network.slots + i] = work[network.n_params4 + i];
    }
}
