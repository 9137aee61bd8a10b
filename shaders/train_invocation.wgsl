// Many steps of many small networks of one shape: an invocation trains one network, its parameters and their gradient in
// registers. src/backend/gpu/invocation/program.rs writes what depends on the shape in the places marked //@ .
// Rows are counted through the epoch: first the training rows in each network's own order, then the validation rows. A
// dispatch takes each of its networks on until the network has begun all batches before row `end`.
//
// Parameters never change within a batch and are read anew for each one: drivers keep in registers what is set once, and
// carry along at every branch what may change.

//@ constants
// The generator writes these constants: N_PIECES (vec4s of parameters), N_HIDDEN (hidden layers), COLUMNS (features),
// SETTINGS_HEAD (words of a member's settings before its widths and dropout keys), HEAD_WORDS (words of the head of its
// batches), STEP_WORDS (words of a step).

struct Call {
    first_member: u32, // of the group; the dispatch takes those before end_member
    end_member: u32,
    end: u32,          // row, counted through the epoch
    train_end: u32,    // row at which validation starts
    first_row: u32,    // the data's row at train_end
    n_members: u32,    // members of the group
    settings: u32,     // first word of the group in settings
    batches: u32,      // first word of the group's epoch in batches
    state: u32,        // first vec4 of the group in state
    epoch: u32,        // counted through the population's life, from 1
    n_validation: u32, // validation rows
    orders: u32,       // first word of the members' orders in batches
}

@group(0) @binding(0) var<uniform> call: Call;
@group(0) @binding(1) var<storage, read> settings: array<u32>;
@group(0) @binding(2) var<storage, read> batches: array<u32>;
@group(0) @binding(3) var<storage, read_write> state: array<vec4<u32>>;
@group(0) @binding(4) var<storage, read> x: array<f32>;
@group(0) @binding(5) var<storage, read> labels: array<u32>; // classes, or the bits of numbers

const DIVERGENCE_LIMIT: f32 = 1e18;

// Where a vec4 of a member stands in state: 0 and 1 are its sums and its place in the epoch, then come its parameters,
// gradient and optimizer state.
fn place(member: u32, piece: u32) -> u32 {
    return call.state + piece * call.n_members + member;
}

fn load(member: u32, piece: u32) -> vec4<f32> {
    return bitcast<vec4<f32>>(state[place(member, 2u + piece)]);
}

fn store(member: u32, piece: u32, value: vec4<f32>) {
    state[place(member, 2u + piece)] = bitcast<vec4<u32>>(value);
}

//@ update
//@ slope

// Updates all parameters by the gradient in state; whether any went beyond the limits. One loop takes all pieces: drivers
// compile it in milliseconds, and the same unrolled in minutes.
fn step_all(member: u32, c: Constants, s: Scalars) -> bool {
    var failed = false;
    for (var piece = 0u; piece < N_PIECES; piece++) {
        let l2 = select(c[0].y, 0.0, is_bias(piece));
        let state = update(l2, c, s, load_state(member, piece), load(member, N_PIECES + piece));
        store_state(member, piece, state);
        failed = failed | is_beyond(state);
    }
    return failed;
}

@compute @workgroup_size(32)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let member = call.first_member + id.x;
    if member >= call.end_member {
        return;
    }
    let own = call.settings + member * (SETTINGS_HEAD + 3u * N_HIDDEN);
    let drop_threshold = vec4<u32>(settings[own]);
    let drop_scale = vec4<f32>(bitcast<f32>(settings[own + 1u]));
    //@ run constants
    // The head of the member's batches: first word of its steps, whether it trains in this epoch (1, or 2 without being
    // scored after it), rows of all its steps, steps of the run before them, its learning rate.
    let head = call.batches + HEAD_WORDS * member;
    let steps = batches[head];
    let n_rows = batches[head + 2u];
    let step_before = batches[head + 3u];
    let rate = bitcast<f32>(batches[head + 4u]);
    let order = call.orders + member;

    // The sums and the place in the epoch begin anew with it; that a network diverged stays.
    let at = state[place(member, 1u)];
    let begins = at.w != call.epoch;
    let sums = select(bitcast<vec4<f32>>(state[place(member, 0u)]), vec4<f32>(0.0), begins);
    var train = sums.xy;
    var validation = sums.zw;
    var step = select(at.x, 0u, begins);    // of the epoch
    var counted = select(at.y, 0u, begins); // rows
    var diverged = at.z;                    // step of the run, from 1
    if batches[head + 1u] == 0u || diverged != 0u {
        return;
    }
    //@ member

    // Who is not scored after the epoch ends with its training rows.
    let end = select(call.end, min(call.end, call.train_end), batches[head + 1u] == 2u);
    while counted < end && diverged == 0u {
        let training = counted < call.train_end;
        let first_step = steps + STEP_WORDS * step;
        var n = end - counted;
        if training {
            n = batches[first_step + 1u];
        }
        let scale = 1.0 / f32(n);
        // Masks count the rows of a batch and the steps of the run.
        let dropping = training && drop_threshold.x > 0u;
        let row_scale = select(vec4<f32>(1.0), drop_scale, dropping);
        let run_step = step_before + step;
        // Validation's sum goes on row by row, however its rows are dealt to dispatches.
        var batch = select(validation, vec2<f32>(0.0), training);
        var failed = false;
        // wL_I_Q, gL_I_Q: parameters and gradient of layer L, input I (the last is the bias), units from 4 Q on.
        //@ load parameters
        //@ clear
        for (var b = 0u; b < n; b++) {
            var row = call.first_row + counted + b - call.train_end;
            if training {
                row = batches[order + (counted + b) * call.n_members];
            }
            var loss = 0.0;
            var correct = 0.0;
            //@ masks
            //@ forward
            //@ loss
            batch += vec2<f32>(loss, correct);
            // Validation's gradient goes nowhere; an if around it would cost every row more.
            //@ backward
        }
        counted += n;
        if !training {
            validation = batch;
            let is_last = counted == call.train_end + call.n_validation;
            let lost = is_last & beyond(batch.x / f32(max(call.n_validation, 1u)), DIVERGENCE_LIMIT);
            // The parameters that fail were left by the epoch's last step.
            diverged = select(0u, run_step, failed | lost);
            continue;
        }
        // Networks with fewer training rows than others wait for the validation.
        counted = select(counted, call.train_end, counted >= n_rows);
        step += 1u;
        //@ store gradient
        if failed | beyond(batch.x * scale, DIVERGENCE_LIMIT) {
            diverged = run_step + 1u;
            continue;
        }
        train += batch;
        //@ step scalars
        diverged = select(0u, run_step + 1u, step_all(member, constants, s));
    }

    state[place(member, 0u)] = bitcast<vec4<u32>>(vec4<f32>(train, validation));
    state[place(member, 1u)] = vec4<u32>(step, counted, diverged, call.epoch);
}
