/**
 * The element's file on the server of `cargo xtask serve`, under the name that the built page has: what Share writes for a
 * page elsewhere is tried there before anything is built.
 * @param {string} name of the element
 * @returns {import('vite').Plugin}
 */
export const elementServed = (name) => ({
  name: 'element-served',
  apply: 'serve',
  configureServer(server) {
    server.middlewares.use(`/${name}.js`, (_, response) => {
      response.setHeader('Content-Type', 'text/javascript');
      response.end(`import '/src/${name}.js';\n`);
    });
  },
});
