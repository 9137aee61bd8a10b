//! What a device takes for nothing: a wait, a dispatch.

use super::device::Device;
use super::machine::{Machine, slow};
use super::staging::Staging;
use crate::error::Result;
use std::rc::Rc;

/// Waits for nothing by which a device's latency is measured.
const EMPTY_WAITS: usize = 4;
/// Dispatches of nothing by which the cost of one is measured.
const EMPTY_DISPATCHES: u32 = 512;
/// Seconds that such a wait may take.
const LONGEST_LATENCY: f64 = 2.0;

/// Seconds that a dispatch of nothing takes.
///
/// # Errors
/// What the device reports.
pub async fn dispatch_seconds(device: &Rc<Device>) -> Result<f64> {
    let source = wgpu::ShaderSource::Wgsl("@compute @workgroup_size(1) fn main() {}".into());
    let module = device.handle.create_shader_module(wgpu::ShaderModuleDescriptor { label: None, source });
    let pipeline = device.handle.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
        label: None,
        layout: None,
        module: &module,
        entry_point: Some("main"),
        compilation_options: wgpu::PipelineCompilationOptions::default(),
        cache: None,
    });
    let staging = Staging::new(device, 0, 0);
    let mut shortest = [f64::INFINITY; 2];
    // The first round compiles.
    for lap in 0..2 * EMPTY_WAITS {
        let many = lap % 2;
        let mut encoder = device.handle.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        pass.set_pipeline(&pipeline);
        (0..[1, 1 + EMPTY_DISPATCHES][many]).for_each(|_| pass.dispatch_workgroups(1, 1, 1));
        drop(pass);
        let begun = device.now();
        device.queue.submit([encoder.finish()]);
        staging.read_aside(device, lap, 0).await?;
        shortest[many] = shortest[many].min(device.now() - begun);
    }
    Ok((shortest[1] - shortest[0]).max(0.0) / f64::from(EMPTY_DISPATCHES))
}

/// Waits for nothing a few times: the shortest is the device's latency.
///
/// # Errors
/// [`crate::error::Error::Gpu`] where even that takes too long; what the device reports.
pub async fn latency(device: &Rc<Device>) -> Result<()> {
    let staging = Staging::new(device, 0, 0);
    let mut latency = f64::INFINITY;
    for lap in 0..EMPTY_WAITS {
        let begun = device.now();
        staging.read_aside(device, lap, 0).await?;
        latency = latency.min(device.now() - begun);
        if latency > LONGEST_LATENCY {
            return Err(slow(latency));
        }
    }
    device.knowledge().borrow_mut().latency = latency;
    Ok(())
}
