import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The browser: named by xtask, else the first Chromium in PATH. */
export const chromium = () =>
  process.env.TUNING_CHROMIUM ?? inPath(['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome']);

/** The other engine, for what `cargo xtask soak` tries there; undefined where there is none. */
export const firefox = () => process.env.TUNING_FIREFOX ?? inPath(['firefox-esr', 'firefox']);

/** The first program of these names. @param {string[]} names */
function inPath(names) {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const paths = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  return paths.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

export const VIEWPORT = { width: 1440, height: 900 };
const isRoot = process.getuid?.() === 0;
export const QUIET = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-quic',
  '--disable-sync',
  '--no-first-run',
  ...(isRoot ? ['--no-sandbox'] : []),
];
export const SOFTWARE_GPU = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];
