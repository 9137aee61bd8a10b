import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import test from 'node:test';
import { createServer } from '../../www/node_modules/vite/dist/node/index.js';

const WWW = fileURLToPath(new URL('../../www', import.meta.url));

test('what the development server gives has no JSON module, which it would send as a script', async () => {
  const server = await createServer({ root: WWW, logLevel: 'silent', server: { middlewareMode: true, ws: false } });
  try {
    let asked = 0;
    for (const one of readdirSync(`${WWW}/src/i18n`).filter((name) => name.endsWith('.js'))) {
      const given = await server.transformRequest(`/src/i18n/${one}`);
      const code = given?.code.replace(/\/\/# sourceMappingURL.*/s, '') ?? '';
      asked += code.split('.json').length - 1;
      assert.doesNotMatch(code, /with:\s*\{\s*type:\s*['"]json/, one);
    }
    assert.ok(asked > 0, 'dictionaries are asked for');
  } finally {
    await server.close();
  }
});
