import { defaultDevice, init } from '@jax-js/jax';
import { Jax } from './jax-plain.js';
import { Jax as Tuned } from './jax-tuned.js';

/** jax-js: its device, and how it is written. @param {'wasm' | 'webgpu'} device @param {{isTuned?: boolean}} [how] */
export async function open(device, { isTuned = false } = {}) {
  const there = await init(device);
  if (!there.includes(device)) throw new Error(`jax-js has no ${device} here`);
  defaultDevice(device);
  return isTuned ? new Tuned() : new Jax();
}
