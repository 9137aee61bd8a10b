import { html, nothing } from 'lit';
import { Part, define } from '../../controls/part.js';
import { icon } from '../../controls/icons.js';
import { count, duration, short } from '../../study/format.js';
import { planOf, shareSpent } from '../../study/plan.js';
import { isCopying, isRefined, prunerOf } from '../../study/search.js';
import '../../figures/tp-strip.js';

/** Run, pause and stop; the strip of trials; what is done and what is left. */
export class TpRunBar extends Part {
  /** @type {import('../../state/store.js').Topic[]} */
  static topics = ['run', 'trials', 'study', 'test', 'notices', 'shelf'];

  render() {
    const { store } = this;
    const { isAway } = store.shelf;
    const total = (isAway && store.progress?.total) || store.expected;
    return html`<section class="run" id="run" tabindex="-1" aria-label=${this.t('run.region')}>
      <div class="bts">${this.mainButton()}
        <button type="button" class="btn" data-testid="stop" ?disabled=${store.state === 'idle'}
          title=${store.state === 'idle' ? this.t('run.nothing_to_stop') : this.t('run.stop.title')}
          @click=${() => this.act('stop')}>${icon('stop')}${this.t('run.stop')}</button></div>
      <tp-strip .store=${store}></tp-strip>
      ${this.numbers(total)}
      ${this.hint()}
    </section>`;
  }

  /** One button throughout, so that it keeps the focus while what it does changes. */
  mainButton() {
    const { store } = this;
    const starting = store.state === 'starting';
    const act = store.state === 'running' ? 'pause' : store.state === 'paused' ? 'resume' : 'run';
    const { rest } = store;
    const blocked =
      act !== 'run' ? '' : store.readOnly ? this.t('run.read_only') : starting ? this.t('run.starting') : '';
    const name = act !== 'run' ? this.t(`run.${act}`) : starting ? this.t('run.starting') : this.runName();
    return html`<button type="button" class="btn ${blocked ? '' : 'p'}" data-testid=${act}
      ?disabled=${store.readOnly && act === 'run'}
      aria-disabled=${starting ? 'true' : nothing} title=${blocked || nothing}
      @click=${() => !blocked && this.act(act === 'run' && rest ? 'take_up' : act)}>${icon(
        act === 'pause' ? 'pause' : 'play',
      )}${name}</button>`;
  }

  /** What a run trains: the rest of one that was cut off; about so many where a budget ends it. */
  runName() {
    const { rest } = this.store;
    if (rest) return this.t('run.rest', { n: rest });
    if (this.store.picking) return this.t('hand.train');
    const { asked, trials } = planOf(this.store.study);
    if (trials >= asked) return this.t('run.run', { n: asked });
    // Of trials that are pruned a budget is enough for more.
    const isPruned = prunerOf(this.store.study) !== 'none';
    return isPruned
      ? this.t('run.run_most', { n: asked })
      : this.t('run.run_about', { n: trials, trials: count(trials) });
  }

  /** What a run takes at most, of a study that says how it may end early. */
  plan() {
    const { study } = this.store;
    if (!isRefined(study) || this.store.state !== 'idle') return nothing;
    const { asked, steps } = planOf(study);
    const most = Math.min(steps, study.budget ?? Infinity);
    const pruned = prunerOf(study) === 'none' ? '' : ` ${this.t('run.plan.pruned')}`;
    const said = this.t('run.plan', { n: asked, steps: count(most) });
    return html`<p class="hint" data-testid="plan">${said}${pruned}</p>`;
  }

  /** Goes on with the run shown, where it can. */
  more() {
    const n = this.store.more;
    if (!n) return this.plan();
    const key = this.store.alive ? 'run.more' : 'run.more_anew';
    return html`<p class="hint after"><button type="button" class="lnk" data-testid="run-more"
      title=${this.t(`${key}.title`, { n })}
      @click=${() => this.act('more', n)}>${this.t(key, { n })}</button></p>`;
  }

