//! The GPU alone: lost devices, shaders, shapes that share dispatches.

use crate::common::{
    Trace, at_once, batches, data, device, gpu, gpus, gpus_of, narrow, network, optimizers, own_gpu, pick,
    some_optimizers, stream, train,
};
use core::time::Duration;
use std::rc::Rc;
use tuning_playground::backend::cpu::Cpu;
use tuning_playground::backend::gpu::{Gpu, Strategy, kernels};
use tuning_playground::backend::{Backend, Data, Network, NetworkSpec};
use tuning_playground::error::Error;
use tuning_playground::mlp::{Activation, Loss, Shape};
use tuning_playground::optimizer::Optimizer;

/// Networks of many shapes, batch sizes and optimizers over one data set.
fn mixed(n: u32) -> (Rc<Data>, Vec<Network>) {
    mixed_of(n, n)
}

/// [`mixed`] networks of so few programs.
fn mixed_of(n: u32, programs: u32) -> (Rc<Data>, Vec<Network>) {
    let mut draw = stream(11);
    let inputs = 5;
    let programs = (0..programs).map(|_| {
        let hidden = (0..draw.below(4)).map(|_| 1 + draw.below(20) as usize).collect();
        let activation = pick(&mut draw, &crate::common::ACTIVATIONS);
        let shape = Shape { inputs, hidden, outputs: 3, activation, batch_norm: false };
        (shape, pick(&mut draw, &some_optimizers()))
    });
    let programs: Vec<(Shape, Optimizer)> = programs.collect();
    let networks = (0..n).zip(programs.iter().cycle()).map(|(trial, &(ref shape, optimizer))| {
        let dropout = pick(&mut draw, &[0.0, 0.3]);
        network(trial, shape, Loss::CrossEntropy, optimizer, dropout, pick(&mut draw, &[7, 16, 90]))
    });
    let networks: Vec<Network> = networks.collect();
    let shape =
        Shape { inputs, hidden: vec![], outputs: 3, activation: crate::common::ACTIVATIONS[0], batch_norm: false };
    (narrow(&data(&shape, Loss::CrossEntropy, 90, 70, 3)), networks)
}

/// Epochs of [`disturbed`].
const EPOCHS: u64 = 4;

/// Trains in small pieces, so many epochs begun at a time, and loses the device before piece `lost_at`; what came of each
/// network, and how often the population began anew on another device. A run that ends in fewer pieces loses nothing.
fn disturbed(
    gpu: &Gpu,
    (data, networks): &(Rc<Data>, Vec<Network>),
    ahead: u64,
    lost_at: usize,
) -> (Vec<Trace>, usize) {
    disturbed_at(gpu, (data, networks), ahead, lost_at, false)
}

/// [`disturbed`], with host copies that lag between epochs or don't.
fn disturbed_at(
    gpu: &Gpu,
    (data, networks): (&Rc<Data>, &Vec<Network>),
    ahead: u64,
    lost_at: usize,
    lags: bool,
) -> (Vec<Trace>, usize) {
    let mut population = pollster::block_on(gpu.population(Rc::clone(data), networks.clone())).expect("a population");
    if lags {
        population.let_lag();
    }
    let mut traces: Vec<Trace> = vec![Trace::default(); networks.len()];
    let (mut pieces, mut resumed) = (0, 0);
    for first in (0..EPOCHS).step_by(ahead as usize) {
        for epoch in first..first + ahead {
            let all =
                networks.iter().enumerate().map(|(i, network)| batches(i, network, data.n_train, epoch)).collect();
            population.begin_epoch(all).expect("an epoch");
        }
        loop {
            if pieces == lost_at {
                gpu.lose_device();
            }
            pieces += 1;
            let advance = pollster::block_on(population.advance(Duration::ZERO)).expect("it goes on by itself");
            resumed += usize::from(advance.resumed);
            for mut outcome in advance.outcomes {
                let index = outcome.network;
                (outcome.network, outcome.seconds) = (0, 0.0);
                // Of a network that diverged scores mean nothing: where its sums stop follows the pieces.
                outcome.validation = outcome.validation.filter(|_| outcome.diverged_at.is_none());
                traces[index].0.push(outcome);
            }
            if advance.epoch_done {
                break;
            }
        }
    }
    for (index, trace) in traces.iter_mut().enumerate() {
        let parameters = pollster::block_on(population.parameters(index)).expect("parameters");
        trace.1 = parameters.into_iter().map(f64::to_bits).collect();
    }
    (traces, resumed)
}

