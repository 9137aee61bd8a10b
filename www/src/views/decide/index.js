import { html } from 'lit';
import { Part, define } from '../../controls/part.js';
import { segmented } from '../../controls/segmented.js';
import { PARTS, strayIn } from './asked.js';
import { Contest } from './contest.js';
import { Mind } from './mind.js';
import { Pruning } from './pruning.js';
import './tp-duel.js';
import './tp-pruning.js';
import './tp-surrogate.js';
import sheet from './style.css?inline';

/** What was looked at, worked out and trained stays while the reader is in other views.
 * @typedef {{runs: number, mind: Mind, pruning: Pruning, contest: Contest}} Kept
 * @type {WeakMap<import('../../state/store.js').Store, Kept>} */
const KEPT = new WeakMap();

/** @param {import('../../state/store.js').Store} store */
function keptOf(store) {
  const { runs } = store;
  const kept = KEPT.get(store) ?? {
    ...{ runs, mind: new Mind(store), pruning: new Pruning(store), contest: new Contest(store) },
  };
  KEPT.set(store, kept);
  if (kept.runs !== runs) {
    // Another run has other trials: nothing of a game is left.
    kept.runs = runs;
    kept.mind.leave();
    Object.assign(kept.mind, { upTo: null, told: null, shown: '' });
    kept.pruning.forget();
  }
  return kept;
}

/** How the study's search decides. */
export class TpDecide extends Part {
  static sheet = sheet;
  /** @type {import('../../state/store.js').Topic[]} */
  static topics = ['study', 'run', 'trials'];

  constructor() {
    super();
    /** @type {(typeof PARTS)[number] | null} null for what suits the study */ this.chosen = null;
    /** @private @type {Mind | null} */ this.mind = null;
    /** @private @type {Pruning | null} */ this.pruning = null;
    /** @private @type {Contest | null} */ this.contest = null;
    /** @private the words that it has taken from a link, or told */ this.words = '';
  }

  /** @returns {(typeof PARTS)[number]} */
  get shows() {
    const { pruner, sampler } = this.store.shownStudy;
    const isPruned = (pruner?.name ?? 'none') !== 'none' && !['gp', 'tpe'].includes(sampler?.name ?? '');
    return this.chosen ?? (isPruned ? 'rungs' : 'belief');
  }

  /** @param {import('lit').PropertyValues} changed */
  willUpdate(changed) {
    super.willUpdate(changed);
    const { store } = this;
    Object.assign(this, keptOf(store));
    if (store.decide !== this.words) this.read(store.decide);
  }

  /** @private @param {string} words */
  read(words) {
    this.words = words;
    const [part, ...rest] = words.split(',');
    this.chosen = PARTS.find((one) => one === part) ?? this.chosen;
    if (part === 'belief') this.mind?.read(rest.join(','));
    const found = words && strayIn(words);
    if (!found) return void this.act('dismiss', 'link_decide');
    const problem = { code: 'note_decide', found, words, list: [...PARTS] };
    this.act('notify', { id: 'link_decide', kind: 'alert', title: 'message.link_decide', problem, actions: [] });
  }

  /** @private What a link says of this view. */
  tellWords() {
    const own = this.shows === 'belief' ? `,${this.mind?.words ?? ''}` : '';
    this.words = `${this.shows}${own}`.replace(/,+$/, '');
    this.act('decide', this.words);
  }

  render() {
    const { store, shows: part } = this;
    return html`<div class="decide" tabindex="-1" @turned=${this.tellWords}>
      ${segmented(
        this.t('decide.parts'),
        PARTS.map((value) => ({ value, text: this.t(`decide.${value}`) })),
        part,
        (value) => {
          this.chosen = value;
          this.tellWords();
          this.requestUpdate();
        },
        { testid: 'decide-parts' },
      )}
      ${
        part === 'belief'
          ? html`<tp-surrogate .store=${store} .mind=${this.mind}></tp-surrogate>`
          : part === 'rungs'
            ? html`<tp-pruning .store=${store} .pruning=${this.pruning}></tp-pruning>`
            : html`<tp-duel .store=${store} .contest=${this.contest}></tp-duel>`
      }
    </div>`;
  }
}

define('tp-decide', TpDecide);

export const texts = { en: () => import('./en.json'), ko: () => import('./ko.json') };

/** @param {import('../../state/store.js').Store} store */
export const render = (store) => html`<tp-decide .store=${store}></tp-decide>`;
