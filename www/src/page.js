import './tuning-playground.js';
import { furnish } from './element/element.js';
import { learn } from './commands/commands.js';
import { MORE } from './commands/more.js';
import { bring } from './engine/asked.js';
import * as works from './engine/works.js';
import { WholePage } from './element/page.js';
import sheet from './element/styles/study.css?inline';

// The script of the whole page. The bundler leaves this file alone, so that all of it is one graph of modules: the
// page is handed in within the task that defines the element.
bring(works);
learn(MORE);
furnish({ WholePage, sheet });