/// [`mixed`] networks, of which some diverge in a later epoch; of few programs, as each new device compiles them anew.
fn partly_diverging() -> (Rc<Data>, Vec<Network>) {
    let (data, mut networks) = mixed_of(12, 5);
    for (network, rate) in networks.iter_mut().step_by(4).zip([3.0, 1e3, 1e7]) {
        network.spec.shape.activation = crate::common::ACTIVATIONS[0];
        network.spec.optimizer.learning_rate = rate;
    }
    (data, networks)
}

/// Epochs that a network was told of.
fn told(trace: &Trace) -> usize {
    trace.0.len()
}

/// Loses the device in every `every`-th of the ways: a new one compiles all its kernels anew.
fn r1(every: usize) {
    for gpu in gpus_of(&own_gpu(false)) {
        let work = partly_diverging();
        let (undisturbed, none) = disturbed(&gpu, &work, 1, usize::MAX);
        assert_eq!(none, 0);
        let mut ways = Vec::new();
        // Host copies after every piece, and at the ends of flights alone.
        for gpu in [gpu.with_copies_every(Duration::ZERO), gpu] {
            for ahead in [1, EPOCHS] {
                ways.extend([0, 1, 2, 3, 6].map(|lost_at| (gpu.clone(), ahead, lost_at)));
            }
        }
        let (mut lost, mut resumptions) = (0, 0);
        for (gpu, ahead, lost_at) in ways.into_iter().step_by(every) {
            let (traces, resumed) = disturbed(&gpu, &work, ahead, lost_at);
            assert_eq!(traces, undisturbed, "lost at piece {lost_at}, {ahead} epochs at a time");
            // How large pieces are follows the device's pace: each epoch is one at least.
            let is_reached = lost_at < (EPOCHS / ahead) as usize;
            assert!(resumed >= 1 || !is_reached, "the device was lost at piece {lost_at} and nobody noticed");
            (lost, resumptions) = (lost + usize::from(is_reached), resumptions + resumed);
        }
        assert!(lost >= 4 && resumptions >= lost, "{lost} losses, {resumptions} new beginnings");
    }
}

fn r1_a_lost_device_changes_no_bit() {
    r1(3);
}

fn r1_a_device_lost_in_any_way_changes_no_bit() {
    r1(1);
}

/// What only devices do, on whatever adapter there is: laps under way together, no ramp, copies that lag.
fn device_paths_change_no_bit_and_survive_losses() {
    let device = own_gpu(true);
    let (data, networks) = partly_diverging();
    for strategy in Strategy::ALL {
        let forced = device.with_strategy(strategy);
        let (undisturbed, _) = disturbed(&forced, &(data.clone(), networks.clone()), 1, usize::MAX);
        for (gpu, lags, losses) in [
            // Before the first piece there is no copy that could lag.
            (forced.clone(), false, &[usize::MAX, 0, 2][..]),
            (forced.clone(), true, &[usize::MAX, 2]),
            (forced.with_copies_every(Duration::from_hours(1)), true, &[2]),
            (forced.with_copies_every(Duration::ZERO), true, &[2]),
        ] {
            for &lost_at in losses {
                let (traces, resumed) = disturbed_at(&gpu, (&data, &networks), 2, lost_at, lags);
                assert!(lost_at == usize::MAX || resumed >= 1, "{strategy:?}: nobody noticed the loss");
                assert_eq!(traces, undisturbed, "{strategy:?} lost at {lost_at}, lags {lags}");
            }
        }
    }
}

/// The device is gone before anything is compiled for the networks.
fn r1_a_device_lost_before_its_first_kernel_is_replaced() {
    let gpu = own_gpu(false);
    let (data, networks) = mixed(6);
    let undisturbed = crate::common::run(&gpu, &data, &networks, 1, at_once);
    gpu.lose_device();
    assert_eq!(crate::common::run(&gpu, &data, &networks, 1, at_once), undisturbed);
}

