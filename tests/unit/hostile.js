import { chance } from '../browser/chance.js';
import { DATASETS, HYPERPARAMETERS, SAMPLERS, choicesOf, isOwn } from '../../www/src/study/hyperparameters.js';
import { encodeLink } from '../../www/src/study/link.js';

/** Links by chance, the same ones every time: of valid studies, and hostile ones. */

export { chance };

/** A valid study by chance. @param {() => number} random @returns {any} */
export function someStudy(random) {
  const pick = (/** @type {any[]} */ list) => list[Math.floor(random() * list.length)];
  const maybe = (/** @type {object} */ part) => (random() < 0.4 ? part : {});
  const between = (/** @type {any} */ one) => {
    const value = Number(one.low) + random() ** 4 * (Number(one.high) - Number(one.low));
    return one.type === 'int' ? Math.round(value) : value;
  };
  const dataset = pick(DATASETS.filter((one) => one.available && !isOwn(one)));
  /** @type {any} */
  const study = {
    format: 'tuning-playground/study@1',
    ...maybe({
      name: pick(['a b', "it's!", '학습률 × 배치', '', '12', 'true', 'a+b&c=d#e%', '(:,)', '😀', '!t', '\u0000\n']),
    }),
    dataset: {
      name: dataset.name,
      ...maybe({ seed: Math.floor(random() * 2 ** 53) }),
      ...maybe({ split: { train: 0.5, validation: 0.25, test: 0.25 } }),
      ...maybe({ standardize: false }),
    },
    fixed: {},
    space: {},
    ...maybe({ sampler: pick(SAMPLERS.map((name) => ({ name }))) }),
    ...maybe({ objective: { metric: 'validation_metric', direction: 'maximize' } }),
    ...maybe({ trials: 1 + Math.floor(random() * 1000) }),
    ...maybe({ seed: Math.floor(random() * 2 ** 53) }),
  };
  for (const one of HYPERPARAMETERS) {
    if (!one.available || random() > 0.3) continue;
    if (one.type === 'list') {
      if (one.name === 'hidden') study.fixed.hidden = pick([[], [32], [64, 32, 16]]);
    } else if (one.type === 'points') {
      study.fixed[one.name] = [[0, between(one)], ...(random() < 0.5 ? [[random(), between(one)]] : [])];
    } else if (one.type === 'categorical' || one.type === 'bool') {
      if (choicesOf(one).length) study[pick(['fixed', 'space'])][one.name] = pick(choicesOf(one));
      if (one.name in study.space) study.space[one.name] = { type: 'categorical', choices: choicesOf(one) };
    } else if (random() < 0.5) study.fixed[one.name] = between(one);
    else {
      const ends = [between(one), between(one)].sort((a, b) => a - b);
      study.space[one.name] = { type: one.type, low: ends[0], high: ends[1] };
    }
  }
  return study;
}

export const PIECES = [
  '__proto__',
  'constructor',
  'toString',
  'prototype',
  'hasOwnProperty',
  '(',
  ')',
  '!(',
  '!',
  "'",
  ':',
  ',',
  '&',
  '=',
  '#',
  '%',
  '%zz',
  '%00',
  '%ff%fe',
  '%ed%a0%80',
  '\ud800',
  '\udfff',
  '\u202e',
  '<script>alert(1)</script>',
  '<img+src=x+onerror=alert(1)>',
  'javascript:alert(1)',
  '1e999',
  '-0',
  '1e308',
  '99999999999999999999',
  'NaN',
  'Infinity',
  'v=1',
  'v=99',
  's=',
  's=dataset:(name:toString)',
  'view=',
  'lang=xx',
  'theme=__proto__',
  's=__proto__:(polluted:!t)',
  's=space:(learning_rate:(__proto__:(polluted:!t)))',
  'run=2',
  'scale=1e9',
  'controls=constructor',
  '('.repeat(60),
  '!('.repeat(200),
  ',,,,',
];

/** A hostile text by chance. @param {() => number} random @returns {string} */
export function hostile(random) {
  const pick = (/** @type {any[]} */ list) => list[Math.floor(random() * list.length)];
  const sign = () => String.fromCharCode(random() < 0.7 ? random() * 128 : random() * 65536);
  if (random() < 0.2) return `#${Array.from({ length: Math.floor(random() * 300) }, sign).join('')}`;
  if (random() < 0.2)
    return `#v=1&${Array.from({ length: 1 + random() * 12 }, () => pick(PIECES)).join(pick(['', '&', ',', ':']))}`;
  let link = encodeLink({ study: someStudy(random), view: 'sweep', lang: 'ko', theme: 'dark', run: false }) ?? '#';
  for (let times = 1 + random() * 4; times > 0; times -= 1) {
    const at = Math.floor(random() * link.length);
    const to = at + Math.floor(random() * 12);
    link = pick([
      () => link.slice(0, at),
      () => link.slice(0, at) + pick(PIECES) + link.slice(at),
      () => link.slice(0, at) + pick(PIECES) + link.slice(to),
      () => link.slice(0, at) + link.slice(to),
      () => link + link.slice(1),
      () => link.slice(0, at) + String.fromCharCode(random() * 256) + link.slice(at + 1),
    ])();
  }
  return link;
}
