import './bench/tp-bench.js';
import '../controls/tp-editor.js';
import './keys/tp-keys.js';
import './test/tp-test-drawer.js';

/** Parts that are not there until they are opened, loaded together when the first of them is asked for. */
export { fits, missing } from '../study/find.js';
