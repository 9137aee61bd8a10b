import { readFileSync } from 'node:fs';
import test from 'node:test';
import { assert, check, fc } from './numbers.js';
import { loadTexts, sentence, translate } from '../../www/src/i18n/i18n.js';
import { Later } from '../../www/src/platform/later.js';
import { HYPERPARAMETERS, scaleOf } from '../../www/src/study/hyperparameters.js';
import { listed, readRange, readValue, rescaled, textsOf } from '../../www/src/study/ranges.js';

/**
 * What the page says of bad input, for every row, fixed and swept, on every scale, in both languages: a sentence of
 * the reader's language and a fix that says what it does. That editors show it is a browser test (panel.spec.js).
 *
 * @typedef {import('../../www/src/study/hyperparameters.js').Hyperparameter} Hyperparameter
 * @typedef {import('../../www/src/study/ranges.js').ScaleName} ScaleName
 * @typedef {import('../../www/src/study/ranges.js').Texts} Texts
 */

const LANGUAGES = /** @type {const} */ (['en', 'ko']);
for (const lang of LANGUAGES) await loadTexts(lang);
// Editors bring words of their own.
const words = async (/** @type {string} */ lang) => ({
  default: JSON.parse(readFileSync(new URL(`../../www/src/views/study/${lang}.json`, import.meta.url), 'utf8')),
});
await new Later(async () => ({ texts: { en: () => words('en'), ko: () => words('ko') } })).open();

/** Rows whose editor has a field. */
const TYPED = HYPERPARAMETERS.filter((one) => one.available && !listed(one));

/** What people type, paste and let fall into a field. */
const BAD = ['', 'abc', '-5', '1e9999', 'NaN', '1e300', '0x', '<b>3</b>, "4"', '١٢٣', ' . ', '-1e300', '1,000', '0,1'];

/** The fields of a range, by scale. @type {Record<ScaleName, (keyof Texts)[]>} */
const FIELDS = { linear: ['low', 'high', 'step'], log: ['low', 'high'], log1m: ['low', 'high'], choices: ['choices'] };

/** The scales that a row's editor offers. @param {Hyperparameter} one */
const scalesOf = (one) =>
  /** @type {ScaleName[]} */ (Object.keys(FIELDS)).filter((scale) => scale !== 'log1m' || one.scale === 'log1m');

/** The reader's own words; the sentence around them is the page's. */
const OWN = { found: '…', one: '1', other: '2' };

/** A problem is said in either language, with fixes. @param {string} where @param {any} read */
function expectSaid(where, read) {
  for (const lang of LANGUAGES) {
    const problem = { ...read.problem, ...OWN };
    const said = sentence(lang, problem);
    const fixes = read.fixes.map((/** @type {any} */ fix) => translate(lang, fix.label, fix.values));
    assert.ok(fixes.length, `${where}: a fix`);
    for (const text of [said, ...fixes]) {
      assert.match(text, /\S\s+\S|^\S+$/, where);
      assert.doesNotMatch(
        text,
        /\{\w+\}|undefined|null|NaN|\(int\)|<=|\.\. |^(fix|problem|accepted)\./,
        `${where}: ${text}`,
      );
    }
    assert.match(said, /\S+ .*\S+/s, `${where}: a sentence`);
    assert.equal(/[가-힣]/.test(said), lang === 'ko', `${where}: ${said}`);
  }
}

/** Calls for each field of each row's editor and each scale; `''` where the row is not swept.
 * @param {(one: Hyperparameter, scale: ScaleName | '', field: keyof Texts) => void} act */
function eachField(act) {
  for (const one of TYPED) {
    act(one, '', 'value');
    for (const scale of one.sweep ? scalesOf(one) : []) for (const field of FIELDS[scale]) act(one, scale, field);
  }
}

/** What an editor that has just been opened says once a field has another text.
 * @param {Hyperparameter} one @param {ScaleName | ''} scale @param {keyof Texts} field @param {string} text
 * @returns {any} */
function answer(one, scale, field, text) {
  if (!scale) return readValue(one, text, undefined);
  const range = /** @type {import('../../www/src/study/types.js').Distribution} */ (one.sweep);
  const texts = scale === scaleOf(range) ? textsOf(one, range, null) : rescaled(one, range, scale);
  return readRange(one, scale, { ...texts, [field]: text }, range);
}

test('every row answers bad input with a sentence and a fix, fixed and swept, on every scale', () => {
  let fields = 0;
  let bad = 0;
  eachField((one, scale, field) => {
    fields += 1;
    for (const text of BAD) {
      const read = answer(one, scale, field, text);
      if (!read.problem) continue;
      bad += 1;
      expectSaid(`${one.name} ${scale} ${field} “${text}”`, read);
    }
  });
  assert.ok(fields > 200, `${fields} fields`);
  assert.ok(bad > 8 * fields, `${bad} bad inputs of ${fields} fields`);
});

test('whatever is typed is answered in both languages', () => {
  /** @type {[Hyperparameter, ScaleName | '', keyof Texts][]} */
  const all = [];
  eachField((...field) => void all.push(field));
  const text = fc.oneof(fc.string({ maxLength: 12 }), fc.double().map(String), fc.constantFrom(...BAD));
  check(
    fc.property(fc.constantFrom(...all), text, ([one, scale, field], typed) => {
      const read = answer(one, scale, field, typed);
      if (read.problem) expectSaid(`${one.name} ${scale} ${field} “${typed}”`, read);
    }),
  );
});
