/**
 * Which modules are loaded at once with an entry: all that it imports, and what those import, but nothing that is
 * imported later. The build puts them into one file.
 * @param {string} entry how the path of the entry ends
 */
export function wholeElement(entry) {
  /** @type {Set<string> | null} */
  let found = null;
  /** @type {((id: string) => {importedIds: readonly string[]} | null) | null} */
  let infoOf = null;
  let start = '';

  const collect = () => {
    /** @type {Set<string>} */
    const reached = new Set();
    const waiting = [start];
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      if (reached.has(id)) continue;
      reached.add(id);
      waiting.push(...(infoOf?.(id)?.importedIds ?? []));
    }
    return reached;
  };

  return {
    /** @param {string} id */
    has: (id) => (found ??= collect()).has(id),
    /** @type {import('vite').Plugin} */
    plugin: {
      name: `whole-element:${entry}`,
      apply: 'build',
      buildEnd() {
        infoOf = (id) => this.getModuleInfo(id);
        start = [...this.getModuleIds()].find((id) => id.endsWith(entry)) ?? '';
        found = null;
      },
    },
  };
}
