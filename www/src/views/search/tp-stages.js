import { html, nothing } from 'lit';
import { Part, define } from '../../controls/part.js';
import { stagesOf } from '../../study/stages.js';

/** The stages of the run shown, from coarse to fine: pressed, one shows its trials and the box that they came from. */
export class TpStages extends Part {
  /** @type {import('../../state/store.js').Topic[]} */
  static topics = ['trials', 'brush', 'run'];

  render() {
    const { store } = this;
    const stages = store.trials.size ? stagesOf(store.shownStudy, store.trials) : [];
    if (!stages.length) return nothing;
    return html`<nav class="best stages-bar" aria-label=${this.t('stages')} data-testid="stage-bar">${stages.map(
      (stage, k) => {
        const { first, end, epochs } = stage;
        const isShown = store.stage?.first === first;
        return html`${k ? html`<span aria-hidden="true">›</span>` : nothing}<button type="button"
          class="btn ${isShown ? 'on' : ''}" data-testid="show-stage-${k + 1}" aria-pressed=${isShown}
          title=${this.t('stages.show')}
          @click=${() => this.act('show_stage', isShown ? null : { stage, number: k + 1 })}>${this.t('stages.said', {
            number: k + 1,
            trials: end - first,
            epochs,
          })}</button>`;
      },
    )}</nav>`;
  }
}

define('tp-stages', TpStages);
