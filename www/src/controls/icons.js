import { html, svg } from 'lit';

const PATHS = {
  lock: svg`<rect x="3" y="6.5" width="8" height="5.5" rx="1"/><path d="M4.8 6.5V4.6a2.2 2.2 0 0 1 4.4 0v1.9"/>`,
  unlock: svg`<rect x="3" y="6.5" width="8" height="5.5" rx="1"/><path d="M4.8 6.5V4.4a2.2 2.2 0 0 1 4.2-.9"/>`,
  theme: svg`<circle cx="7" cy="7" r="4.6"/><path d="M7 2.4a4.6 4.6 0 0 1 0 9.2Z" fill="currentColor"/>`,
  light: svg`<circle cx="7" cy="7" r="2.6"/><path
    d="M7 1.2v1.4M7 11.4v1.4M1.2 7h1.4M11.4 7h1.4M2.9 2.9l1 1M10.1 10.1l1 1M11.1 2.9l-1 1M3.9 10.1l-1 1"/>`,
  dark: svg`<path d="M11.4 8.6A4.9 4.9 0 0 1 5.4 2.6a4.9 4.9 0 1 0 6 6Z"/>`,
  play: svg`<path d="M4 2.8v8.4L11 7Z" fill="currentColor"/>`,
  pause: svg`<path d="M4.5 3v8M9.5 3v8" stroke-width="2.2"/>`,
  earlier: svg`<path d="M9.6 3 5.6 7l4 4M3.4 3v8"/>`,
  later: svg`<path d="M4.4 3l4 4-4 4M10.6 3v8"/>`,
  replay: svg`<path d="M3.4 4.4A4.4 4.4 0 1 1 2.6 7.6M3.2 1.8v2.8H6"/><path d="M6 5.2v4L9 7.2Z" fill="currentColor"/>`,
  stop: svg`<rect x="3.4" y="3.4" width="7.2" height="7.2" fill="currentColor"/>`,
  undo: svg`<path d="M5 3.2 2.6 5.6 5 8"/><path d="M2.8 5.6h5a3 3 0 0 1 0 6H6"/>`,
  redo: svg`<path d="m9 3.2 2.4 2.4L9 8"/><path d="M11.2 5.6h-5a3 3 0 0 0 0 6H8"/>`,
  reset: svg`<path d="M3.4 4.4A4.4 4.4 0 1 1 2.6 7.6"/><path d="M3.2 1.8v2.8H6"/>`,
  close: svg`<path d="m3.5 3.5 7 7M10.5 3.5l-7 7"/>`,
  table: svg`<rect x="2" y="2.8" width="10" height="8.4"/><path d="M2 5.8h10M2 8.5h10M5.6 5.8v5.4"/>`,
  dice: svg`<rect x="2.4" y="2.4" width="9.2" height="9.2" rx="1.4"/><path d="M5 5v.01M9 9v.01M9 5v.01M5 9v.01"
    stroke-width="1.8"/>`,
  box: svg`<path
    d="M2.4 4.6V2.4h2.2M9.4 2.4h2.2v2.2M11.6 9.4v2.2H9.4M4.6 11.6H2.4V9.4
    M6.2 2.4h1.6M6.2 11.6h1.6M2.4 6.2v1.6M11.6 6.2v1.6"/>`,
  share: svg`<path d="M6 8.4a2.4 2.4 0 0 0 3.4 0l2.2-2.2a2.4 2.4 0 0 0-3.4-3.4l-.8.8"/><path
    d="M8 5.6a2.4 2.4 0 0 0-3.4 0L2.4 7.8a2.4 2.4 0 0 0 3.4 3.4l.8-.8"/>`,
  menu: svg`<circle cx="2.8" cy="7" r="1" fill="currentColor"/><circle cx="7" cy="7" r="1" fill="currentColor"/><circle
    cx="11.2" cy="7" r="1" fill="currentColor"/>`,
  save: svg`<path d="M7 2v6.4M4.4 6 7 8.6 9.6 6M2.4 9.4v2.2h9.2V9.4"/>`,
  pin: svg`<path d="M5 2h4M5.8 2v4L4 8.2h6L8.2 6V2M7 8.2V12"/>`,
  filter: svg`<path d="M2 3h10L8.2 7.4V11l-2.4 1V7.4Z"/>`,
  columns: svg`<rect x="2" y="2.8" width="10" height="8.4"/><path d="M5.4 2.8v8.4M8.7 2.8v8.4"/>`,
  progress: svg`<path d="M2 2.4h3v3.4h3.4v3h3.2v2.8"/>`,
  done: svg`<path d="m2.8 7.4 2.8 2.8 5.6-6.4"/>`,
  keys: svg`<rect x="1.4" y="3.6" width="11.2" height="6.8" rx="1"/><path d="M4 6v.01M7 6v.01M10 6v.01M4.6 8.2h4.8"/>`,
};

/** @param {keyof typeof PATHS} name */
export const icon = (name) => html`<svg class="i" viewBox="0 0 14 14" aria-hidden="true">${PATHS[name]}</svg>`;

export const logo = html`<svg width="22" height="22" viewBox="0 0 22 22" fill="none" aria-hidden="true">
  <ellipse cx="11" cy="11" rx="10" ry="7.2" stroke="currentColor" stroke-width="1.2" transform="rotate(-24 11 11)"
    opacity=".45"/>
  <ellipse cx="11.6" cy="11.4" rx="6.4" ry="4.3" stroke="currentColor" stroke-width="1.3"
    transform="rotate(-24 11.6 11.4)" opacity=".75"/>
  <circle cx="12.4" cy="12" r="2.1" fill="var(--accent)"/></svg>`;

/** A trial's state as a small mark. @param {string} state */
export function stateMark(state) {
  const mark =
    state === 'complete'
      ? svg`<circle cx="5" cy="5" r="3.6" fill="var(--ink)"/>`
      : state === 'diverged'
        ? svg`<path d="M1.8 1.8 8.2 8.2M8.2 1.8 1.8 8.2" stroke="var(--ink)" stroke-width="1.5"/>`
        : state === 'running'
          ? svg`<circle cx="5" cy="5" r="3.6" fill="none" stroke="var(--ink)" stroke-width="1.3"/><path
            d="M5 1.4a3.6 3.6 0 0 1 0 7.2Z" fill="var(--ink)"/>`
          : state === 'next'
            ? svg`<circle cx="5" cy="5" r="2.4" fill="none" stroke="var(--ink)" stroke-width="1.1"/>`
            : state === 'queued'
              ? svg`<circle cx="5" cy="5" r="1.4" fill="var(--mark)"/>`
              : svg`<circle cx="5" cy="5" r="3.4" fill="none" stroke="var(--ink)" stroke-width="1.3"
              stroke-dasharray=${state === 'cancelled' ? '2.5 2' : 'none'}/>${
                state === 'untrained'
                  ? svg`<path d="M3 5h4" stroke="var(--ink)"
                    stroke-width="1.3"/>`
                  : ''
              }`;
  return html`<svg viewBox="0 0 10 10" aria-hidden="true">${mark}</svg>`;
}