/// An epoch's batches, states and activations of many networks are more than a binding holds: they train in parts.
fn s3_what_no_binding_holds_trains_in_parts_to_the_same_bits() {
    for gpu in gpus() {
        let (data, networks) = mixed(24);
        let whole = crate::common::run(&gpu, &data, &networks, 2, at_once);
        let most = networks.iter().map(|network| gpu.largest_piece_bytes(&network.spec)).max().unwrap_or(0);
        for parts in [1, 3] {
            let limit = parts * most.max(4096);
            let gpu = gpu.with_binding_limit(limit);
            assert_eq!(crate::common::run(&gpu, &data, &networks, 2, at_once), whole, "bindings of {limit} bytes");
        }
    }
}

/// The wrong number in one program's shaders only: the device's own test passes, the program's does not.
fn a_device_that_is_wrong_in_one_program_is_found_when_it_first_trains() {
    let device = own_gpu(false);
    // GELU's normal distribution, which nothing but GELU calls.
    device.tamper("0.53070271", "0.93070271");
    for strategy in Strategy::ALL {
        let gpu = device.with_strategy(strategy);
        let trained = |activation| {
            let shape = Shape { inputs: 3, hidden: vec![6], outputs: 2, activation, batch_norm: false };
            let data = narrow(&data(&shape, Loss::CrossEntropy, 40, 10, 1));
            let own = vec![network(0, &shape, Loss::CrossEntropy, optimizers()[3], 0.0, 8)];
            pollster::block_on(gpu.population(data, own)).map(drop)
        };
        trained(Activation::Relu).expect("a program that is right");
        let wrong = trained(Activation::Gelu);
        let Err(Error::GpuWrong { detail }) = &wrong else { panic!("{strategy:?}: {wrong:?}") };
        assert!(detail.contains("Gelu"), "{detail}");
    }
}

/// Rules that make steps of rounding move the bias before a norm: the program's test is not failed by that.
fn a_sound_device_trains_every_rule_behind_batch_norms() {
    let gpu = gpu().with_strategy(Strategy::Layered);
    for optimizer in optimizers() {
        let (activation, hidden) = (Activation::Relu, vec![16, 16]);
        let shape = Shape { inputs: 13, hidden, outputs: 3, activation, batch_norm: true };
        let data = narrow(&data(&shape, Loss::CrossEntropy, 40, 10, 1));
        let own = vec![network(0, &shape, Loss::CrossEntropy, optimizer, 0.0, 8)];
        pollster::block_on(gpu.population(data, own)).map(drop).expect("a sound device");
    }
}

/// The rule of devices, on whatever adapter there is; software adapters have their own.
fn devices_keep_small_networks_in_a_workgroups_memory() {
    let device = device();
    let of = |gpu: &Gpu, hidden: &[usize], crowd| {
        let (activation, hidden) = (Activation::Tanh, hidden.to_vec());
        let shape = Shape { inputs: 2, hidden, outputs: 2, activation, batch_norm: false };
        let mut network = network(0, &shape, Loss::CrossEntropy, optimizers()[3], 0.0, 32);
        network.spec.crowd = crowd;
        gpu.strategy_of(&network.spec)
    };
    let rule = |gpu: &Gpu| {
        [
            (&[8, 8][..], 1),
            (&[8, 8], 31),
            (&[8, 8], 4095),
            (&[8, 8], 4096),
            (&[16, 16], 5000),
            (&[64, 64], 5000),
            (&[512, 512], 1),
        ]
        .map(|(hidden, crowd)| of(gpu, hidden, crowd))
    };
    let [resident, invocation] = [Strategy::Resident, Strategy::Invocation];
    let large = [Strategy::Workgroup, Strategy::Layered];
    assert_eq!(rule(&device), [resident, resident, resident, invocation, resident, large[0], large[1]]);
    let software = gpu();
    if software.is_software() {
        let layered = Strategy::Layered;
        assert_eq!(rule(&software), [layered, layered, invocation, invocation, layered, layered, layered]);
    }
}

