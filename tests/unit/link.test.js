import { test } from 'node:test';
import {
  BY_NAME,
  DATASETS,
  HYPERPARAMETERS,
  SAMPLERS,
  choicesOf,
  isOwn,
} from '../../www/src/study/hyperparameters.js';
import { LIMIT, decodeLink, encodeLink } from '../../www/src/study/link.js';
import { withDefaults, withoutDefaults } from '../../www/src/study/same.js';
import { checkStudy, startStudy } from '../../www/src/study/study.js';
import { assert, check, fc, quick } from './numbers.js';

/** @typedef {import('../../www/src/study/types.js').Study} Study */

const FORMAT = 'tuning-playground/study@1';
const NAMES = [
  '',
  'a b',
  "it's!",
  '학습률 × 배치',
  '12',
  'true',
  'a+b&c=d#e%',
  '(:,)',
  '😀',
  '!t',
  '100%25',
  '%28',
  "''",
  'x\n\ty',
  'adam',
  '&amp;',
];

/** @param {any} one a hyperparameter @returns {fc.Arbitrary<number>} */
const numberOf = (one) => {
  const [min, max] = [Number(one.low), Number(one.high)];
  return one.type === 'int'
    ? fc.integer({ min, max })
    : fc.oneof(fc.double({ min, max, noNaN: true }), fc.constantFrom(min, max, (min + max) / 2, Math.min(max, 0.001)));
};

/** @param {any} one @returns {fc.Arbitrary<{fixed?: any, swept?: any}>} */
function usesOf(one) {
  if (one.type === 'points') {
    const share = fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 0.5, 1));
    return fc.record({ fixed: fc.array(fc.tuple(share, numberOf(one)), { minLength: 1, maxLength: 20 }) });
  }
  if (one.type === 'list')
    return fc.record({
      fixed:
        one.name === 'hidden' ? fc.array(fc.integer({ min: 1, max: 2048 }), { maxLength: 10 }) : fc.constant(null),
    });
  if (one.type === 'categorical' || one.type === 'bool') {
    const choices = /** @type {any[]} */ (choicesOf(one));
    if (!choices.length) return fc.constant({});
    return fc.oneof(
      fc.constantFrom(...choices).map((fixed) => ({ fixed })),
      fc
        .shuffledSubarray(choices, { minLength: 1 })
        .map((some) => ({ swept: { type: 'categorical', choices: some } })),
    );
  }
  const range = fc
    .tuple(numberOf(one), numberOf(one))
    .map(([a, b]) => ({ type: one.type, low: Math.min(a, b), high: Math.max(a, b) }));
  return fc.oneof(
    numberOf(one).map((fixed) => ({ fixed })),
    range.map((swept) => ({ swept })),
    range.map((swept) => ({ swept: { ...swept, log: true } })),
    range.map((swept) => ({ swept: { ...swept, step: one.type === 'int' ? 2 : 0.25 } })),
    fc
      .array(numberOf(one), { minLength: 1, maxLength: 5 })
      .map((choices) => ({ swept: { type: 'categorical', choices: [...new Set(choices)] } })),
  );
}

