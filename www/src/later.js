import './components/tp-bench.js';
import './components/tp-editor.js';
import './components/tp-keys.js';
import './components/tp-test-drawer.js';

/** Parts that are not there until they are opened, loaded together when the first of them is asked for. */
export { fits, missing } from './find.js';
