import test from 'node:test';
import {
  CLASSES,
  MOST_POINTS,
  STARTERS,
  counts,
  dot,
  erased,
  isEnough,
  stroke,
  tableOf,
} from '../../www/src/views/data/drawing.js';
import { calledBy, inLink, reportWords, saidOf } from '../../www/src/views/data/report.js';
import { DATASETS, datasetOf, taskOf } from '../../www/src/study/hyperparameters.js';
import { Store } from '../../www/src/state/store.js';
import { switched, withDataset } from '../../www/src/study/panel.js';
import { decodeLink, encodeLink } from '../../www/src/study/link.js';
import { FORMAT, readStudy } from '../../www/src/study/study.js';
import { assert, fc } from './numbers.js';

const found = {
  task: /** @type {const} */ ('numbers'),
  rows: 442,
  features: 7,
  classes: 0,
  digest: '0123456789abcdef',
};
const dataset = {
  name: 'csv',
  file: 'heights.csv',
  target: 'height',
  columns: { name: /** @type {const} */ ('ignored') },
  found,
};

const place = fc.double({ min: -3, max: 3, noNaN: true });
const spot = fc.tuple(place, place);

test('what is drawn lies in the square, is bounded, and is a table that the engine reads', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(spot, spot, fc.nat(CLASSES - 1)), { maxLength: 80 }), (strokes) => {
      /** @type {import('../../www/src/views/data/drawing.js').Point[]} */
      let points = [];
      for (const [from, to, of] of strokes) points = stroke(points, from, to, of);
      assert.ok(points.length <= MOST_POINTS);
      assert.ok(points.every(({ x, y }) => Math.abs(x) <= 1 && Math.abs(y) <= 1));
      assert.equal(
        counts(points).reduce((a, b) => a + b, 0),
        points.length,
      );
      const lines = tableOf(points).trimEnd().split('\n');
      assert.equal(lines.length, points.length + 1);
      for (const line of lines.slice(1)) assert.match(line, /^-?\d(\.\d+)?,-?\d(\.\d+)?,[abcd]$/);
    }),
  );
});

test('the eraser takes what is near and nothing else', () => {
  const points = [dot(0, 0, 0), dot(0.05, 0, 1), dot(0.5, 0.5, 1)];
  assert.deepEqual(erased(points, [0, 0]), [points[2]]);
  assert.deepEqual(erased(points, [-0.9, 0.9]), points);
});

test('each drawing to start from can be used at once, and goes with its study', () => {
  for (const make of Object.values(STARTERS)) {
    const points = make();
    assert.ok(isEnough(points));
    assert.ok(Math.min(...counts(points).slice(0, 2)) > points.length / 12);
    assert.ok(inLink(tableOf(points)));
    const study = { format: FORMAT, dataset: { name: 'csv', text: tableOf(points), found } };
    const link = String(encodeLink({ study }));
    assert.deepEqual(decodeLink(link).state.study?.dataset.text, tableOf(points));
  }
  assert.ok(!isEnough([]));
  assert.ok(!isEnough(Array.from({ length: 20 }, () => dot(0, 0, 0))));
  assert.ok(!inLink(null) && !inLink('\ud800') && !inLink('x'.repeat(9000)));
});

test('a study of own data is what was found in them, and lets go of that with another data set', () => {
  const study = { format: FORMAT, dataset };
  assert.equal(taskOf(study), 'numbers');
  assert.deepEqual([datasetOf(study)?.rows, datasetOf(study)?.features], [442, 7]);
  assert.deepEqual(withDataset(dataset, 'iris'), { name: 'iris' });
  assert.deepEqual(switched({ format: FORMAT, dataset: { name: 'iris', seed: 3 } }, 'csv', dataset).study.dataset, {
    seed: 3,
    ...dataset,
  });
  const classes = { format: FORMAT, dataset: { name: 'iris' }, fixed: { loss: 'cross_entropy' } };
  assert.equal(switched(classes, 'csv', dataset).loss, 'cross_entropy');
  assert.ok('study' in readStudy(study));
  const link = String(encodeLink({ study }));
  assert.deepEqual(decodeLink(link).state.study?.dataset.found, found);
  assert.deepEqual(decodeLink(link).state.study?.dataset.columns, dataset.columns);
  assert.deepEqual(decodeLink(link).skipped, []);
});

