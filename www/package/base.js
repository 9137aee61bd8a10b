// A bundler moves this module and would not find the folder: the plugin of `bundler.js` puts its new place here.
const here = import.meta.url;

/** The folder of the element's files. */
export const base = new URL('./page/', here).href;