/** Any study that the page accepts. @type {fc.Arbitrary<Study>} */
const anyStudy = fc
  .record({
    name: fc.constantFrom(...NAMES),
    question: fc.option(fc.oneof(fc.constantFrom(...NAMES), fc.string({ unit: 'grapheme', maxLength: 60 })), {
      nil: undefined,
    }),
    dataset: fc.record(
      {
        name: fc.constantFrom(...DATASETS.filter((one) => one.available && !isOwn(one)).map((one) => one.name)),
        seed: fc.maxSafeNat(),
        standardize: fc.boolean(),
        split: fc.constant({ train: 0.5, validation: 0.25, test: 0.25 }),
      },
      { requiredKeys: ['name'] },
    ),
    uses: fc.array(
      fc
        .constantFrom(...HYPERPARAMETERS)
        .chain((one) => usesOf(one).map((use) => /** @type {[string, any]} */ ([one.name, use]))),
      { maxLength: 10 },
    ),
    rest: fc.record(
      {
        sampler: fc.constantFrom(...SAMPLERS).map((name) => ({ name })),
        objective: fc.constant({ metric: 'validation_metric', direction: 'maximize' }),
        trials: fc.integer({ min: 1, max: 1000 }),
        seed: fc.maxSafeNat(),
        seeds_per_trial: fc.integer({ min: 1, max: 9 }),
        shared_seeds: fc.boolean(),
        record: fc.uniqueArray(
          fc.constantFrom('gradient_norm', 'weight_norm', 'update_ratio', 'dead_units', 'curvature'),
        ),
      },
      { requiredKeys: [] },
    ),
  })
  .map(({ name, question, dataset, uses, rest }) => {
    /** @type {any} */
    const study = { format: FORMAT, name, dataset, fixed: {}, space: {}, ...rest };
    if (question !== undefined) study.question = question;
    for (const [key, { fixed, swept }] of uses) {
      if (key in study.fixed || key in study.space) continue;
      if (swept) study.space[key] = swept;
      else if (fixed !== undefined) study.fixed[key] = fixed;
      // What the check does not accept together stays out.
      if (checkStudy(study)) for (const group of [study.fixed, study.space]) delete group[key];
    }
    return study;
  })
  .filter((study) => checkStudy(study) === null);

/** @param {any} study @returns {any} the same without prototypes and order, for comparing */
const plain = (study) => JSON.parse(JSON.stringify(withDefaults(study)));

/** @param {Study} study */
const linkOf = (study) => {
  const link = encodeLink({ study, view: 'sweep' });
  assert.ok(link);
  return link;
};

