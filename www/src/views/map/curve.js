/** A loss over epochs, by its logarithm, as the data of paths. @param {import('../../study/types.js').Epochs} epochs
 * @param {'train_loss' | 'validation_loss'} name @param {number} width @param {number} height @returns {string[]} */
export function curvePath(epochs, name, width, height) {
  const n = epochs.length;
  if (!n) return [];
  const place = (/** @type {number} */ loss) => Math.log(Math.max(loss, 1e-12));
  let [low, high] = [Infinity, -Infinity];
  for (const each of /** @type {const} */ (['train_loss', 'validation_loss']))
    for (let k = 0; k < n; k++) {
      const at = place(epochs.measure(each, k));
      if (!Number.isFinite(at)) continue;
      [low, high] = [Math.min(low, at), Math.max(high, at)];
    }
  if (!(high > low)) [low, high] = [low - 0.5, low + 0.5];
  const points = [];
  for (let k = 0; k < n; k++) {
    const at = place(epochs.measure(name, k));
    if (!Number.isFinite(at)) continue;
    const x = n > 1 ? 2 + (k / (n - 1)) * (width - 4) : width / 2;
    points.push(`${x.toFixed(1)},${(4 + ((high - at) / (high - low)) * (height - 10)).toFixed(1)}`);
  }
  if (points.length === 1) points.push(points[0]);
  return points.length ? [`M${points.join('L')}`] : [];
}
