import { html, nothing } from 'lit';
import { define } from '../../controls/part.js';
import { count, loss, metric, rate } from '../../study/format.js';
import { isBase, rateAt } from '../../study/race.js';
import { costsMore, isOlderPlane, isOneStart, isOut, pointAt, throughOf } from './clock.js';
import { looksOf, nameOf } from './looks.js';
import { LEAST_HELD, raceMisleads } from './misleads.js';
import { MomentPart } from './moment.js';
import { taskOf } from '../../study/hyperparameters.js';
import { studyOf } from '../../state/race.js';
import { isAveraged } from '../../study/averages.js';

const percent = (/** @type {number} */ share) => metric(share, 'classes').replace('.0%', '%');

/** An accuracy, in few letters. @param {number} share */
const right = (share) => metric(share, 'classes').replace('100.0%', '100%');

/** Where everyone is at the clock's step, how fair the race is, and what its picture hides. */
export class TpRaceFacts extends MomentPart {
  /** @type {import('../../state/store.js').Topic[]} */
  static topics = ['race'];

  render() {
    const { race } = this.store;
    const { head, contestants, options } = race;
    const names = contestants.map((who) => nameOf(who, options.over, (key, values) => this.t(key, values)));
    return html`<section class="facts said" aria-labelledby="race-facts" data-testid="race-facts">
      <h2 id="race-facts" class="live"
        .say=${() => this.t('race.facts', { step: count(this.step) })}></h2>
      ${head && race.state !== 'failed' ? this.table(head, names) : nothing}
      ${head && race.state !== 'failed' ? this.scales(head, names) : nothing}
      ${this.fairness()}
      ${head && race.state !== 'failed' ? this.honesty(head, names) : nothing}
    </section>`;
  }

  /** @private @param {import('../../state/race.js').RaceHead} head @param {string[]} names */
  table(head, names) {
    const { store } = this;
    const { contestants, options } = store.race;
    const isNetwork = options.ground === 'network';
    const isClasses = isNetwork && taskOf(studyOf(store)) !== 'numbers';
    const isCostly = head.paths.some(costsMore);
    const looks = looksOf(contestants, options.over);
    // A head that is short for something says what for.
    const heads = [
      [this.t('race.table.loss')],
      ...(isClasses ? [[this.t('race.table.accuracy'), this.t('metric.classes')]] : []),
      ...(isNetwork ? [[this.t('race.table.off'), this.t('race.table.off.title')]] : []),
      [this.t(isBase(studyOf(store), contestants) ? 'race.table.base' : 'race.table.rate')],
      ...(isCostly ? [[this.t('race.table.evaluations')]] : []),
    ];
    return html`<div class="standing-box"><table
      class="standing ${heads.length < 3 ? 'few' : ''}" data-testid="race-table"><thead><tr>
      <td></td>${heads.map(
        ([short, whole]) => html`<th scope="col" class="num" title=${whole ?? nothing}>${short}</th>`,
      )}</tr></thead><tbody>${contestants.map((who, k) => {
        const path = head.paths[k];
        if (!path) return nothing;
        const at = () => pointAt(path.steps, this.step);
        const cell = (/** @type {() => string} */ say) => html`<td class="num live" .say=${say}></td>`;
        return html`<tr><th scope="row" class="own own-${looks[k].at}">${names[k]}</th>
        ${cell(() => this.lossOf(path))}
        ${isClasses ? cell(() => (isOut(path, this.step) ? '–' : right(path.accuracy[at()]))) : nothing}
        ${isNetwork ? cell(() => loss(off(path.distance[at()], path))) : nothing}
        ${cell(() => rate(rateAt(studyOf(store), who, this.step)))}
        ${isCostly ? cell(() => count(path.evaluations[at()])) : nothing}</tr>`;
      })}</tbody></table></div>`;
  }

  /** @private @param {import('../../state/race.js').RacePath} path */
  lossOf(path) {
    const { step } = this;
    if (isOut(path, step)) return this.t('state.diverged');
    const ended = step > path.last ? ` ${this.t('race.ended', { step: count(path.last) })}` : '';
    return loss(path.loss[pointAt(path.steps, step)]) + ended;
  }

