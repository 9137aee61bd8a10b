import { LANDSCAPE } from './landscape.js';
import { MAP } from './map.js';
import { MODEL } from './model.js';
import { OPENING } from './opening.js';
import { RACE } from './race.js';
import { RANGE } from './range.js';
import { RUNS } from './runs.js';
import { SEARCH } from './search.js';
import { SHARE } from './share.js';

/** The commands of the whole page, and of views that are computed. */
export const MORE = {
  ...RUNS,
  ...LANDSCAPE,
  ...MODEL,
  ...RACE,
  ...RANGE,
  ...MAP,
  ...SHARE,
  ...SEARCH,
  ...OPENING,
};
