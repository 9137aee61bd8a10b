// How a population lies on the device. Twin of src/backend/gpu/layered/layout.rs; Constants, CONSTANTS4, STEP_WORDS and
// HEAD_WORDS are written by src/backend/gpu/update.rs and layered/passes.rs.
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
    norm4: u32,          // vec4 of the factors of a batch norm behind its sums, and as many shifts; 0: none
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

// A network that trains in an epoch, and where its batches stand.
struct Member {
    network: u32,
    order: u32, // first word of its rows in batches
    steps: u32, // first word of its steps in batches
    n_steps: u32,
    rate: f32,  // what scalars that grow with the learning rate are multiplied by
}

// The work of a dispatch; the z of a workgroup is the member, counted from first_member.
struct Call {
    step: u32,         // step of the epoch, or its block of validation rows
    layer: u32,
    evaluation: u32,   // 1: score validation rows, 0: train
    first_row: u32,    // first row of the data, in an evaluation
    rows: u32,         // number of rows, in an evaluation
    members: u32,      // first word of the members in batches
    first_member: u32,
    end_step: u32,     // a dispatch of many steps ends before this one
    first_layer: u32,  // first vec4 of the layers, where all tables are in one buffer
    first_label: u32,  // first word of the labels there
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

fn member_of(z: u32) -> Member {
    let at = call.members + HEAD_WORDS * z;
    let rate = bitcast<f32>(batches[at + 4u]);
    return Member(batches[at], batches[at + 1u], batches[at + 2u], batches[at + 3u], rate);
}

// A word of the step at hand: start, rows, steps of the run before it, then the scalars.
fn step_word(member: Member, word: u32) -> u32 {
    return batches[member.steps + STEP_WORDS * now.step + word];
}

fn batch_rows(member: Member) -> u32 {
    if now.evaluation != 0u {
        return now.rows;
    }
    return step_word(member, 1u);
}

// The same of the dispatch's call, for kernels whose workgroups meet within a batch: compilers know that all invocations see
// one call, and of no private variable.
fn rows_of_call(member: Member) -> u32 {
    if call.evaluation != 0u {
        return call.rows;
    }
    return batches[member.steps + STEP_WORDS * call.step + 1u];
}

// The data's row that stands at place b of the batch.
fn data_row(member: Member, b: u32) -> u32 {
    if now.evaluation != 0u {
        return now.first_row + b;
    }
    return batches[member.order + step_word(member, 0u) + b];
}
