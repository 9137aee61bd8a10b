const NOTHING = '\0no-thresholds';
const NAMES = ['thresholdSturges', 'extent', 'ticks', 'nice', 'max', 'blur2'];

/**
 * The page asks d3-contour for contours of its own levels and for nothing else, so it does without d3-array, which that
 * finds levels with: 1.3 kB less to load.
 * @returns {import('vite').Plugin}
 */
export const contoursAlone = () => ({
  name: 'contours-alone',
  apply: 'build',
  enforce: 'pre',
  resolveId: (id, from) => (id === 'd3-array' && from?.includes('/d3-contour/') ? NOTHING : null),
  load: (id) => (id === NOTHING ? NAMES.map((name) => `export const ${name} = null;`).join('\n') : null),
});
