/**
 * What the page may do, whatever gets into it: run its own files and nothing written into the document, talk to the
 * host it came from and to nobody else. WebAssembly needs its word; Lit's style sheets are adopted, which needs none.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  // A sandboxed frame starts its Workers through blobs.
  "worker-src 'self' blob:",
  "connect-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types lit-html tuning-playground',
].join('; ');

/** Puts the policy into the built page; Vite's own server writes scripts and styles into the document.
 * @returns {import('vite').Plugin} */
export const contentPolicy = () => ({
  name: 'content-policy',
  apply: 'build',
  transformIndexHtml(html) {
    const start = '<meta charset="utf-8" />';
    if (!html.includes(start)) throw new Error(`index.html has no ${start}, behind which its policy stands`);
    return html.replace(start, `$&\n    <meta http-equiv="Content-Security-Policy" content="${POLICY}" />`);
  },
});
