import { load } from 'tuning-playground';

const TuningPlayground = await load();
const element = document.createElement('tuning-playground');
element.backend = 'cpu';
element.style.cssText = 'display: block; height: 420px';
document.body.append(element);
document.body.dataset.made = String(element instanceof TuningPlayground);
