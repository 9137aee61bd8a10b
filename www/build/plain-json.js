/**
 * While developing, dictionaries come as scripts, which browsers refuse where a JSON module was asked for; the attribute
 * is for Node.js, which runs the unit tests. Vite drops it from static imports only.
 *
 * @returns {import('vite').Plugin}
 */
export const plainJson = () => ({
  name: 'plain-json',
  apply: 'serve',
  transform: (code, id) =>
    /\/src\/.*\.js$/.test(id) && code.includes("type: 'json'")
      ? code.replace(/(\bimport\('[^']+\.json'), \{ with: \{ type: 'json' \} \}\)/g, '$1)')
      : null,
});
