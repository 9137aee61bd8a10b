import { svg } from 'lit';

/** Marks for keys, of 10 × 10. */
export const SIGNS = {
  dot: svg`<circle cx="5" cy="5" r="3.4" fill="var(--ink-2)"></circle>`,
  ring: svg`<circle cx="5" cy="5" r="3" fill="none" stroke="var(--mark)" stroke-width="1.4"></circle>`,
  next: svg`<path d="M0,1h10l-5,8z" fill="var(--ink)"></path>`,
  spot: svg`<path d="M0,5h3M7,5h3M5,0v3M5,7v3" stroke="var(--ink)" stroke-width="1.4"></path>`,
  half: svg`<path d="M1,7a4,4 0 0 1 8,0z" fill="var(--mark)"></path>`,
  cross: svg`<path d="M2,2l6,6M2,8l6,-6" stroke="var(--mark)" stroke-width="1.5"></path>`,
  diamond: svg`<path d="M5,0l5,5l-5,5l-5,-5z" fill="var(--ink)"></path>`,
  square: svg`<rect x="1" y="1" width="8" height="8" fill="none" stroke="var(--ink)" stroke-width="2"></rect>`,
  dotted: svg`<path d="M0,5h10" stroke="var(--ink-3)" stroke-dasharray="2 2" stroke-width="1.4"></path>`,
  went: svg`<circle cx="5" cy="5" r="3.6" fill="var(--ink-2)"></circle>`,
};
