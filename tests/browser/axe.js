import { readFileSync } from 'node:fs';

const AXE = readFileSync(new URL('../../www/node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');

/** What axe finds serious or critical. @param {import('./app.js').App} app @returns {Promise<string[]>} */
export async function serious(app) {
  await app.page.evaluate(AXE);
  return app.page.evaluate(async () => {
    const { violations } = await /** @type {any} */ (window).axe.run(document, { resultTypes: ['violations'] });
    return violations
      .filter((/** @type {any} */ one) => ['serious', 'critical'].includes(one.impact))
      .flatMap((/** @type {any} */ one) => one.nodes.map((/** @type {any} */ node) => `${one.id}: ${node.target.flat().join(' > ')} (${node.any[0]?.message ?? node.all[0]?.message ?? one.help})`));
  });
}
