import { base } from './base.js';

/**
 * Loads the element and defines `<tuning-playground>`; the first call decides where from.
 * @param {string | URL} [from] the folder of its files (`page/` of this package), where they lie somewhere else
 */
export async function load(from) {
  const folder = from === undefined ? base : new URL(from, document.baseURI).href;
  const script = `${folder.replace(/[?#].*$/, '').replace(/\/*$/, '/')}tuning-playground.js`;
  try {
    await import(/* @vite-ignore */ /* webpackIgnore: true */ script);
  } catch (cause) {
    throw new Error(`tuning-playground: ${script} could not be loaded; its folder is what load() takes`, { cause });
  }
  return customElements.get('tuning-playground');
}
