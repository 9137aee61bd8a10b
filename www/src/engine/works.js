/** What trains, and what follows trainings: guests on other pages load it when somebody asks for a run. */
export { Engine } from './engine.js';
export { Surfacing } from './surfacing.js';
