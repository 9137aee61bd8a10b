import { html, nothing } from 'lit';
import { verdictOf } from './goals.js';
import { isReached } from './progress.js';

/**
 * What came of a step, once its goals are reached.
 * @param {import('../../controls/part.js').Part} part whose language it is in
 * @param {import('./read.js').Step} step
 * @param {import('./read.js').StepWords} own
 * @param {import('./progress.js').StepProgress} progress
 * @param {(text: string) => string} say
 */
export function revealed(part, step, own, progress, say) {
  if (!own.reveal.length || (step.goals.length && !isReached(step, progress))) return nothing;
  const told = verdictOf(step, own, progress);
  return html`<div class="reveal" data-testid="reveal">
    ${told ? html`<p><b>${part.t(...told)}</b></p>` : nothing}
    ${own.reveal.map((text) => html`<p>${say(text)}</p>`)}</div>`;
}