test('F2: a whole link gives the study back exactly, with its defaults, and ends in a letter or a digit', () => {
  const shown = /** @type {any} */ ({
    view: 'sweep',
    lang: 'ko',
    theme: 'dark',
    rows: 'all',
    scale: 1.25,
    controls: ['learning_rate', 'batch_size'],
    run: true,
  });
  check(
    fc.property(anyStudy, fc.subarray(Object.keys(shown)), (study, keys) => {
      const look = Object.fromEntries(keys.map((key) => [key, shown[key]]));
      const link = encodeLink({ study, ...look });
      if (link === null) return;
      assert.match(link, /^#v=1&s=\([!-~]+[a-z\d]$/);
      assert.ok(link.length <= LIMIT);
      const { state, skipped, newer, found } = quick(() => decodeLink(link));
      assert.deepEqual({ skipped, newer, found }, { skipped: [], newer: false, found: true });
      assert.deepEqual(state, { view: 'sweep', ...look, study: withDefaults(study) });
      assert.equal(encodeLink(state), link);
    }),
  );
});

test('F2: of a link cut anywhere each hyperparameter is read exactly or named as lost', () => {
  check(
    fc.property(
      anyStudy,
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.constantFrom('', '.', '…', '?', '"', '>'),
      (study, share, end) => {
        const link = linkOf(study);
        // The very link `#v=1` is one that earlier pages wrote.
        const at = Math.max(6, Math.floor(share * link.length));
        const { state, skipped } = quick(() => decodeLink(link.slice(0, at) + end));
        const lost = skipped.filter((one) => one.why === 'lost').map((one) => one.what);
        assert.deepEqual(
          skipped.filter((one) => one.why !== 'lost' && !/^view=[a-z]/.test(one.what)),
          [],
        );
        if (state.study) assert.equal(checkStudy(state.study), null);
        const given = plain(study);
        const read = state.study ? plain(state.study) : { fixed: {}, space: {} };
        for (const group of ['fixed', 'space'])
          for (const [name, value] of Object.entries(given[group])) {
            if (name in read[group]) assert.deepEqual(read[group][name], value);
            else
              assert.ok(
                lost.some((one) => one === `${group}.${name}` || one === group || one === 'study'),
                `${group}.${name}: ${lost}`,
              );
          }
        for (const group of ['fixed', 'space'])
          for (const name of Object.keys(read[group])) assert.ok(name in given[group]);
        for (const key of [
          'trials',
          'seed',
          'sampler',
          'objective',
          'seeds_per_trial',
          'shared_seeds',
          'record',
          'name',
          'question',
        ])
          if (!lost.includes('study') && !lost.includes(key)) assert.deepEqual(read[key], given[key], key);
        for (const [key, value] of Object.entries(given.dataset))
          if (!['study', 'dataset', `dataset.${key}`].some((one) => lost.includes(one)))
            assert.deepEqual(read.dataset[key], value, key);
      },
    ),
  );
});

test('F1, F2: a decimal comma is read as one, or what it stands in is named as lost', () => {
  check(
    fc.property(anyStudy, fc.boolean(), (given, isOld) => {
      const study = { ...given, question: '' };
      const link = isOld ? linkOf(study).replace('s=(', 's=').replace(')&', '&') : linkOf(study);
      const { state, skipped } = quick(() => decodeLink(link.replace(/(:-?\d+)\.(\d)/g, '$1,$2')));
      const [read, lost] = [plain(state.study), skipped.map((one) => one.what)];
      const whole = plain(study);
      for (const group of ['fixed', 'space', 'dataset'])
        for (const [name, value] of Object.entries(whole[group]))
          if (!lost.includes(`${group}.${name}`)) assert.deepEqual(read[group][name], value, `${group}.${name}`);
      for (const name of Object.keys(read.fixed)) assert.ok(name in whole.fixed);
    }),
  );
  const fixedOf = (/** @type {string} */ text) => decodeLink(`#v=1&s=dataset:(name:iris),fixed:(${text}),trials:5`);
  /** @type {[string, any, string[]][]} */
  const cases = [
    ['learning_rate:0,1', { learning_rate: 0.1 }, []],
    ['learning_rate:0,1,epochs:3', { learning_rate: 0.1, epochs: 3 }, []],
    ['epochs:3,learning_rate:1,5e-3', { epochs: 3, learning_rate: 0.0015 }, []],
    ['hidden:!(8,4),l2:0,001', { hidden: [8, 4], l2: 0.001 }, []],
    // As a decimal sign or between thousands.
    ['epochs:1,000,l2:0,5', { l2: 0.5 }, ['fixed.epochs']],
    ['learning_rate:0,1,2', {}, ['fixed.learning_rate']],
  ];
  for (const [text, fixed, lost] of cases) {
    const { state, skipped } = fixedOf(text);
    assert.deepEqual([state.study?.fixed ?? {}, state.study?.trials], [fixed, 5], text);
    assert.deepEqual(
      skipped.map(({ what, why }) => [what, why]),
      lost.map((what) => [what, 'lost']),
      text,
    );
  }
  assert.deepEqual(decodeLink('#v=1&s=(dataset:(name:iris),trials:1,000)').skipped, [{ what: 'trials', why: 'lost' }]);
});

/** What mail, chat and documents do to an address. @type {Record<string, (link: string) => string>} */
const MANGLERS = {
  'an entity': (link) => link.replaceAll('&', '&amp;'),
  'an entity of an entity': (link) => link.replaceAll('&', '&amp;amp;'),
  'a number for an entity': (link) => link.replaceAll('&', '&#38;'),
  'escaped as a whole': (link) => `#${encodeURIComponent(link.slice(1))}`,
  'escaped twice as a whole': (link) => `#${encodeURIComponent(encodeURIComponent(link.slice(1)))}`,
  'brackets escaped': (link) => link.replace(/[()!':,]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`),
  'brackets escaped twice': (link) =>
    link.replace(/[()!':,]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`).replaceAll('%', '%25'),
  'escapes escaped': (link) => link.replaceAll('%', '%25'),
  'lines of 76 signs': (link) => link.replace(/.{76}/g, '$&\r\n'),
  'soft breaks of quoted printable': (link) =>
    link.replace(/.{60}/g, '$&\n').replaceAll('=', '=3D').replaceAll('\n', '=\r\n'),
  'invisible signs after brackets': (link) => link.replace(/\)(?=[,)&])/g, ')%E2%80%8B'),
  'a full stop': (link) => `${link}.`,
  'the end of a sentence in brackets': (link) => `${link}).`,
  'a quotation mark': (link) => `${link}%22`,
  'an angle': (link) => `${link}%3E`,
  'a particle': (link) => `${link}${encodeURIComponent('를')}`,
};
for (const [name, mangle] of Object.entries(MANGLERS))
  test(`F2: a link is read through ${name}`, () => {
    fc.assert(
      fc.property(anyStudy, (study) => {
        // Escapes that only lie within a name cannot be told from a name that holds them, nor can invisible signs there.
        if (name.startsWith('invisible')) fc.pre(!`${study.name}${study.question}`.includes(')'));
        const { state, skipped } = quick(() => decodeLink(mangle(linkOf(study))));
        assert.deepEqual(skipped, []);
        assert.deepEqual(state, { study: withDefaults(study), view: 'sweep' });
      }),
      { numRuns: 400 },
    );
  });

test('F2: spaces within a study are not part of it', () => {
  const { state, skipped } = decodeLink(
    '#v=1&%20s=dataset:(na%20me:circle),%0A%20fixed:(learn ing_rate:0.0 1,epochs:3),name:%27a%20b%27,trials:1 2',
  );
  assert.deepEqual(skipped, []);
  assert.deepEqual(state.study, {
    format: FORMAT,
    dataset: { name: 'circle' },
    fixed: { learning_rate: 0.01, epochs: 3 },
    name: 'a b',
    trials: 12,
  });
});

test('F2: a link of an earlier page that lost its end loads what is there and names the rest', () => {
  const range = 'space:(learning_rate:(type:float,low:0.0001,high:0.1,log:!t';
  /** @type {[string, any, string[]][]} */
  const cases = [
    [
      `dataset:(name:iris),${range})`,
      { space: { learning_rate: { type: 'float', low: 0.0001, high: 0.1, log: true } } },
      ['space'],
    ],
    [
      `dataset:(name:iris),${range}`,
      { space: { learning_rate: { type: 'float', low: 0.0001, high: 0.1, log: true } } },
      ['space'],
    ],
    ['dataset:(name:iris),fixed:(optimizer:adam', { fixed: {} }, ['fixed.optimizer', 'fixed']],
    ['dataset:(name:iris),fixed:(optimizer:nesterov', { fixed: { optimizer: 'nesterov' } }, ['fixed']],
    ['dataset:(name:iris),fixed:(hidden:!(64,32', { fixed: {} }, ['fixed.hidden', 'fixed']],
    ['dataset:(name:iris', {}, ['dataset']],
    ['dataset:(name:iris),tri', {}, ['trials']],
  ];
  for (const [text, rest, lost] of cases) {
    const { state, skipped } = decodeLink(`#v=1&s=${text}`);
    assert.deepEqual(state.study, { format: FORMAT, dataset: { name: 'iris' }, ...rest }, text);
    assert.deepEqual(
      skipped,
      lost.map((what) => ({ what, why: 'lost' })),
      text,
    );
  }
  assert.equal(decodeLink('#v=1&run=1&s=dataset:(name:iris),space:(learning_rate:(type:flo').state.run, undefined);
});

test('F2: stages and a budget are kept by a cut behind them, and named by one within them', () => {
  const study = {
    ...startStudy(),
    trials: 12,
    stages: [
      { epochs: 3, trials: 6, shrink: 0.5 },
      { epochs: 9, trials: 6, shrink: 0.5 },
    ],
    budget: 5000,
  };
  const link = linkOf(/** @type {any} */ (study));
  const behind = decodeLink(link.slice(0, link.indexOf('space:') + 4));
  assert.deepEqual([behind.state.study?.stages, behind.state.study?.budget], [study.stages, 5000]);
  const within = decodeLink(link.slice(0, link.indexOf('epochs:9') + 4));
  assert.equal(within.state.study?.stages, undefined);
  assert.ok(within.skipped.some(({ what, why }) => what === 'stages' && why === 'lost'));
});

test('F2: whatever a link was cut to, it gives what can be read and names what it lost, or says that nothing is left', () => {
  fc.assert(
    fc.property(anyStudy, fc.boolean(), (study, isOld) => {
      const whole = isOld ? linkOf(study).replace('s=(', 's=') : linkOf(study);
      const swept = Object.keys(study.space ?? {}).length;
      for (let end = '#v=1&'.length; end < whole.length; end++) {
        const { state, skipped, found } = quick(() => decodeLink(whole.slice(0, end)));
        const isNothing = skipped.some((one) => one.what === 'study' && one.why === 'lost');
        assert.equal(found, true);
        if (!state.study)
          assert.deepEqual(isNothing ? [] : whole.slice(0, end), [], 'the reader is told that nothing is left');
        // Links of earlier pages may end anywhere between two keys, and leave out what is at its default.
        else if (swept && !isOld) {
          const left = Object.keys(state.study.space ?? {}).length;
          const isSaid = skipped.some(({ what, why }) => why === 'lost' && what.startsWith('space'));
          assert.ok(left > 0 || isSaid, `axes of ${whole.slice(0, end)}`);
        }
        if (isNothing) assert.deepEqual([state.study, skipped.length], [undefined, 1]);
      }
    }),
    { numRuns: 12 },
  );
});

test('one key that is not accepted costs no other', () => {
  check(
    fc.property(
      anyStudy,
      fc.constantFrom('fixed', 'space'),
      fc.constantFrom(...BY_NAME.keys()),
      fc.constantFrom(-3, 'x', null, {}, []),
      (study, group, name, bad) => {
        /** @type {any} */
        const broken = structuredClone(study);
        for (const one of ['fixed', 'space']) delete broken[one][name];
        const rest = structuredClone(broken);
        if (checkStudy(rest)) return;
        broken[group][name] = bad;
        if (!checkStudy(broken)) return;
        const { state, skipped } = quick(() => decodeLink(linkOf(broken)));
        assert.ok(skipped.some((one) => one.what === `${group}.${name}`));
        if (skipped.length === 1) assert.deepEqual(state.study && plain(state.study), plain(rest));
      },
    ),
  );
});

test('S1: any text is read at once, and nothing of it reaches a prototype', () => {
  const before = Object.getOwnPropertyNames(Object.prototype).sort();
  const piece = fc.constantFrom(
    '__proto__',
    'constructor',
    'toString',
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
    '%25',
    '%zz',
    '%E2%82',
    '&amp;',
    's=',
    's=(',
    'v=1',
    'fixed:(',
    'space:(',
    'learning_rate',
    '__proto__:(polluted:!t)',
    'dataset:(name:iris)',
    '1e999',
    'run=1',
    '\ud800',
    '<b>',
    '=3D',
    ' ',
    '%0A',
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.array(piece, { maxLength: 60 }).map((list) => `#v=1&s=${list.join('')}`),
  );
  check(
    fc.property(text, (hash) => {
      const { state, skipped } = quick(() => decodeLink(hash));
      if (state.study) assert.equal(checkStudy(state.study), null);
      for (const { what } of skipped) assert.ok(what.length <= 50);
      assert.deepEqual(decodeLink(encodeLink(state) ?? '#v=1').skipped, []);
    }),
  );
  const long = (/** @type {string} */ part) => part.repeat(LIMIT / part.length - 1);
  for (const part of [
    '(',
    '!(',
    "'",
    '!',
    '.',
    'a:1,',
    'a:(b:',
    '%25',
    '%',
    '&amp;',
    '&a=',
    '%26a',
    ' ',
    "'!",
    'fixed:(epochs:-1),',
    'x:%27',
    '=',
    '1',
    ').',
  ])
    for (const start of [
      '',
      '#v=1&s=',
      '#v=1&s=(',
      '#v=1&s=(space:(batch_size:(type:categorical,choices:!(',
      '#v=1&view=',
    ])
      quick(() => decodeLink((start + long(part)).slice(0, LIMIT)));
  assert.deepEqual(Object.getOwnPropertyNames(Object.prototype).sort(), before);
  assert.equal(/** @type {any} */ ({}).polluted, undefined);
});

test('a study without its defaults is the same study', () => {
  check(
    fc.property(anyStudy, (study) => {
      assert.deepEqual(plain(withoutDefaults(withDefaults(study))), plain(study));
    }),
  );
  assert.match(linkOf(startStudy()), /dataset:\(name:digits,samples:!n.*trials:64/);
});

test('F2: a link that lost a piece in its middle names what was lost, not what is left of it', () => {
  const link = linkOf(startStudy());
  const without = (/** @type {string} */ from, /** @type {string} */ to) => {
    const [a, b] = [link.indexOf(from), link.indexOf(to)];
    assert.ok(a > 0 && b > a, `${from} ${to}`);
    const { skipped, state } = decodeLink(link.slice(0, a) + link.slice(b));
    assert.ok(state.study && skipped.every(({ why }) => !/^un/.test(why)), JSON.stringify(skipped));
    return skipped.map(({ what }) => what);
  };
  assert.deepEqual(without('e:digits', 'oise:0'), ['dataset.name', 'dataset.samples', 'dataset.noise']);
  assert.deepEqual(without('ation:relu', ':adam'), ['fixed.activation']);
  assert.deepEqual(without('ing_rate', '_size:(type'), ['space.learning_rate', 'space']);
  assert.ok(without('objective', 'seeds_per').includes('objective'));
  assert.ok(without('(train:0.7', 'st:0.15').includes('dataset.split'));
  // A few letters may be read as a key that some later page has.
  const words = new Set([...BY_NAME.keys(), ...Object.keys(plain(startStudy())), 'split']);
  const [from, to] = [link.indexOf('s=(') + 3, link.indexOf('&view')];
  let [all, raw] = [0, 0];
  for (let at = from; at < to; at += 2)
    for (const long of [1, 8, 45]) {
      if (at + long > to) continue;
      all++;
      const { skipped } = quick(() => decodeLink(link.slice(0, at) + link.slice(at + long)));
      const isRaw = ({ what = '', why = '' }) => /^un/.test(why) && !words.has(what.split('.').at(-1) ?? '');
      if (skipped.some(isRaw)) raw++;
    }
  assert.ok(raw < all / 50, `${raw} of ${all}`);
});

test('a closed link is whole though it leaves out keys, and says what keys it has too many', () => {
  const { state, skipped } = decodeLink('#v=1&s=(dataset:(name:iris),trials:5)&run=1');
  assert.deepEqual({ skipped, run: state.run }, { skipped: [], run: true });
  // However many keys somebody writes by hand.
  const hand =
    '(dataset:(name:moons,seed:3),fixed:(epochs:5),space:(learning_rate:(type:float,low:0.01,high:1)),' +
    'pruner:(name:median),sampler:(name:tpe),objective:(metric:validation_metric),trials:9,seed:4,seeds_per_trial:2,' +
    'name:mine)';
  const own = decodeLink(`#v=1&s=${hand}`);
  assert.deepEqual([own.skipped, own.state.study?.trials, own.state.study?.name], [[], 9, 'mine']);
  const later = decodeLink(`${linkOf(startStudy()).replace('trials:', 'hologram:1,trials:')}&run=1`);
  assert.deepEqual(
    later.skipped.map((one) => one.what),
    ['hologram'],
  );
  assert.equal(later.state.run, true);
  assert.equal(decodeLink('#v=1&s=(dataset:(name:iris),trials:5&run=1').state.run, undefined);
});

/** @type {Record<string, (link: string) => string>} */
const DECODERS = {
  'a client that unescapes': (link) => decodeURIComponent(link),
  'a client that unescapes as forms do': (link) => decodeURIComponent(link.replaceAll('+', ' ')),
  'a client that unescapes twice': (link) => decodeURIComponent(decodeURIComponent(link)),
  Markdown: (link) => link.replace(/[_()!'*~[\]]/g, '\\$&'),
  JSON: (link) => link.replaceAll('&', '\\u0026'),
  'quoted mail': (link) => link.replace(/.{70}/g, '$&\n> '),
  'mail quoted twice': (link) => link.replace(/.{70}/g, '$&\r\n>> '),
};
for (const [name, decoder] of Object.entries(DECODERS))
  test(`F2: a link and its name are read through ${name}`, () => {
    for (const text of ['lr=0.1', 'a+b', '50%25 off', '50% off', 'a=b&c=d#e', 'C:\\x', '학습률 + 1', 'a_(b)*!']) {
      const study = { ...startStudy(), name: text };
      const { state, skipped } = decodeLink(decoder(linkOf(study)));
      assert.deepEqual([state.study?.name, skipped], [text, []], text);
    }
  });

test('quoted mail as a browser gives it: its lines joined, its signs escaped', () => {
  const { state, skipped } = decodeLink(
    '#v=1&s=(dataset:(na%3E%20me:iris),%3E%20fixed:(hidden\\_units:8),trials:5)&vi%3E%20ew=sweep',
  );
  assert.deepEqual(skipped, []);
  assert.deepEqual(state, {
    study: { format: FORMAT, dataset: { name: 'iris' }, fixed: { hidden_units: 8 }, trials: 5 },
    view: 'sweep',
  });
});

test('what is no link at all is named', () => {
  assert.deepEqual(decodeLink('#%%%%').skipped, [{ what: '%%%%', why: 'unreadable' }]);
  for (const nothing of ['', '#', '#.', '#)']) assert.deepEqual(decodeLink(nothing).skipped, [], nothing);
});

test('F2: a link that is cut within its own table has lost its data, which are nobody else’s file', () => {
  const text = `a,b,y\n${Array.from({ length: 30 }, (_, k) => `${k},${2 * k},${k % 2 ? 'u' : 'v'}`).join('\n')}`;
  const found = { task: 'classes', rows: 30, features: 2, classes: 2, digest: '0123456789abcdef' };
  const tables = /** @type {[Record<string, unknown>, string][]} */ ([
    [{ text, target: 'y' }, 'text'],
    [{ file: 'mine.csv', found }, 'found'],
  ]);
  for (const [own, within] of tables) {
    const link = String(
      encodeLink(/** @type {any} */ ({ study: { ...startStudy(), dataset: { name: 'csv', ...own } } })),
    );
    const { skipped, state } = decodeLink(link.slice(0, link.indexOf(`${within}:`) + 30));
    assert.equal(skipped.filter(({ what, why }) => what === 'dataset' && why === 'lost').length, 1);
    assert.deepEqual(
      skipped.filter(({ what, found: name }) => name || /^dataset\./.test(what)),
      [],
    );
    assert.notEqual(state.study?.dataset.name, 'csv');
  }
  // A link that nothing was cut from names data that are not here.
  assert.deepEqual(decodeLink('#v=1&s=dataset:(name:csv,seed:4),trials:7').skipped, [
    { what: 'dataset.name', why: 'missing', found: 'csv' },
  ]);
});
