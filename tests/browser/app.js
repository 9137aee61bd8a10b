import { VIEWPORT } from './chromium.js';
import { expect } from './packages.js';

/**
 * Drives the custom element through its public interface, so that tests say nothing about how the page looks.
 *
 * @typedef {import('./packages.js').Page} Page
 * @typedef {import('./serve.js').Site} Site
 * @typedef {Record<string, any>} Document
 *
 * @typedef {object} Outcome what came of a run
 * @property {any} result the document, or null when the run was refused
 * @property {string | null} problem the message of the error that the run rejected with
 * @property {number} seconds
 * @property {number | null} firstPoint seconds until the first event that tells of a finished epoch
 * @property {number} progressRate progress events a second, from the first to the last
 */

/** The prelude that each page was opened with. @type {WeakMap<Page, string>} */
const standing = new WeakMap();

/** Tests begin like readers who have closed the first steps, in all pages of the context.
 * @param {Page} page */
export const skipOpening = (page) =>
  page.context().addInitScript(() => {
    try {
      localStorage.setItem('tuning-playground.opening', 'seen');
    } catch {
      // Frames without storage have no first steps either.
    }
  });

export class App {
  /** @param {Page} page @param {Site} site */
  constructor(page, site) {
    this.page = page;
    this.site = site;
    /** @private */ this.isOpen = false;
  }

  /** Opens the page; `hash` is its state. @param {string} [hash] */
  async open(hash = '') {
    standing.set(this.page, this.site.prelude);
    // On the page that another test left standing a link would be taken by what that left, without a new document.
    if (!this.isOpen && this.page.url().split('#')[0] === this.site.url) {
      await this.page.goto('about:blank');
      await this.page.setViewportSize(VIEWPORT);
    }
    this.isOpen = true;
    await this.page.goto(this.site.url + hash);
    await this.defined();
    // The first drawing waits a moment for what was kept.
    await this.page.locator('tp-run-bar button').first().waitFor({ state: 'attached' });
  }

  /** Opens the page unless it stands open already, with the same prelude (standingTest); it looks like one that has just
   * been opened. */
  async stand() {
    if (standing.get(this.page) !== this.site.prelude) await this.open();
    this.isOpen = true;
    await this.page.setViewportSize(VIEWPORT);
    await this.page.emulateMedia({ media: null, colorScheme: null, reducedMotion: null, forcedColors: null });
    await this.set({ lang: 'en', theme: 'light', view: 'sweep' });
  }

  /** Sets a study and waits until it has taken its place, as what is pressed before is of the study before.
   * @param {Document} study */
  async put(study) {
    await this.page.evaluate(async (given) => {
      const element = /** @type {any} */ (document.querySelector('tuning-playground'));
      element.study = given;
      await element.intake.settled;
    }, study);
  }

  async defined() {
    await this.page.evaluate(async () => {
      await customElements.whenDefined('tuning-playground');
    });
  }

  /**
   * Sets attributes of the element; the texts of a language come a moment later.
   * @param {Record<string, string>} attributes
   */
  async set(attributes) {
    await this.page.evaluate((given) => {
      for (const [name, value] of Object.entries(given))
        document.querySelector('tuning-playground')?.setAttribute(name, value);
    }, attributes);
    if (attributes.lang)
      await this.page.locator(`tuning-playground .app[lang=${attributes.lang}]`).waitFor({ state: 'attached' });
  }

  /** Reads a property of the element. @param {string} name @returns {Promise<any>} */
  async get(name) {
    return this.page.evaluate((key) => /** @type {any} */ (document.querySelector('tuning-playground'))[key], name);
  }

  /** Calls a method of the element. @param {string} name @param {unknown[]} given @returns {Promise<any>} */
  async call(name, ...given) {
    return this.page.evaluate(
      ([method, values]) => /** @type {any} */ (document.querySelector('tuning-playground'))[method](...values),
      /** @type {[string, unknown[]]} */ ([name, given]),
    );
  }

