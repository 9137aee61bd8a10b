import { readFileSync } from 'node:fs';
import { expect, test } from './fixtures.js';

/** Every shader with its name, as `tests/shaders.rs` leaves them: those of devices are compiled for none of the tests. */
const SHADERS = new URL('tmp/shaders.json', new URL('../../target/', import.meta.url));

test('R6 a browser compiles every shader', async ({ app, page }) => {
  await app.open();
  const shaders = /** @type {[string, string][]} */ (JSON.parse(readFileSync(SHADERS, 'utf8')));
  expect(shaders.length).toBeGreaterThan(100);
  // What no compiler may take: a barrier that not all invocations come to.
  const wrong = /** @type {[string, string]} */ ([
    'wrong',
    `var<workgroup> sum: u32;
    @compute @workgroup_size(8) fn main(@builtin(local_invocation_index) i: u32) {
      if i < 4u { workgroupBarrier(); }
      sum = i;
    }`,
  ]);
  const complaints = await page.evaluate(
    async (all) => {
      const adapter = await navigator.gpu.requestAdapter();
      const device = await adapter?.requestDevice();
      const found = [];
      for (const [name, code] of all) {
        device?.pushErrorScope('validation');
        const module = device?.createShaderModule({ code });
        const info = await module?.getCompilationInfo();
        await device?.popErrorScope();
        const errors = info?.messages.filter(({ type }) => type === 'error') ?? [{ message: 'no device', lineNum: 0 }];
        found.push(...errors.map(({ message, lineNum }) => `${name}: ${message}: ${code.split('\n')[lineNum - 1]}`));
      }
      device?.destroy();
      return found;
    },
    [...shaders, wrong],
  );
  expect(complaints.filter((complaint) => !complaint.startsWith('wrong:'))).toEqual([]);
  expect(complaints.length).toBeGreaterThan(0);
});