  /** How unlike the parameters' own step sizes are, of optimizers that have them. @private
   * @param {import('../../state/race.js').RaceHead} head @param {string[]} names */
  scales(head, names) {
    const paths = head.paths.slice(0, names.length);
    if (!paths.some(({ scales }) => scales.some(Boolean))) return nothing;
    const say = () => {
      const own = paths.flatMap((path, k) => {
        const scale = path.scales[pointAt(path.steps, this.step)];
        return scale && !isOut(path, this.step) ? [{ name: names[k], low: rate(scale[0]), high: rate(scale[1]) }] : [];
      });
      const said = own.map(({ name, low, high }) => this.t('race.scales.one', { name, low, high })).join(', ');
      return said && this.t('race.scales', { said });
    };
    return html`<p class="q2 live" data-testid="race-scales" .say=${say}></p>`;
  }

  /** What all have in common, and whether each has the rate that suits it. @private */
  fairness() {
    const { contestants, options, head, left, missing } = this.store.race;
    if (!contestants.length) return nothing;
    if (options.ground !== 'network') return html`<p data-testid="race-fair">${this.t('race.fair.classic')}</p>`;
    const edited = contestants.some((one) => one.edited || one.changes.length);
    const searched = contestants.length > 0 && contestants.every((one) => one.search);
    const n = contestants[0]?.search?.rates.length ?? 0;
    const start = options.over === 'seed' ? 'seeds' : isOneStart(head?.paths ?? []) ? 'same' : 'own';
    const rates =
      searched && !edited
        ? 'tuned'
        : options.over === 'trials'
          ? 'trials'
          : options.over === 'learning_rate'
            ? ''
            : 'set';
    const study = studyOf(this.store);
    const isRaw = contestants.some((one) => isAveraged(study, one) || (one.params.patience ?? study.fixed?.patience));
    const said = [start, rates, edited ? 'edited' : '', isRaw ? 'raw' : '', left ? 'left' : ''].filter(Boolean);
    const isNamed = options.over === 'trials' && missing.length > 0;
    return html`<p data-testid="race-fair">${said
      .map((key) => this.t(`race.fair.${key}`, { n: key === 'left' ? left : n, steps: count(n * options.steps) }))
      .join(' ')}${isNamed ? ` ${this.t('race.fair.missing', { trials: missing.join(', ') })}` : ''}</p>`;
  }

  /** Whose end the plane goes through: of one that was laid through other paths nobody knows any more. @private
   * @param {import('../../state/race.js').RaceHead} head @param {string[]} names */
  through({ paths }, names) {
    const { race } = this.store;
    const name = names[Math.max(0, throughOf(paths))];
    return isOlderPlane(race) || name === undefined ? this.t('race.through.kept') : this.t('race.through', { name });
  }

  /** @private @param {import('../../state/race.js').RaceHead} head @param {string[]} names */
  honesty(head, names) {
    const { contestants, options } = this.store.race;
    if (options.ground !== 'network') return html`<p class="q2">${this.t(`race.about.${options.ground}`)}</p>`;
    const looks = looksOf(contestants, options.over);
    const found = raceMisleads(head, names);
    return html`<h3>${this.t('race.held')}</h3>
      <dl class="helds">${head.paths.slice(0, names.length).map(
        (path, k) => html`<div><dt class="own own-${looks[k].at}">${names[k]}</dt><dd><svg class="held"
          viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect width="100" height="8"
          fill="var(--sunken)"/><rect width=${100 * Math.max(0, Math.min(1, path.held || 0))} height="8"
          fill=${looks[k].color} /><path d="M${100 * LEAST_HELD} 0v8" stroke="var(--ink)"
          vector-effect="non-scaling-stroke"/></svg><b class="num">${percent(path.held)}</b></dd></div>`,
      )}</dl>
      <p class="q2">${this.t('race.held.about', { n: count(head.parameters) })} ${this.through(head, names)}</p>
      <ul class="misleads" data-testid="race-misleads">${found.map(
        ({ key, values }) => html`<li data-finding=${key.split('.').at(-1)}>${this.t(key, written(values))}</li>`,
      )}</ul>
      <p><button type="button" class="btn" data-testid="race-plane-anew"
        @click=${() => this.act('race_plane')}>${this.t('race.plane.anew')}</button></p>`;
  }
}

/** @param {Record<string, number | string>} values */
const written = (values) =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, typeof value === 'number' ? percent(value) : value]),
  );

/** A distance that is nothing beside the way. @param {number} distance
 * @param {import('../../state/race.js').RacePath} path */
function off(distance, { x, y }) {
  const way = Math.hypot(...[x, y].map((list) => Math.max(...list) - Math.min(...list)));
  return distance > 1e-6 * way ? distance : 0;
}

define('tp-race-facts', TpRaceFacts);
