//! Buffers of a population: made together, freed together, and read back through one that the host can map.

use super::device::Device;
use crate::error::{Error, Result};
use core::ops::Range;
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
    /// Makes a buffer that is destroyed with the others.
    pub fn buffer(&mut self, device: &Device, label: &str, bytes: u64, usage: wgpu::BufferUsages) -> wgpu::Buffer {
        // A binding must not be empty.
        let size = bytes.max(32).next_multiple_of(16);
        let descriptor = wgpu::BufferDescriptor { label: Some(label), size, usage, mapped_at_creation: false };
        let buffer = device.handle.create_buffer(&descriptor);
        note(device, size);
        self.buffers.push(buffer.clone());
        buffer
    }

    /// Makes a texture of four numbers a texel, to be read by shaders.
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

/// Counts bytes that were made, for tests of the estimates.
fn note(device: &Device, bytes: u64) {
    device.allocated.set(device.allocated.get() + bytes);
}

/// Room for sums that are put aside.
pub const ASIDE_BYTES: usize = 1 << 18;

/// A buffer for what comes back, destroyed when dropped: room for what is read at once, then what was put aside for it.
pub struct Staging {
    buffer: wgpu::Buffer,
    aside: u64,
}

/// Part of a buffer: first byte, bytes.
pub type Part<'a> = (&'a wgpu::Buffer, u64, u64);

impl Drop for Staging {
    fn drop(&mut self) {
        // On the web dropping a handle frees nothing.
        self.buffer.destroy();
    }
}

impl Staging {
    /// Makes room for so many bytes at once.
    pub fn new(device: &Device, bytes: u64) -> Self {
        use wgpu::BufferUsages as Usage;
        let usage = Usage::MAP_READ | Usage::COPY_DST;
        let label = Some("staging");
        let aside = bytes.next_multiple_of(16);
        let buffer = device.handle.create_buffer(&wgpu::BufferDescriptor {
            label,
            size: aside + ASIDE_BYTES as u64,
            usage,
            mapped_at_creation: false,
        });
        note(device, buffer.size());
        Self { buffer, aside }
    }

    fn copy(&self, device: &Device, parts: &[Part<'_>], mut to: u64) {
        let mut encoder = device.handle.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("read") });
        for &(buffer, first, bytes) in parts {
            encoder.copy_buffer_to_buffer(buffer, first, &self.buffer, to, bytes);
            to += bytes;
        }
        device.queue.submit([encoder.finish()]);
    }

    /// Puts parts aside, as they are now, into slot `slot`; all slots take the same.
    pub fn set_aside(&self, device: &Device, parts: &[Part<'_>], slot: usize) {
        let bytes: u64 = parts.iter().map(|(.., bytes)| bytes).sum();
        self.copy(device, parts, self.aside + slot as u64 * bytes);
    }

    /// Copies parts, one after the other, waits for them and hands them to `take`, with these bytes of what was put aside.
    ///
    /// # Errors
    /// [`Error::DeviceLost`] where they don't come.
    pub async fn read(
        &self,
        device: &Device,
        parts: &[Part<'_>],
        aside: Range<usize>,
        take: impl FnOnce(&[u8], &[u8]),
    ) -> Result<()> {
        self.copy(device, parts, 0);
        let own: u64 = parts.iter().map(|(.., bytes)| bytes).sum();
        // What is mapped is copied to this process.
        let end = if aside.is_empty() { own } else { self.aside + aside.end as u64 };
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
            let first = self.aside as usize;
            take(&view[..own as usize], view.get(first + aside.start..first + aside.end).unwrap_or_default());
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
