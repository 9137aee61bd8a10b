import { TuningPlayground } from './element/element.js';

if (!customElements.get('tuning-playground')) customElements.define('tuning-playground', TuningPlayground);

export { TuningPlayground };