/// A batch is never cut within an invocation: beyond a dispatch's length others train it.
fn batches_too_long_for_an_invocation_go_elsewhere() {
    let gpu = gpu().with_strategy(Strategy::Invocation);
    let shape = Shape { inputs: 2, hidden: vec![4], outputs: 2, activation: Activation::Tanh, batch_norm: false };
    let of = |batch| gpu.strategy_of(&network(0, &shape, Loss::CrossEntropy, optimizers()[0], 0.0, batch).spec);
    assert_eq!(of(16_384), Strategy::Invocation);
    assert_ne!(of(16_385), Strategy::Invocation);
}

fn epochs_begun_together_are_the_same_bits() {
    for gpu in gpus() {
        let work = partly_diverging();
        let (one_by_one, _) = disturbed(&gpu, &work, 1, usize::MAX);
        let whole = one_by_one.iter().filter(|trace| told(trace) == EPOCHS as usize).count();
        assert!(whole >= 9, "{whole} networks went through all epochs");
        assert!(one_by_one.iter().any(|trace| told(trace) < EPOCHS as usize), "none diverged early");
        for trace in &one_by_one {
            let (last, before) = trace.0.split_last().expect("an epoch");
            assert!(before.iter().all(|outcome| outcome.diverged_at.is_none()));
            assert!(told(trace) == EPOCHS as usize || last.diverged_at.is_some());
        }
        for ahead in [2, EPOCHS] {
            assert_eq!(disturbed(&gpu, &work, ahead, usize::MAX).0, one_by_one, "{ahead} epochs at a time");
        }
    }
}

fn c5_mixed_shapes_share_dispatches_without_a_trace() {
    for gpu in gpus() {
        let (data, networks) = mixed(40);
        let together = crate::common::run(&gpu, &data, &networks, 2, at_once);
        for (index, network) in networks.iter().enumerate().step_by(7) {
            let alone = crate::common::run(&gpu, &data, core::slice::from_ref(network), 2, at_once);
            assert_eq!(alone[0], together[index], "network {index}: {:?}", network.spec.shape);
        }
    }
}

fn s3_rows_wider_than_any_texture_train_too() {
    let gpu = gpu();
    let shape = Shape {
        inputs: 40_000,
        hidden: vec![3],
        outputs: 2,
        activation: crate::common::ACTIVATIONS[0],
        batch_norm: false,
    };
    let data = narrow(&data(&shape, Loss::CrossEntropy, 12, 5, 3));
    let own = [network(0, &shape, Loss::CrossEntropy, optimizers()[0], 0.0, 4)];
    let [on_gpu, on_cpu] = [&gpu as &dyn Backend, &Cpu::new()].map(|backend| {
        let (outcomes, _) = &crate::common::run(backend, &data, &own, 1, at_once)[0];
        outcomes[0].clone()
    });
    assert_eq!(gpu.strategy(&own[0].spec), "workgroup");
    assert!((on_gpu.train.loss - on_cpu.train.loss).abs() < 1e-4, "{on_gpu:?}, {on_cpu:?}");
    assert!(on_gpu.diverged_at.is_none() && on_gpu.validation.is_some());
}

fn r5_kernels_bind_no_more_than_the_specs_default_limits() {
    for kernel in kernels() {
        let bindings = kernel.source.matches("var<storage").count();
        assert!(bindings <= 8, "{} binds {bindings} storage buffers", kernel.name);
        assert!(!kernel.source.contains("enable "), "{} asks for an optional feature", kernel.name);
    }
}

/// Masks of this many blocks, four decisions each, in one dispatch.
const MASK_BLOCKS: u32 = 262_144;

fn d1_a_million_mask_decisions_are_the_same_bits_in_wgsl() {
    for rotate in
        [include_str!("../shaders/functions/rotate.wgsl"), include_str!("../shaders/functions/rotate_software.wgsl")]
    {
        hold_masks(rotate);
    }
}

