// How a population lies on the device. Twin of src/backend/gpu/layered/layout.rs; Constants, CONSTANTS4 and STEP_WORDS are
// written by src/backend/gpu/update.rs and layered/passes.rs.
//
// Everything counts in vec4: rows of activations and columns of weights are padded to a multiple of 4 with zeros that
// stay zero. A layer's weights are inputs x outputs with the bias as one more row, so the bias is the weight of an input
// that is always 1.

struct Layer {
    inputs4: u32,
    outputs4: u32,
    outputs: u32,
    weight: u32,         // first vec4 in params
    below: u32,          // input activations in work (not for the first layer)
    above: u32,          // output activations in work
    delta_below: u32,    // deltas of the layer below in work
    delta_above: u32,    // deltas of this layer in work
    activation: u32,
    drop_threshold: u32, // 0: no dropout
    drop_scale: f32,
    mask_blocks: u32,    // mask blocks a row
    key: vec2<u32>,
    inputs: u32,
    padding: u32,
}

struct Network {
    first_layer: u32,
    n_layers: u32,
    params: u32,   // first vec4 in params and gradient
    n_params4: u32,
    slots: u32,    // first vec4 in slots; the second slot follows the first
    update: u32,   // which kernel updates it
    loss: u32,
    outputs: u32,
    constants: Constants,
}

// One network's place in an epoch.
struct Lane {
    network: u32,
    order: u32, // first row number in plan
    steps: u32, // first step in plan, in words
    n_steps: u32,
}

// What a dispatch does; the z of a workgroup is the lane, counted from first_lane.
struct Call {
    step: u32,      // step of the epoch, or its block of validation rows
    layer: u32,
    evaluation: u32,
    first_row: u32, // evaluation: first row of the data
    rows: u32,      // evaluation: number of rows
    lanes: u32,     // first lane in plan, in words
    first_lane: u32,
    end_step: u32,  // a dispatch of many steps ends before this one
    first_layer: u32, // one buffer for all tables: first vec4 of the layers
    first_label: u32, // and first word of the labels
    padding0: u32,
    padding1: u32,
}

struct Stats {
    train_loss: f32,
    train_correct: f32,
    validation_loss: f32,
    validation_correct: f32,
    diverged: u32, // step (from 1) or 0
    padding0: u32,
    padding1: u32,
    padding2: u32,
}

// What is being done: the dispatch's call, or in a dispatch of many steps the phase at hand.
var<private> now: Call;

fn lane_of(z: u32) -> Lane {
    let at = call.lanes + 4u * z;
    return Lane(plan[at], plan[at + 1u], plan[at + 2u], plan[at + 3u]);
}

// A step in the plan: start, rows, steps of the run before it, then the scalars.
fn step_word(lane: Lane, word: u32) -> u32 {
    return plan[lane.steps + STEP_WORDS * now.step + word];
}

fn batch_rows(lane: Lane) -> u32 {
    if now.evaluation != 0u {
        return now.rows;
    }
    return step_word(lane, 1u);
}

// The data's row that stands at place b of the batch.
fn data_row(lane: Lane, b: u32) -> u32 {
    if now.evaluation != 0u {
        return now.first_row + b;
    }
    return plan[lane.order + step_word(lane, 0u) + b];
}
