import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import test from 'node:test';
import { loadTexts } from '../../www/src/i18n/i18n.js';
import { Store } from '../../www/src/state/store.js';
import { axisOf } from '../../www/src/study/scale.js';

/** The Korean texts keep to the terms and the forms of the design (page.md, sections 7 and 11). */

const ROOT = new URL('../../', import.meta.url).pathname;
const FILES = [
  ...readdirSync(`${ROOT}www/src`, { recursive: true, encoding: 'utf8' })
    .filter((path) => /(^|\/)ko\.json$/.test(path))
    .map((path) => `www/src/${path}`),
  'www/src/study/presets.json',
  'src/study/hyperparameters.json',
  'src/dataset/catalog.json',
].map((path) => /** @type {const} */ ([path, JSON.parse(readFileSync(ROOT + path, 'utf8'))]));

/** @param {unknown} value @param {string} place @returns {Generator<[string, string]>} Korean texts and their places */
function* koreanIn(value, place) {
  if (typeof value === 'string') {
    if (/\p{Script=Hangul}/u.test(value)) yield [place, value];
  } else if (value && typeof value === 'object')
    for (const [key, one] of Object.entries(value)) yield* koreanIn(one, `${place} ${key}`);
}

const TEXTS = FILES.flatMap(([path, value]) => [...koreanIn(value, path)]);

/** Values whose last sound the text knows: shares end in a percent sign, the accuracies of lessons, too. */
const PERCENT = /\{(?:rest|acc_sigmoid|bn_without|winner)\}/;

test('no Korean particle hangs on the last sound of a value, and none is written both ways', () => {
  assert.ok(TEXTS.length > 2000);
  for (const [place, text] of TEXTS) {
    assert.doesNotMatch(text, /은\(는\)|이\(가\)|을\(를\)|와\(과\)|과\(와\)|\([으이]\)/, place);
    const plain = text.replace(new RegExp(PERCENT, 'g'), '');
    assert.doesNotMatch(plain, /\}[”’"']*(?:은|는|이|가|을|를|과|와|으로|로)(?=[\s.,)]|$)/, `${place}: ${text}`);
  }
});

test('Korean instructions end in -세요, and one idea has one name', () => {
  const others =
    /십시오|협곡|샘플|어림짐작|모형|사영|만든 특성|직접 조정|훈련하|훈련합|저절로|최고 점수|끊김|배우지 못함|평활한/u;
  for (const [place, text] of TEXTS) assert.doesNotMatch(text, others, place);
});

test('what is on or off is called so, on axes, too, and all else as ever', async () => {
  const store = new Store();
  for (const [lang, on, off] of /** @type {const} */ ([
    ['en', 'on', 'off'],
    ['ko', '켬', '끔'],
  ])) {
    await loadTexts(lang);
    store.slices.look.lang = lang;
    assert.deepEqual([true, false, 0.05, 'sgd', [64, 32], null].map(store.setting), [
      ...[on, off, '0.05', 'sgd', '64 × 32', '–'],
    ]);
    const { ticks } = axisOf('batch_norm', { type: 'categorical', choices: [false, true] }, store.setting);
    assert.deepEqual(
      ticks.map((tick) => tick.label),
      [off, on],
    );
  }
});
