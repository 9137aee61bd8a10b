/** What may be chosen of how the page looks, apart from its study. */

/** The least and the largest scale. */
export const SCALES = /** @type {const} */ ([0.5, 3]);

/** What may colour the response surface: a measure, or how far validation and training lie apart. */
export const SURFACE_COLORS = ['validation_loss', 'validation_metric', 'gap'];

/** @param {number} scale @returns {number | null} */
export const clampScale = (scale) => (Number.isFinite(scale) ? Math.max(SCALES[0], Math.min(SCALES[1], scale)) : null);
