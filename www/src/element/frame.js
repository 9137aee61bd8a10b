import { decodeLink } from '../study/link.js';
import { MOST_KNOBS } from '../study/hyperparameters.js';
import { heightFor, messageOf, readMessage, refusalOf } from './message.js';

/**
 * The page of a frame, `embed.html#...`: one element, which its link describes and the page around it may speak to, in
 * the words of the element.
 *
 * @typedef {import('./element.js').TuningPlayground} Element
 */

const EVENTS = ['trial', 'progress', 'finished', 'problem'];

/** Where a stored run may lie: beside this page, not with somebody else. @param {string} path */
function beside(path) {
  const url = new URL(path, location.href.split('#', 1)[0]);
  return url.origin === location.origin && /^https?:$/.test(url.protocol) ? url.href : null;
}

/** What its link says. @param {Element} element */
function follow(element) {
  const { state, skipped } = decodeLink(location.hash);
  const { study, view, lang, theme, scale, recorded, lesson } = state;
  const controls = state.controls?.slice(0, MOST_KNOBS);
  for (const name of state.controls?.slice(MOST_KNOBS) ?? [])
    skipped.push({ what: `controls=${name}`, why: 'too_many' });
  if (scale !== undefined) element.scale = scale;
  if (study) element.study = study;
  for (const [name, value] of Object.entries({ view, lang, theme, lesson, controls: controls?.join(',') }))
    if (value !== undefined) element.setAttribute(name, String(value));
  void element.attend().then((guest) => guest?.arrange(state, skipped));
  const stored = recorded && beside(recorded);
  if (stored) element.recorded = stored;
  // A run that the link asks for waits for a press all the same.
}

/** @param {Element} element @param {Window} around */
function speak(element, around) {
  // Whoever shows this frame may know what is in it.
  const tell = (/** @type {string} */ event, /** @type {unknown} */ detail, /** @type {any} */ id = null) =>
    around.postMessage(messageOf(event, detail, id), '*');
  // What came of the study that was sent last: a run is of that one, or refused with it.
  let studied = element.taken;
  /** @param {string} name @param {any} value */
  const set = async (name, value) => {
    Object.assign(element, { [name]: value });
    const { taken } = element;
    if (name === 'study') studied = taken;
    const error = (await taken) ?? (name === 'recorded' && value && (await (await element.attend())?.read()));
    if (error instanceof Error) throw error;
  };
  /** @type {Record<string, (value: any) => unknown>} */
  const acts = {
    run: () => element.intake.run(studied ?? undefined),
    pause: () => element.pause(),
    resume: () => element.resume(),
    stop: () => element.stop(),
    openTest: (value) => element.openTest(value),
    get: (value) => /** @type {any} */ (element)[value],
  };
  addEventListener('message', async ({ source, data }) => {
    if (source !== around) return;
    const wish = readMessage(data);
    if (!wish) {
      const reason = refusalOf(data);
      if (reason) tell('refused', reason, data.id);
      return;
    }
    const { do: verb, id, value } = wish;
    try {
      const act = acts[verb];
      const answer = act ? await act(value) : await set(verb, value);
      if (id !== null) tell('answer', answer ?? null, id);
    } catch (error) {
      if (id !== null) tell('refused', String(/** @type {any} */ (error)?.message ?? error), id);
    }
  });
  for (const name of EVENTS)
    element.addEventListener(name, (event) => tell(name, /** @type {CustomEvent} */ (event).detail));
  let last = 0;
  new ResizeObserver(([{ contentRect }]) => {
    const height = heightFor(contentRect.width, element.hasAttribute('lesson'));
    if (height !== last) tell('height', height);
    last = height;
  }).observe(document.documentElement);
  tell('ready', null);
}

const element = /** @type {Element} */ (document.createElement('tuning-playground'));
element.setAttribute('data-frame', '');
follow(element);
document.body.append(element);
addEventListener('hashchange', () => follow(element));
if (globalThis.parent !== globalThis.self) speak(element, globalThis.parent);
