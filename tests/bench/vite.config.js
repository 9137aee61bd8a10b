import { fileURLToPath } from 'node:url';

/** The page that cargo xtask bench measures on, built by the Vite of www: what is measured is what is shipped. */
export default {
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './',
  publicDir: false,
  resolve: { conditions: ['module', 'browser', 'production'] },
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    outDir: fileURLToPath(new URL('../../target/bench', import.meta.url)),
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    emptyOutDir: true,
    // TensorFlow.js makes a Worker of a function's text, which is not to name what is renamed.
    minify: false,
    chunkSizeWarningLimit: 4096,
  },
};