test('a link to own data that was cut names what it lost', () => {
  const link = String(encodeLink({ study: { format: FORMAT, dataset } }));
  for (let at = 1; at < link.length; at++) {
    const { state } = decodeLink(link.slice(0, at));
    if (state.study) assert.ok('study' in readStudy(state.study), link.slice(0, at));
  }
});

test('what is left to the reader is not said', () => {
  assert.deepEqual(saidOf({ target: undefined, missing: 'mean', header: false }), { header: false });
  assert.deepEqual(saidOf({ missing: 'drop' }), { missing: 'drop' });
});

test('the words of a table say what is left out', () => {
  const words = (/** @type {string} */ key, /** @type {any} */ values) => `${key} ${JSON.stringify(values)}`;
  const column = { numbers: 0, missing: 0, distinct: 3, min: null, max: null, first_text: null, is_target: false };
  const columns = [{ ...column, name: 'note', kind: /** @type {const} */ ('ignored'), texts: 9 }];
  const read = {
    report: { rows: 20, used: 15, without_target: 2, features: 1, fault: null, columns, target: 'y' },
    found,
    preview: null,
    encoding: 'euc-kr',
  };
  const text = reportWords(read, [{ name: 'a.csv' }], words);
  for (const part of ['own.found.table', 'without {"n":"2"', 'dropped {"n":"3"}', 'left {"names":"note"}', 'EUC-KR'])
    assert.ok(text.includes(part), text);
});

test('names that occur twice and columns without one are said, the target among them', () => {
  const words = (/** @type {string} */ key, /** @type {any} */ values) => `${key} ${JSON.stringify(values)}`;
  const column = { texts: 0, numbers: 9, missing: 0, distinct: 3, min: 0, max: 1, first_text: null, is_target: false };
  const columnsOf = (/** @type {string[]} */ names) =>
    names.map((name) => ({ ...column, name, kind: /** @type {const} */ ('number') }));
  assert.deepEqual(calledBy(columnsOf(['a', 'y', 'y_2', 'column_4', 'y_3', 'a_7', 'b_2'])), {
    same: ['y_2', 'y_3'],
    unnamed: ['column_4'],
  });
  assert.deepEqual(calledBy(columnsOf(['x_1', 'x_2', 'x_3', 'column_5'])), { same: [], unnamed: [] });
  const said = (/** @type {string} */ target, header = true) => {
    const columns = columnsOf(['y', 'x', 'y_2', 'column_4']);
    const report = { rows: 9, features: 3, fault: null, columns, target, header };
    return reportWords({ report, found, preview: null, encoding: 'utf-8' }, [{ name: 'a.csv' }], words);
  };
  for (const part of ['own.found.same {"names":"y_2"}', 'own.found.same_target {"name":"y"}', 'column_4'])
    assert.ok(said('y').includes(part), said('y'));
  assert.ok(!said('x').includes('same_target') && !said('y_2').includes('same_target'));
  assert.ok(!said('y', false).includes('own.found.same'));
});

test('what not every study has stands before what every study has, so that a cut link names it', () => {
  const study = { format: FORMAT, dataset: { name: 'moons' }, evaluate_every: 3, budget: 900, question: 'why' };
  const link = String(encodeLink({ study }));
  for (const key of ['evaluate_every', 'budget']) assert.ok(link.indexOf(key) < link.indexOf('space:'), link);
  assert.equal(decodeLink(link).state.study?.evaluate_every, 3);
});

test('own data are called by their file, also where the study has their text in it', () => {
  const found = { task: 'classes', rows: 12, features: 2, classes: 2, class_rows: [6, 6], digest: '00000000000000ab' };
  const study = /** @type {any} */ ({ format: '', dataset: { name: 'csv', text: 'a,b,c', found } });
  // Nobody knows what somebody else's table is called.
  const store = new Store();
  assert.equal(store.dataName(study), DATASETS.find((one) => one.name === 'csv')?.label[store.lang]);
  store.slices.study.tableNames.set(found.digest, 'birds.csv');
  assert.equal(store.dataName(study), 'birds.csv');
  const { text: _, ...dataset } = study.dataset;
  assert.equal(store.dataName({ ...study, dataset: { ...dataset, file: 'fish.csv' } }), 'fish.csv');
});