/// The masks of shaders that rotate this way.
fn hold_masks(rotate: &str) {
    use wgpu::BufferUsages as Usage;
    let source = [
        rotate,
        include_str!("../shaders/functions/threefry.wgsl"),
        "@group(0) @binding(0) var<storage, read_write> decisions: array<vec4<u32>>;
        @compute @workgroup_size(64)
        fn main(@builtin(global_invocation_id) id: vec3<u32>) {
            let key = vec2<u32>(id.x * 2654435761u, id.x ^ 0xdeadbeefu);
            decisions[id.x] = mask_block(key, id.x % 1009u, id.x / 7u);
        }",
    ]
    .concat();
    let words: Vec<u32> = pollster::block_on(async {
        let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
        let adapter = instance.request_adapter(&wgpu::RequestAdapterOptions::default()).await.expect("an adapter");
        let (device, queue) = adapter.request_device(&wgpu::DeviceDescriptor::default()).await.expect("a device");
        let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some("masks"),
            source: wgpu::ShaderSource::Wgsl(source.into()),
        });
        let pipeline = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: Some("masks"),
            layout: None,
            module: &module,
            entry_point: Some("main"),
            compilation_options: wgpu::PipelineCompilationOptions::default(),
            cache: None,
        });
        let size = 16 * u64::from(MASK_BLOCKS);
        let make = |usage| {
            device.create_buffer(&wgpu::BufferDescriptor { label: None, size, usage, mapped_at_creation: false })
        };
        let (decisions, staging) = (make(Usage::STORAGE | Usage::COPY_SRC), make(Usage::MAP_READ | Usage::COPY_DST));
        let group = device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: None,
            layout: &pipeline.get_bind_group_layout(0),
            entries: &[wgpu::BindGroupEntry { binding: 0, resource: decisions.as_entire_binding() }],
        });
        let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        {
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            pass.set_pipeline(&pipeline);
            pass.set_bind_group(0, &group, &[]);
            pass.dispatch_workgroups(MASK_BLOCKS / 64, 1, 1);
        }
        encoder.copy_buffer_to_buffer(&decisions, 0, &staging, 0, size);
        queue.submit([encoder.finish()]);
        staging.slice(..).map_async(wgpu::MapMode::Read, |mapped| mapped.expect("the decisions"));
        device.poll(wgpu::PollType::wait_indefinitely()).expect("the queue ends");
        let view = staging.slice(..).get_mapped_range().expect("the decisions");
        bytemuck::cast_slice(&view).to_vec()
    });
    for (id, found) in (0..MASK_BLOCKS).zip(words.chunks_exact(4)) {
        let key = [id.wrapping_mul(2_654_435_761), id ^ 0xdead_beef];
        let wanted = tuning_playground::rng::mask_block(key, id % 1009, id / 7);
        assert_eq!(found, wanted, "block {id}");
    }
}

fn s3_a_network_of_one_piece_too_large_is_known_before_anything_is_allocated() {
    let gpu = gpu();
    let bytes = |hidden: &[usize], batch| {
        let shape = Shape {
            inputs: 64,
            hidden: hidden.to_vec(),
            outputs: 10,
            activation: crate::common::ACTIVATIONS[3],
            batch_norm: false,
        };
        gpu.largest_piece_bytes(&network(0, &shape, Loss::CrossEntropy, optimizers()[3], 0.0, batch).spec)
    };
    let (limit, _) = gpu.memory_limit();
    assert!(bytes(&[2048; 3], 32) < limit);
    assert!(bytes(&[2048; 10], 32) > limit, "the optimizer's state is more than a binding holds");
    assert!(bytes(&[2048; 3], 10_000) > limit, "the activations are more than a binding holds");
}

/// Rows of the data in [`memory_on_the_device_grows_as_stated`].
const ROWS: usize = 350;

