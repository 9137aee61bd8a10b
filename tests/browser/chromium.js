import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The browser: named by xtask, else the first Chromium in PATH. */
export function chromium() {
  if (process.env.TUNING_CHROMIUM) return process.env.TUNING_CHROMIUM;
  const folders = (process.env.PATH ?? '').split(delimiter);
  const paths = ['chromium', 'chromium-browser', 'google-chrome'].flatMap((name) =>
    folders.map((folder) => join(folder, name)),
  );
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
