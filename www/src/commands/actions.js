import { BY_NAME } from '../study/hyperparameters.js';
import { duplicateStudy } from '../study/study.js';
import { choose } from './keys.js';
import { mendsOf } from '../study/mends.js';
import { studyNotice } from '../state/notices.js';
import { later } from '../platform/later.js';

/**
 * What buttons and keys do, by name.
 *
 * @typedef {import('./page.js').Page} Page
 * @typedef {import('../state/store.js').Store} Store
 * @typedef {import('../engine/runner.js').Runner} Runner
 */

/** @param {Page} page @param {Store} store @param {Runner} runner @param {string} act @param {any} detail */
export function perform(page, store, runner, act, detail) {
  // A run that fails says so on the page; nobody else waits for this promise.
  const run = () => void page.run().catch(() => {});
  // Parts that few readers open are loaded when they are asked for.
  const opened = (/** @type {string} */ name, /** @type {() => void} */ then) =>
    void later(name).then(then, (error) =>
      store.notify(studyNotice({ code: 'unexpected', detail: String(error?.message ?? error) })),
    );
  /** @type {Record<string, () => void>} */
  const acts = {
    run: () => {
      const draft = store.drafts.keys().next();
      store.sheet = !draft.done;
      if (!draft.done) {
        const row = BY_NAME.has(draft.value);
        if (row) store.editing = draft.value;
        const place = row
          ? `[data-testid="edit-${draft.value}"] [aria-invalid="true"]`
          : `[data-testid="${CSS.escape(draft.value)}"]`;
        soon(() => /** @type {HTMLElement | null} */ (page.renderRoot.querySelector(place))?.focus());
        store.touch('study', 'look');
      }
      run();
    },
    more: () => void runner.more(store.more).catch(() => {}),
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
      const none = store.emptySide();
      if (none) store.say(store.t(none.key, { name: store.label(none.name) }));
      if (!next) return;
      store.edit((study) => void Object.assign(study, next));
      store.setBrush(null);
      store.say(store.t('say.narrowed'));
    },
    duplicate: () => {
      store.load(duplicateStudy(store.study));
      store.drawer = false;
      store.say(store.t('say.duplicated'));
    },
    scale: () => page.choose('scale', detail),
    keys: () =>
      opened('keys', () => {
        store.keysShown = detail;
        store.touch('look');
      }),
    search: () => {
      if (!store.sheet && page.renderRoot.querySelector('.top .only-narrow')?.checkVisibility()) store.sheet = true;
      store.touch('look', 'study');
      soon(() =>
        /** @type {HTMLElement | null} */ (page.renderRoot.querySelector('[data-testid="search-rows"]'))?.focus(),
      );
    },
    previews: () => page.previews.start(),
    language: () => page.choose('lang', detail),
    theme: () => page.choose('theme', detail),
    backend: () => void (page.backend = detail),
    view: () => void (page.view = detail),
    bench: () => opened('bench', () => /** @type {any} */ (page.renderRoot.querySelector('tp-bench')).open()),
    share: () => void page.share(),
    sheet: () => panel(page, store, 'sheet', detail, '#study .close .ib', '[data-testid="open-study"]'),
    drawer: () =>
      opened('test', () => panel(page, store, 'drawer', detail, '#test-drawer .bar .ib', '[data-testid="test-lock"]')),
    open_test: () => void runner.openTest(detail.trial).then(detail.done, (error) => detail.fail(error.message)),
  };
  if (Object.hasOwn(acts, act)) acts[act]();
  else mend(page, store, detail, act, run);
}

/**
 * A button of a notice: mends the study in the panel, input that is not valid yet, or a study that was kept out.
 * @param {Page} page
 * @param {Store} store
 * @param {import('../state/store.js').Notice | undefined} notice
 * @param {string} act
 * @param {() => void} run
 */
function mend(page, store, notice, act, run) {
  if (act.startsWith('fix_')) {
    const draft = [...store.drafts.values()].find((one) => one.problem === notice?.problem);
    draft?.fixes?.[Number(act.slice(4))]?.apply();
    store.dismiss('run');
    return;
  }
  const study = structuredClone(notice?.study ?? store.study);
  const found =
    notice?.problem && mendsOf(study, notice.problem, (name) => store.label(name)).find((one) => one.act === act);
  if (!found) return;
  if (notice.study) {
    store.dismiss(notice.id);
    found.change(study);
    page.study = study;
  } else store.edit(found.change);
  if (found.run) run();
}

/** Parts are drawn anew within so many frames of a press, also where the machine is busy. */
const FRAMES = 600;

/** A button that vanishes when it is pressed leaves the focus to Run, unless something else has taken it.
 * @param {Page} page */
export function keepFocus(page) {
  const before = page.shadowRoot?.activeElement;
  if (!before) return;
  let frames = FRAMES;
  const look = () => {
    const now = page.shadowRoot?.activeElement;
    if ((now && now !== before) || frames-- <= 0) return;
    const run = /** @type {HTMLElement | null} */ (page.renderRoot.querySelector('#run button:not([disabled])'));
    if (!before.isConnected && run) run.focus({ preventScroll: true });
    else requestAnimationFrame(look);
  };
  look();
}

/**
 * Opens or closes a panel; the focus goes into it and comes back.
 * @param {Page} page
 * @param {Store} store
 * @param {'sheet' | 'drawer'} name
 * @param {boolean} open
 * @param {string} inside
 * @param {string} outside
 */
function panel(page, store, name, open, inside, outside) {
  store[name] = open;
  store.touch('look', 'test', 'study');
  soon(() => /** @type {HTMLElement | null} */ (page.renderRoot.querySelector(open ? inside : outside))?.focus());
}

/** After the page has been drawn with what has just changed. @param {() => void} act */
function soon(act) {
  requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(act)));
}
