// Many steps of many small networks of one shape: an invocation trains one network, its parameters and their gradient in
// registers. src/backend/gpu/invocation/program.rs writes what depends on the shape in the places marked //@ .
// Rows are counted through the epoch: first the training rows in each network's own order, then the validation rows. A
// dispatch takes each of its networks on until the network has begun all batches before row `end`.
//
// Parameters never change within a batch and are read anew for each one: drivers keep in registers what is set once, and
// carry along at every branch what may change.

//@ constants
// const N_PIECES: u32 vec4 of parameters, N_HIDDEN: u32, COLUMNS: u32, LANE_HEAD: u32 words of a lane before its widths and
// dropout keys, STEP_WORDS: u32 words of a step

struct Call {
    first_lane: u32,
    end_lane: u32,
    end: u32,       // row, counted through the epoch
    train_end: u32, // validation starts here
    first_row: u32, // the data's row at train_end
    lanes: u32,
    lane_words: u32, // first word of the group in lanes
    plan: u32,       // first word of the group's epoch in plan
    state: u32,      // first vec4 of the group in state
    epoch: u32,      // counted through the population's life, from 1
    n_validation: u32, // validation rows
    padding: u32,
}

@group(0) @binding(0) var<uniform> call: Call;
@group(0) @binding(1) var<storage, read> lanes: array<u32>;
@group(0) @binding(2) var<storage, read> plan: array<u32>;
@group(0) @binding(3) var<storage, read_write> state: array<vec4<u32>>;
@group(0) @binding(4) var<storage, read> x: array<f32>;
@group(0) @binding(5) var<storage, read> labels: array<u32>; // classes, or the bits of numbers

const DIVERGENCE_LIMIT: f32 = 1e18;

// A vec4 of the lane in state: 0 and 1 its sums and place, then parameters, gradient and optimizer state.
fn place(lane: u32, piece: u32) -> u32 {
    return call.state + piece * call.lanes + lane;
}

fn load(lane: u32, piece: u32) -> vec4<f32> {
    return bitcast<vec4<f32>>(state[place(lane, 2u + piece)]);
}

fn store(lane: u32, piece: u32, value: vec4<f32>) {
    state[place(lane, 2u + piece)] = bitcast<vec4<u32>>(value);
}

//@ update

// Updates all parameters, whose gradient is in state; whether any went beyond the limits. One loop for all pieces: drivers
// that keep the loop small compile in milliseconds what takes them minutes unrolled.
fn step_all(lane: u32, c: Constants, s: Scalars) -> bool {
    var failed = false;
    for (var piece = 0u; piece < N_PIECES; piece++) {
        let l2 = select(c[0].y, 0.0, is_bias(piece));
        let state = update(l2, c, s, load_state(lane, piece), load(lane, N_PIECES + piece));
        store_state(lane, piece, state);
        failed = failed | is_beyond(state);
    }
    return failed;
}

@compute @workgroup_size(32)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let lane = call.first_lane + id.x;
    if lane >= call.end_lane {
        return;
    }
    let own = call.lane_words + lane * (LANE_HEAD + 3u * N_HIDDEN);
    let drop_threshold = vec4<u32>(lanes[own]);
    let drop_scale = vec4<f32>(bitcast<f32>(lanes[own + 1u]));
    //@ run constants
    // The lane's epoch: first word of its steps, whether it has one, rows of all its steps, steps of the run before them.
    let head = call.plan + 4u * lane;
    let steps = plan[head];
    let n_rows = plan[head + 2u];
    let step_before = plan[head + 3u];
    let order = call.plan + 4u * call.lanes + lane;

    // The sums and the place in the epoch begin anew with it; that a network diverged stays.
    let at = state[place(lane, 1u)];
    let begins = at.w != call.epoch;
    let sums = select(bitcast<vec4<f32>>(state[place(lane, 0u)]), vec4<f32>(0.0), begins);
    var train = sums.xy;
    var validation = sums.zw;
    var step = select(at.x, 0u, begins);    // of the epoch
    var counted = select(at.y, 0u, begins); // rows
    var diverged = at.z;                    // step of the run, from 1
    if plan[head + 1u] == 0u || diverged != 0u {
        return;
    }
    //@ lane

    while counted < call.end && diverged == 0u {
        let training = counted < call.train_end;
        let first_step = steps + STEP_WORDS * step;
        var n = call.end - counted;
        if training {
            n = plan[first_step];
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
                row = plan[order + (counted + b) * call.lanes];
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
        diverged = select(0u, run_step + 1u, step_all(lane, constants, s));
    }

    state[place(lane, 0u)] = bitcast<vec4<u32>>(vec4<f32>(train, validation));
    state[place(lane, 1u)] = vec4<u32>(step, counted, diverged, call.epoch);
}
