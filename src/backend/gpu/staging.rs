//! Buffers of a population: made together, freed together, and read back through one that the host can map.

use super::device::Device;
use crate::error::{Error, Result};
use futures_channel::oneshot;

/// Buffers and textures that are destroyed together: on the web dropping a handle frees nothing.
#[derive(Default)]
pub struct Memory {
    buffers: Vec<wgpu::Buffer>,
    textures: Vec<wgpu::Texture>,
}

impl Drop for Memory {
    fn drop(&mut self) {
        for buffer in &self.buffers {
            buffer.destroy();
        }
        for texture in &self.textures {
            texture.destroy();
        }
    }
}

impl Memory {
    /// One more buffer.
    pub fn buffer(&mut self, device: &Device, label: &str, bytes: u64, usage: wgpu::BufferUsages) -> wgpu::Buffer {
        // A binding must not be empty.
        let size = bytes.max(32).next_multiple_of(16);
        let descriptor = wgpu::BufferDescriptor { label: Some(label), size, usage, mapped_at_creation: false };
        let buffer = device.handle.create_buffer(&descriptor);
        note(device, size);
        self.buffers.push(buffer.clone());
        buffer
    }

    /// A texture of four numbers a texel, to be read by shaders.
    pub fn texels(&mut self, device: &Device, label: &str, [width, height]: [u32; 2]) -> wgpu::Texture {
        let texture = device.handle.create_texture(&wgpu::TextureDescriptor {
            label: Some(label),
            size: wgpu::Extent3d { width, height, depth_or_array_layers: 1 },
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format: wgpu::TextureFormat::Rgba32Float,
            usage: wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST,
            view_formats: &[],
        });
        note(device, 16 * u64::from(width) * u64::from(height));
        self.textures.push(texture.clone());
        texture
    }
}

/// Counts what was made, for the test of [`super::Gpu`]'s estimate.
fn note(device: &Device, bytes: u64) {
    #[cfg(test)]
    device.allocated.set(device.allocated.get() + bytes);
    #[cfg(not(test))]
    let _ = (device, bytes);
}

/// A buffer for what comes back, destroyed when dropped.
pub struct Staging {
    buffer: wgpu::Buffer,
}

impl Drop for Staging {
    fn drop(&mut self) {
        // On the web dropping a handle frees nothing.
        self.buffer.destroy();
    }
}

impl Staging {
    /// Room for so many bytes.
    pub fn new(device: &Device, bytes: u64) -> Self {
        use wgpu::BufferUsages as Usage;
        let usage = Usage::MAP_READ | Usage::COPY_DST;
        let label = Some("staging");
        let buffer = device.handle.create_buffer(&wgpu::BufferDescriptor {
            label,
            size: bytes.max(16),
            usage,
            mapped_at_creation: false,
        });
        note(device, buffer.size());
        Self { buffer }
    }

    /// Copies ranges (buffer, first byte, bytes), one after the other, waits for them and hands them to `take`.
    ///
    /// # Errors
    /// [`Error::DeviceLost`] where they don't come.
    pub async fn read(
        &self,
        device: &Device,
        ranges: &[(&wgpu::Buffer, u64, u64)],
        take: impl FnOnce(&[u8]),
    ) -> Result<()> {
        let mut encoder = device.handle.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("read") });
        let mut end = 0;
        for &(buffer, first, bytes) in ranges {
            encoder.copy_buffer_to_buffer(buffer, first, &self.buffer, end, bytes);
            end += bytes;
        }
        device.queue.submit([encoder.finish()]);
        let slice = self.buffer.slice(..end);
        let (sender, receiver) = oneshot::channel();
        slice.map_async(wgpu::MapMode::Read, move |result| {
            // Nobody listens any more where the population was dropped.
            let _ = sender.send(result);
        });
        // On the web the browser drives the queue; natively somebody has to.
        let polled = device.handle.poll(wgpu::PollType::wait_indefinitely());
        let mapped = polled.is_ok() && receiver.await.is_ok_and(|result| result.is_ok());
        if mapped
            && !device.is_lost()
            && let Ok(view) = slice.get_mapped_range()
        {
            take(&view);
            drop(view);
            self.buffer.unmap();
            return Ok(());
        }
        Err(Error::DeviceLost { detail: device.loss_reason() })
    }
}

/// Copies the head of `bytes` over `values`.
pub fn copy<T: bytemuck::Pod>(bytes: &[u8], values: &mut [T]) {
    let target: &mut [u8] = bytemuck::cast_slice_mut(values);
    let n = target.len();
    target.copy_from_slice(&bytes[..n]);
}
