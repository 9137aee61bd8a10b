/** What trains: guests on other pages load it when somebody asks for a run. */
export { Engine } from './engine.js';