/// A network, and the bytes made on the device while so many of them train.
fn made(gpu: &Gpu, n: u32, hidden: &[usize]) -> (Network, f64) {
    let shape = Shape {
        inputs: 2,
        hidden: hidden.to_vec(),
        outputs: 2,
        activation: crate::common::ACTIVATIONS[3],
        batch_norm: false,
    };
    let data = narrow(&data(&shape, Loss::CrossEntropy, ROWS, 0, 3));
    let one = |trial| network(trial, &shape, Loss::CrossEntropy, optimizers()[3], 0.1, 32);
    let networks: Vec<_> = (0..n).map(one).collect();
    let epoch = networks.iter().enumerate().map(|(i, network)| batches(i, network, ROWS, 0)).collect();
    let before = gpu.allocated_bytes();
    let mut population = pollster::block_on(gpu.population(data, networks)).expect("a population");
    train(&mut *population, epoch, Duration::ZERO);
    (one(0), (gpu.allocated_bytes() - before) as f64)
}

fn memory_on_the_device_grows_as_stated() {
    let gpu = gpu();
    for (strategy, hidden) in [
        (Strategy::Invocation, &[8, 8][..]),
        (Strategy::Resident, &[8, 8]),
        (Strategy::Layered, &[8, 8]),
        (Strategy::Layered, &[128]),
    ] {
        let gpu = gpu.with_strategy(strategy);
        // What is made to try a program for the first time belongs to no population.
        made(&gpu, 1, hidden);
        let ((one, fewer), (_, more)) = (made(&gpu, 64, hidden), made(&gpu, 192, hidden));
        // Half of what is beside lies on the host; its specification is no part of either.
        let beside = (gpu.beside_bytes(&one.spec, ROWS) - size_of::<NetworkSpec>() as u64) / 2;
        let (said, grown) = ((gpu.network_bytes(&one.spec) + beside) as f64, (more - fewer) / 128.0);
        assert!((grown / said - 1.0).abs() < 0.1, "{strategy:?} {hidden:?}: {grown} bytes for {said}");
    }
}

/// What a visitor can send of a device is finite, and all of it is there.
fn what_is_measured_of_a_device_is_told() {
    let gpu = device();
    let (data, networks) = mixed(6);
    crate::common::run(&gpu, &data, &networks, 1, at_once);
    let facts = pollster::block_on(gpu.facts()).expect("facts");
    for key in ["latency_ms", "dispatch_us", "self_test"] {
        let number = facts[key].as_f64().expect(key);
        assert!(number.is_finite() && number >= 0.0, "{key}: {number}");
    }
    for (list, key) in [("first_uses", "ms"), ("first_uses", "off"), ("paces", "us")] {
        let numbers: Vec<f64> =
            facts[list].as_array().expect(list).iter().filter_map(|one| one[key].as_f64()).collect();
        assert!(!numbers.is_empty() && numbers.iter().all(|number| number.is_finite()), "{list} {key}: {numbers:?}");
    }
}

/// The tolerance of a device's own test leaves sound devices a hundredfold margin.
fn a_sound_device_passes_its_test_with_a_margin() {
    let off = pollster::block_on(gpu().test_again()).expect("a sound device");
    assert!(off < 2e-5, "{off}");
}

crate::harness::tests! {
    plain [r5_kernels_bind_no_more_than_the_specs_default_limits]
    gpu [
        r1_a_lost_device_changes_no_bit,
        device_paths_change_no_bit_and_survive_losses,
        r1_a_device_lost_before_its_first_kernel_is_replaced,
        s3_what_no_binding_holds_trains_in_parts_to_the_same_bits,
        a_device_that_is_wrong_in_one_program_is_found_when_it_first_trains,
        a_sound_device_trains_every_rule_behind_batch_norms,
        batches_too_long_for_an_invocation_go_elsewhere,
        devices_keep_small_networks_in_a_workgroups_memory,
        epochs_begun_together_are_the_same_bits,
        c5_mixed_shapes_share_dispatches_without_a_trace,
        s3_rows_wider_than_any_texture_train_too,
        d1_a_million_mask_decisions_are_the_same_bits_in_wgsl,
        s3_a_network_of_one_piece_too_large_is_known_before_anything_is_allocated,
        memory_on_the_device_grows_as_stated,
        what_is_measured_of_a_device_is_told,
        a_sound_device_passes_its_test_with_a_margin,
    ]
    soak_gpu [r1_a_device_lost_in_any_way_changes_no_bit]
}
