/** Workers that train on the CPU. A core is left to the page, but not one of two: half the machine would lie idle for
 * the few percent that drawing takes. @param {number} [cores] */
export const workersOn = (cores = navigator.hardwareConcurrency || 2) => Math.max(Math.min(cores, 2), cores - 1);
