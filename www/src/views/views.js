import { defineLater } from '../platform/later.js';
import { defineView, firstView } from './define.js';
import * as sweep from './sweep/index.js';

/** The views that exist, in the order of their tabs. The first is there at once; others are loaded when opened. */
export const VIEWS = [
  firstView({ name: 'sweep', title: { en: 'Sweep', ko: '탐색' }, module: sweep }),
  defineView({
    name: 'trials',
    title: { en: 'Trials', ko: '시행' },
    load: () => import('./trials/index.js'),
  }),
  defineView({
    name: 'decide',
    title: { en: 'Search', ko: '탐색 과정' },
    load: () => import('./decide/index.js'),
  }),
  defineView({
    name: 'landscape',
    title: { en: 'Landscape', ko: '손실 지형' },
    load: () => import('./landscape/index.js'),
  }),
  defineView({
    name: 'race',
    title: { en: 'Race', ko: '경주' },
    load: () => import('./race/index.js'),
  }),
  defineView({
    name: 'map',
    title: { en: 'Map', ko: '지도' },
    load: () => import('./map/index.js'),
  }),
  defineView({
    name: 'model',
    title: { en: 'Model', ko: '모델' },
    load: () => import('./model/index.js'),
  }),
];

/** What opens over a view or beside it. */
defineLater('data', () => import('./data/index.js'));
defineLater('study', () => import('./study/opened.js'));
/** What is drawn at once, and not needed before anything else stands. */
defineLater('chips', () => import('./shell/tp-runs.js'));
defineLater('best', () => import('./sweep/tp-best.js'));
defineLater('table', () => import('./table/index.js'));
defineLater('schedules', () => import('./schedules/index.js'));
defineLater('picked', () => import('../study/picked.js'));
defineLater('filter', () => import('../study/filter.js'));
defineLater('progress', () => import('./progress/index.js'));
defineLater('search', () => import('./search/index.js'));
defineLater('scoring', () => import('./scoring/index.js'));
defineLater('test', () => import('./test/index.js'));
defineLater('bench', () => import('./bench/index.js'));
defineLater('opening', () => import('./opening/index.js'));
defineLater('runs', () => import('./runs/index.js'));
defineLater('lesson', () => import('./lesson/index.js'));
defineLater('keys', () => import('./keys/index.js'));
defineLater('hand', () => import('./hand/index.js'));
defineLater('range', () => import('./range/index.js'));
defineLater('ensemble', () => import('./ensemble/index.js'));
defineLater('sharpness', () => import('./sharpness/index.js'));
defineLater('notices', () => import('./notices/index.js'));
defineLater('share', () => import('./share/index.js'));
defineLater('present', () => import('./present/index.js'));
