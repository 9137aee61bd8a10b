/** What takes a list's entry away, as lit-html 3.3.3 has it: its content and the marker before it. */
const LEAVES = /=>\{(\w)\._\$AR\(\),\1\._\$AA\.remove\(\)\}/;

/**
 * Entries that leave a list leave a comment behind each (https://github.com/lit/lit/issues/5298), so that the chips of
 * a day of runs were thousands of nodes. The marker behind an entry goes with it. A lit-html that does so itself, or
 * does it another way, ends the build.
 * @returns {import('vite').Plugin}
 */
export const listMarkers = () => ({
  name: 'list-markers',
  apply: 'build',
  transform(code, id) {
    if (!id.endsWith('/lit-html/directive-helpers.js')) return null;
    if (!LEAVES.test(code))
      this.error('lit-html removes parts in another way: see whether build/list-markers.js is needed');
    return { code: code.replace(LEAVES, '=>{$1._$$AR(),$1._$$AA.remove(),$1._$$AB?.remove()}'), map: null };
  },
});
