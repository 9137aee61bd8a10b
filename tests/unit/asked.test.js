import test from 'node:test';
import { SEEDS, axesOf, mapFromWords, mapWords, rangeOf } from '../../www/src/study/map.js';
import { startStudy } from '../../www/src/study/study.js';
import { PARTS, strayIn } from '../../www/src/views/decide/asked.js';
import { askedOf } from '../../www/src/views/map/asked.js';
import { partOf } from '../../www/src/study/map.js';
import { assert, fc } from './numbers.js';

/** What a link asks of a view: what cannot be had is told, and all else is shown as it was asked for. */

const STUDY = startStudy();
const codes = (/** @type {string} */ text) => askedOf(STUDY, text).problems.map(({ code }) => code.slice(9));
const words = (/** @type {string} */ text) => askedOf(STUDY, text).words;

test('what is wrong with the map of a link is told by its piece, and all else stays', () => {
  for (const [text, told, shown] of /** @type {[string, string, string][]} */ ([
    ['learning_rate,dropout,16', '', 'learning_rate,dropout,16'],
    ['learning_rate,seeds,32', '', 'learning_rate,seeds,32'],
    ['nope,dropout,16', 'axis', 'learning_rate,dropout,16'],
    ['learning_rate,nope,64,0.001,0.01', 'axis', 'learning_rate,dropout,64,0.001,0.01'],
    ['nope,dropout,16,0.001,0.01,0.1,0.2', 'axis', 'learning_rate,dropout,16,,,0.1,0.2'],
    ['seeds,learning_rate,16', 'axis', 'dropout,learning_rate,16'],
    ['dropout,dropout,16', 'twice', 'dropout,learning_rate,16'],
    ['learning_rate,dropout,17', 'size', 'learning_rate,dropout,16'],
    ['learning_rate,dropout,999,0.001,0.01', 'size', 'learning_rate,dropout,512,0.001,0.01'],
    ['learning_rate,dropout,16,5,1', 'ends', 'learning_rate,dropout,16,5,1'],
    ['learning_rate,dropout,16,-5,1', 'ends', 'learning_rate,dropout,16,-5,1'],
    ['learning_rate,dropout,16,0.001', 'ends', 'learning_rate,dropout,16,0.001'],
    ['learning_rate,dropout,16,,,0.5,7', 'ends', 'learning_rate,dropout,16,,,0.5,7'],
    ['learning_rate,seeds,16,,,1,2', 'ends', 'learning_rate,seeds,16,,,1,2'],
    ['nope,nope,17,1,2', 'axis axis size', 'learning_rate,dropout,16,,'],
  ])) {
    assert.equal(codes(text).join(' '), told, text);
    assert.equal(words(text), shown, text);
    assert(mapFromWords(STUDY, words(text)), text);
  }
  const [{ found, shown, list }] = askedOf(STUDY, 'nope,dropout,16').problems;
  assert.deepEqual([found, shown, list], ['nope', 'learning_rate', axesOf(STUDY)]);
});

test('of the maps that the page writes nothing is told', () => {
  const able = axesOf(STUDY);
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(fc.nat(999), fc.nat(999), share, share, (a, b, from, to) => {
      const x = able[a % able.length];
      const y = [...able, SEEDS].filter((name) => name !== x)[b % able.length];
      const ranges = /** @type {any} */ ({
        x: partOf(x, /** @type {any} */ (rangeOf(STUDY, x)), Math.min(from, to), Math.max(from, to)),
        y: y === SEEDS ? null : rangeOf(STUDY, y),
      });
      const text = mapWords(STUDY, { x, y, size: 64 }, ranges);
      assert.deepEqual(askedOf(STUDY, text), { words: text, problems: [] });
    }),
  );
});

test('whatever a link asks of a map, one can be laid out', () => {
  const word = fc.constantFrom(
    'learning_rate',
    'dropout',
    'seeds',
    'hidden',
    'optimizer',
    'epochs',
    '',
    'nope',
    '7',
    '1e9',
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 9 }), (some) => {
      const { words: made, problems } = askedOf(STUDY, some.join());
      assert(problems.length <= 4);
      assert(made === '' || mapFromWords(STUDY, made) !== null, made);
    }),
  );
});

test('of the words of a search the first one that says nothing is named', () => {
  for (const part of PARTS) assert.equal(strayIn(part), null);
  for (const [text, stray] of /** @type {[string, string | null][]} */ ([
    ['belief,gp,learning_rate,dropout,0.5,12', null],
    ['belief,tpe,,,,3', null],
    ['zzz', 'zzz'],
    ['belief,zzz', 'zzz'],
    ['belief,gp,nope', 'nope'],
    ['belief,gp,learning_rate,,11', '11'],
    ['belief,gp,learning_rate,,,2.5', '2.5'],
    ['belief,gp,learning_rate,,,2,9', '9'],
    ['rungs,gp', 'gp'],
  ]))
    assert.equal(strayIn(text), stray, text);
});
