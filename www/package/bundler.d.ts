/** A plugin for Vite, Rollup and Rolldown. */
export interface TuningPlaygroundPlugin {
  name: string;
  config(): { optimizeDeps: { exclude: string[] } };
  configResolved(config: { command: string }): void;
  load(id: string): string | null;
}

/** Copies the element's files into the built page as they are, and tells `load()` where they are. */
export function tuningPlayground(): TuningPlaygroundPlugin;
