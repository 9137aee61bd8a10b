import test from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { assert } from './numbers.js';
import { PIECES, chance, hostile, someStudy } from './hostile.js';
import { BY_NAME } from '../../www/src/study/hyperparameters.js';
import { LIMIT, decodeLink, encodeLink } from '../../www/src/study/link.js';
import { withDefaults } from '../../www/src/study/same.js';
import { checkStudy, startStudy } from '../../www/src/study/study.js';

/** Links of whole studies and hostile texts, many of them. What a page makes of some is a browser test (link.spec.js). */

test('1000 valid studies there and back', () => {
  const random = chance(1);
  const shown = {
    view: 'sweep',
    lang: 'ko',
    theme: 'dark',
    scale: 1.25,
    controls: ['learning_rate', 'batch_size'],
    run: true,
  };
  /** @type {any[]} those that differ */
  const faults = [];
  for (let round = 0; round < 1000; round += 1) {
    const study = someStudy(random);
    const link = encodeLink({ study, .../** @type {any} */ (shown) });
    const { state, skipped, newer, found } = decodeLink(link ?? '');
    const back = {
      problem: checkStudy(study),
      isLink: /^#v=1&s=\([\x21-\x7e]+[a-z\d]$/.test(link ?? ''),
      skipped,
      newer,
      found,
      state,
    };
    const expected = {
      problem: null,
      isLink: true,
      skipped: [],
      newer: false,
      found: true,
      state: { study: withDefaults(study), ...shown },
    };
    if (!isDeepStrictEqual(back, expected)) faults.push({ link, back, expected });
  }
  assert.deepEqual(faults, []);
});

test('a link holds the whole study, in sight', () => {
  assert.equal(
    encodeLink({
      study: {
        format: 'tuning-playground/study@1',
        dataset: { name: 'circle' },
        fixed: { hidden: [8, 4], optimizer: 'adam' },
        trials: 16,
      },
    }),
    '#v=1&s=(dataset:(name:circle,samples:!n,noise:0,seed:0,split:(train:0.7,validation:0.15,test:0.15),folds:1,' +
      'standardize:!t),space:(),' +
      'fixed:(hidden:!(8,4),optimizer:adam),trials:16,sampler:(name:random),pruner:(name:none),' +
      'objective:(metric:validation_loss,direction:minimize),' +
      'seeds_per_trial:1,seed:0,shared_seeds:!f,record:!(),name:%27%27,question:%27%27)&view=sweep',
  );
  const choices = Array.from({ length: 3000 }, (_, index) => index + 1);
  assert.equal(
    encodeLink({ study: { ...startStudy(), space: { batch_size: { type: 'categorical', choices } } } }),
    null,
  );
});

test('a bad key is named and left out, the rest is kept', () => {
  const { state, skipped } = decodeLink(
    '#v=1&s=dataset:(name:circle,nose:1),fixed:(epochs:-3,learning_rat:1,optimizer:adam),' +
      'sampler:(name:toString),trials:7&view=Moon!',
  );
  const { dataset, fixed, trials } = /** @type {any} */ (state.study);
  assert.deepEqual([dataset.name, fixed.optimizer, trials], ['circle', 'adam', 7]);
  assert.deepEqual(
    skipped.map((one) => one.what),
    ['dataset.nose', 'fixed.epochs', 'fixed.learning_rat', 'sampler', 'view=Moon'],
  );
  const newer = decodeLink('#v=7&lang=ko&hologram=1');
  assert.ok(newer.newer);
  assert.equal(newer.state.lang, 'ko');
  assert.deepEqual(
    newer.skipped.map((one) => one.what),
    ['v=7', 'hologram=1'],
  );
});

test('S1 7,000 hostile texts, beside those of link.test.js', () => {
  const random = chance(2);
  const before = Object.getOwnPropertyNames(Object.prototype).sort();
  const texts = [
    ...PIECES,
    '#'.repeat(1e6),
    `#v=1&s=${'('.repeat(8000)}`,
    `#v=1&s=a:${'!('.repeat(3000)}`,
    `#${'&a'.repeat(4000)}`,
    `#v=1&s='${'!'.repeat(8000)}`,
  ];
  /** @type {string[]} */
  const faults = [];
  for (const text of [...texts, ...Array.from({ length: 7_000 }, () => hostile(random))]) {
    const { state, skipped } = decodeLink(text);
    const fault =
      (state.study && checkStudy(state.study) !== null && 'a bad study') ||
      (text.length > LIMIT + 1 && Object.keys(state).length > 0 && 'too long and read') ||
      (skipped.some((one) => one.what.length > 50) && 'a long name') ||
      (state.controls?.some((name) => !BY_NAME.has(name)) && 'an unknown control') ||
      (decodeLink(encodeLink(state) ?? '#v=1').skipped.length > 0 && 'a link that cannot be read again');
    if (fault) faults.push(`${fault}: ${text.slice(0, 300)}`);
  }
  assert.deepEqual(faults, []);
  assert.deepEqual(Object.getOwnPropertyNames(Object.prototype).sort(), before);
  assert.equal(/** @type {any} */ ({}).polluted, undefined);
});