  /** @param {number} total */
  numbers(total) {
    const { store } = this;
    const { complete, pruned, diverged, failed } = store.counts;
    const { shelf, progress } = store;
    // What is trained is told of here, whatever is shown.
    const ended = shelf.isAway ? (progress?.done ?? 0) : complete + pruned + diverged + failed;
    const live = store.state === 'running' || store.state === 'paused';
    // Of an earlier run that is shown the engine knows nothing.
    const isOther = !live && shelf.live !== null && shelf.live.trials !== store.trials;
    const steps = progress && !isOther ? count(progress.steps) : '–';
    // Long first epochs: trials that have not ended are progress, too.
    // Of trials that nobody has asked for yet, the engine knows nothing.
    const ahead = shelf.isAway ? 0 : (total - store.trials.size) * planOf(store.shownStudy).perTrial;
    const all = live && progress?.totalSteps ? progress.totalSteps + ahead : 0;
    const share = all && ended < total ? (100 * (progress?.steps ?? 0)) / all : null;
    const percent =
      share === null ? '' : ` · ${share > 0 && share < 10 ? share.toFixed(1) : Math.min(99, Math.floor(share))}%`;
    const left = live && progress?.secondsLeft != null ? duration(progress.secondsLeft) : '–';
    const status =
      live || store.state === 'starting' ? this.t(`run.state.${store.state}`) : this.t(`run.outcome.${this.outcome}`);
    return html`<dl>
      <div data-testid="done"><dt
        class="vh">${this.t('run.done')}</dt><dd><b>${count(ended)}</b> / ${count(total)}
        ${this.t('run.trials', { n: total })}<span data-testid="percent">${percent}</span></dd></div>
      <div>${
        live
          ? html`<dt>${this.t('run.left')} </dt><dd>${left}</dd>`
          : html`<dt
            class="vh">${this.t('run.status')}</dt><dd data-testid="status">${status}</dd>`
      }</div>
      <div class="wide"><dt>${this.t('run.steps')} </dt><dd>${steps}</dd></div>
      <div class="wide"><dt>${this.t('run.diverged')} </dt><dd>${count(diverged)}</dd></div>
      ${pruned && !isCopying(store.shownStudy) ? this.pruned() : nothing}
      <div class="only-phone"
        data-testid="rate-short">${
          // Before the first run nobody knows which it will be.
          store.backend
            ? html`<dt>${store.backend.backend === 'cpu' ? 'CPU' : 'GPU'} </dt><dd>${
                progress?.rate ? short(progress.rate) : '–'
              }${this.t('run.rate')}</dd>`
            : nothing
        }</div>
    </dl>`;
  }

  /** How many trials were pruned, and what of the steps of all was taken. */
  pruned() {
    const { store } = this;
    const share = Math.round(100 * shareSpent(store.shownStudy, store.trials.values()));
    return html`<div class="wide all"><dt class="vh">${this.t('state.pruned')}</dt><dd
      data-testid="pruned">${this.t('run.pruned', {
        complete: count(store.counts.complete),
        pruned: count(store.counts.pruned),
        share,
      })}</dd></div>`;
  }

  /** How the run shown has ended. */
  get outcome() {
    const { outcome, shelf } = this.store;
    const isCut = outcome === 'earlier' && shelf.of(shelf.shown)?.state === 'interrupted';
    return isCut ? 'interrupted' : outcome;
  }

  /** A run that goes on while another is shown. */
  away() {
    const { shelf } = this.store;
    const id = shelf.live?.id ?? '';
    return html`<p class="hint" data-testid="away">${this.t('runs.away', { letter: shelf.letter(id) })} <button
      type="button" class="lnk" data-testid="show-live"
      @click=${() => this.act('show_run', id)}>${this.t('runs.away.show')}</button></p>`;
  }

  hint() {
    const { store } = this;
    if (store.shelf.isAway) return this.away();
    if (store.readOnly)
      return html`<p class="hint">${this.t('run.read_only')} <button type="button" class="lnk" data-testid="duplicate"
        @click=${() => this.act('duplicate')}>${this.t('action.duplicate')}</button></p>`;
    if (this.outcome === 'interrupted' && store.state === 'idle' && !store.stale) {
      const { rest } = store;
      const record = store.shelf.of(store.shelf.shown) ?? { done: 0, trials: 0 };
      // What a killed page has kept of its trials may be newer than what it noted of the run.
      const done = rest ? store.trials.size - store.counts.cancelled : record.done;
      const n = rest ? done + rest : record.trials;
      const said = this.t(rest ? 'run.interrupted' : 'run.interrupted_anew', { done, n });
      return html`<p class="hint" data-testid="interrupted">${said} ${
        rest
          ? html`<button type="button" class="lnk" data-testid="run-anew"
              @click=${() => this.act('run')}>${this.t('run.anew')}</button>`
          : nothing
      }</p>`;
    }
    if (!store.stale || (store.outcome === 'none' && store.state === 'idle')) return this.more();
    const said = this.t(store.state === 'idle' ? 'run.stale' : 'run.stale_running');
    return html`<p class="hint" data-testid="stale">${said}</p>${this.plan()}`;
  }
}

define('tp-run-bar', TpRunBar);
