import { BY_NAME } from './hyperparameters.js';
import { duplicateStudy } from './study.js';
import { choose } from './keys.js';
import { studyNotice } from './notices.js';

/**
 * What buttons and keys do, by name.
 *
 * @typedef {import('./tuning-playground.js').TuningPlayground} Page
 * @typedef {import('./store.js').Store} Store
 * @typedef {import('./runner.js').Runner} Runner
 */

/** @param {Page} page @param {Store} store @param {Runner} runner @param {string} act @param {any} detail */
export function perform(page, store, runner, act, detail) {
  // A run that fails says so on the page; nobody else waits for this promise.
  const run = () => void page.run().catch(() => {});
  /** @type {Record<string, () => void>} */
  const acts = {
    run: () => {
      const draft = store.drafts.keys().next();
      if (!draft.done && BY_NAME.has(draft.value)) {
        store.editing = draft.value;
        store.sheet = true;
        store.touch('study', 'look');
      } else store.sheet = false;
      run();
    },
    pause: () => runner.pause(),
    resume: () => runner.resume(),
    stop: () => runner.stop(),
    try_gpu: () => {
      store.choice = 'gpu';
      run();
    },
    start_cpu: () => {
      store.choice = 'cpu';
      store.touch('study', 'run');
      run();
    },
    set_trials: () => {
      const trials = Number(String(detail?.problem?.combinations).replaceAll(',', ''));
      if (Number.isInteger(trials)) store.edit((study) => void (study.trials = trials));
    },
    set_batch: () => {
      const most = Number(detail?.problem?.rows);
      store.edit((study) => {
        const range = study.space?.batch_size;
        if (!range) (study.fixed ??= {}).batch_size = most;
        else if (range.choices) range.choices = [...new Set(range.choices.map((one) => Math.min(Number(one), most)))];
        else Object.assign(range, { low: Math.min(Number(range.low), most), high: Math.min(Number(range.high), most) });
      }, 'batch_size');
    },
    // Without its own, the study takes the loss that fits its data.
    fit_loss: () =>
      store.edit((study) => {
        delete study.fixed?.loss;
        delete study.space?.loss;
      }, 'loss'),
    sweep_learning_rate: () => store.toggle('learning_rate', BY_NAME.get('learning_rate')?.sweep ?? null),
    unsweep: () => store.toggle(String(detail?.problem?.key), null),
    use_range: () => {
      store.edit((study) => {
        delete study.fixed?.learning_rate;
        (study.space ??= {}).learning_rate = { type: 'float', low: 1e-4, high: 0.1, log: true, ...detail?.range };
      }, 'learning_rate');
      store.dismiss('all_diverged');
    },
    show_curves: () => {
      store.dismiss('all_diverged');
      page.renderRoot.querySelector('tp-curves')?.scrollIntoView({ block: 'nearest' });
    },
    select: () => choose(store, detail),
    unbrush: () => {
      store.setBrush(null);
      store.say(store.t('say.unbrushed'));
    },
    narrow: () => {
      const next = store.narrowedStudy();
      if (!next) return;
      store.edit((study) => void Object.assign(study, next));
      store.setBrush(null);
      store.say(store.t('say.narrowed'));
    },
    duplicate: () => {
      store.replaceStudy(duplicateStudy(store.study));
      store.say(store.t('say.duplicated'));
    },
    scale: () => page.choose('scale', detail),
    keys: () => {
      store.keysShown = detail;
      store.touch('look');
    },
    search: () => {
      if (!store.sheet && page.renderRoot.querySelector('.top .only-narrow')?.checkVisibility()) store.sheet = true;
      store.touch('look', 'study');
      soon(() => /** @type {HTMLElement | null} */ (page.renderRoot.querySelector('[data-testid="search-rows"]'))?.focus());
    },
    previews: () => page.previews.start(),
    language: () => page.choose('lang', detail),
    theme: () => page.choose('theme', detail),
    backend: () => void (page.backend = detail),
    view: () => void (page.view = detail),
    // Loaded when it is asked for: few readers measure.
    bench: () =>
      void import('./components/tp-bench.js').then(
        () => /** @type {any} */ (page.renderRoot.querySelector('tp-bench')).open(),
        (error) => store.notify(studyNotice({ code: 'unexpected', detail: String(error?.message ?? error) })),
      ),
    share: () => void page.share(),
    sheet: () => panel(page, store, 'sheet', detail, '#study .close .ib', '[data-testid="open-study"]'),
    drawer: () => panel(page, store, 'drawer', detail, '#test-drawer .bar .ib', '[data-testid="test-lock"]'),
    open_test: () => void runner.openTest(detail.trial).then(detail.done, (error) => detail.fail(error.message)),
  };
  acts[act]?.();
}

/** Opens or closes a panel; the focus goes into it and comes back.
 * @param {Page} page @param {Store} store @param {'sheet' | 'drawer'} name @param {boolean} open @param {string} inside @param {string} outside */
function panel(page, store, name, open, inside, outside) {
  store[name] = open;
  store.touch('look', 'test', 'study');
  soon(() => /** @type {HTMLElement | null} */ (page.renderRoot.querySelector(open ? inside : outside))?.focus());
}

/** After the page has been drawn with what has just changed. @param {() => void} act */
function soon(act) {
  requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(act)));
}