  /**
   * Starts a run without waiting for it; `outcome` gives what came of it.
   * @param {Document | null} study
   * @param {string} backend
   */
  async start(study, backend) {
    await this.page.evaluate(([document_, choice]) => {
      const element = /** @type {any} */ (document.querySelector('tuning-playground'));
      if (document_) element.study = document_;
      element.backend = choice;
      const begun = performance.now();
      const elapsed = () => (performance.now() - begun) / 1000;
      const outcome = { result: null, problem: null, seconds: 0, firstPoint: /** @type {number | null} */ (null) };
      /** @type {number[]} */
      const ticks = [];
      const tellsOfEpoch = (/** @type {any} */ detail) => detail?.epochs > 0 || detail?.epochs?.length > 0;
      const onTrial = (/** @type {any} */ event) => {
        // Reading a trial makes a copy: not of tens of thousands.
        if (outcome.firstPoint === null && tellsOfEpoch(event.detail)) outcome.firstPoint = elapsed();
      };
      const onProgress = (/** @type {any} */ event) => {
        ticks.push(elapsed());
        /** @type {any} */ (window).testProgress = event.detail;
        onTrial(event);
      };
      Object.assign(window, { testProgress: null, testEnded: false });
      element.addEventListener('trial', onTrial);
      element.addEventListener('progress', onProgress);
      /** @type {any} */ (window).testOutcome = element
        .run()
        .then(
          (/** @type {any} */ result) => ({ ...outcome, result }),
          (/** @type {Error} */ error) => ({
            ...outcome,
            problem: error instanceof Error ? error.message : `not an Error: ${error}`,
          }),
        )
        .then((/** @type {any} */ end) => {
          /** @type {any} */ (window).testEnded = true;
          element.removeEventListener('trial', onTrial);
          element.removeEventListener('progress', onProgress);
          const progressRate = (ticks.length - 1) / (ticks[ticks.length - 1] - ticks[0]);
          return { ...end, seconds: elapsed(), progressRate };
        });
    }, /** @type {[Document | null, string]} */ ([study, backend]));
  }

  /** @returns {Promise<Outcome>} */
  async outcome() {
    return this.page.evaluate(() => /** @type {any} */ (window).testOutcome);
  }

  /** Runs a study to its end. @param {Document | null} study @param {string} backend */
  async run(study, backend) {
    await this.start(study, backend);
    return this.outcome();
  }

  /**
   * Runs a study that must succeed.
   * @param {Document | null} study
   * @param {string} backend
   * @returns {Promise<Document>}
   */
  async result(study, backend) {
    const { result, problem } = await this.run(study, backend);
    expect(problem).toBeNull();
    if (!result) throw new Error('the run gave no result');
    return result;
  }

  /**
   * Runs a study that must be refused; the message.
   * @param {Document | null} study
   * @param {string} backend
   * @returns {Promise<string>}
   */
  async refusal(study, backend) {
    const { problem } = await this.run(study, backend);
    expect(problem, 'the run should have been refused').not.toBeNull();
    return problem ?? '';
  }

  /** Waits until the run has reported at least so many training steps. @param {number} steps */
  async steps(steps) {
    await this.progress('steps', steps);
  }

  /**
   * Waits until the run has reported at least so much of a kind.
   * @param {'steps' | 'done'} kind
   * @param {number} least
   */
  async progress(kind, least) {
    const state = await this.page.waitForFunction(
      ([name, bound]) => {
        const { testProgress, testEnded } = /** @type {any} */ (window);
        return testProgress?.[name] >= bound ? 'there' : testEnded ? 'ended' : null;
      },
      /** @type {[string, number]} */ ([kind, least]),
      { polling: 20 },
    );
    if ((await state.jsonValue()) === 'ended')
      throw new Error(`the run ended before ${least} ${kind}: ${(await this.outcome()).problem}`);
  }

  /** The steps reported so far. @returns {Promise<number>} */
  async stepsDone() {
    return this.page.evaluate(() => /** @type {any} */ (window).testProgress?.steps ?? 0);
  }
}

/** The default study is the page's own; this is a smaller one of the same kind. @type {Document} */
export const SMALL = {
  format: 'tuning-playground/study@1',
  dataset: { name: 'digits' },
  fixed: { hidden: [16], activation: 'tanh', optimizer: 'adam', epochs: 4 },
  space: {
    learning_rate: { type: 'float', low: 0.0001, high: 0.1, log: true },
    batch_size: { type: 'categorical', choices: [16, 32, 64, 128] },
    dropout: { type: 'float', low: 0, high: 0.5 },
  },
  trials: 8,
  seed: 7,
};

/** SMALL with changes to its parts. @param {Document} changes @returns {Document} */
export function small(changes) {
  /** @type {Document} */
  const study = structuredClone(SMALL);
  for (const [key, value] of Object.entries(changes)) {
    const isPart =
      // Ranges are replaced as a whole.
      value !== null && typeof value === 'object' && !Array.isArray(value) && key in study && key !== 'space';
    study[key] = isPart ? { ...study[key], ...value } : value;
  }
  return study;
}

/** A result without what may differ between two runs: the seconds. @param {Document} result @returns {Document} */
export function bits(result) {
  /** @type {Document} */
  const copy = structuredClone(result);
  for (const trial of copy.trials) for (const epoch of trial.epochs) delete epoch.seconds;
  return copy;
}

/** The best accuracy on the validation part that any trial ended with. @param {Document} result */
export function bestAccuracy(result) {
  return Math.max(
    ...result.trials
      .map((/** @type {any} */ trial) => Number(trial.epochs.at(-1)?.validation_metric ?? 0))
      .filter(Number.isFinite),
  );
}
