import { TuningPlayground } from './element/element.js';

const NAME = 'tuning-playground';
const first = /** @type {typeof TuningPlayground | undefined} */ (customElements.get(NAME));
if (!first) customElements.define(NAME, TuningPlayground);
// Elements are made of one version throughout: of this script nothing is defined.
else if (first.version !== TuningPlayground.version)
  void import('./element/second.js').then(({ tell }) => tell(first.version, TuningPlayground.version));

export { TuningPlayground };
