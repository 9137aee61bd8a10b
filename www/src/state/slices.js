import { LandscapeSlice } from './landscape.js';
import { LookSlice } from './look.js';
import { MapSlice } from './map.js';
import { MessagesSlice } from './messages.js';
import { ModelSlice } from './model.js';
import { OpeningSlice } from './opening.js';
import { RaceSlice } from './race.js';
import { RunSlice } from './run.js';
import { SelectionSlice } from './selection.js';
import { ShelfSlice } from './shelf.js';
import { StudySlice } from './study.js';
import { TestSlice } from './test.js';
import { TrialsSlice } from './trials-slice.js';

/** @typedef {ReturnType<typeof slicesOf>} Slices */

/** The state's slices; each knows those before it. @param {import('./types.js').Touch} mark */
export function slicesOf(mark) {
  const look = new LookSlice(mark);
  const run = new RunSlice(mark);
  const messages = new MessagesSlice(mark, run);
  const test = new TestSlice(mark);
  const study = new StudySlice(mark, test, messages);
  const trials = new TrialsSlice(mark, study, run);
  const selection = new SelectionSlice(mark, study, trials);
  const landscape = new LandscapeSlice(mark);
  const model = new ModelSlice(mark);
  const race = new RaceSlice(mark);
  const map = new MapSlice(mark);
  const shelf = new ShelfSlice(mark);
  const opening = new OpeningSlice(mark);
  return { look, run, messages, test, study, trials, selection, landscape, model, race, map, shelf, opening };
}
