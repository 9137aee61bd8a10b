import { readFileSync } from 'node:fs';

/**
 * How long the page's threads could have run and were given no core: tests share a machine, and a task that waited for
 * its turn is not a page that hangs. Where the system does not say, nobody waits.
 *
 * @typedef {import('./packages.js').Browser} Browser
 */

/** Milliseconds between two looks, and for how long they are remembered. */
const EVERY = 300;
const REMEMBERED = 60_000;

/** Milliseconds that a process's first thread has waited for a core so far. @param {number} process */
function waited(process) {
  try {
    return Number(readFileSync(`/proc/${process}/schedstat`, 'utf8').split(' ')[1]) / 1e6;
  } catch {
    return 0;
  }
}

export class Starved {
  /** @param {Browser} browser */
  constructor(browser) {
    /** @private */ this.session = browser.newBrowserCDPSession();
    /** @private @type {{at: number, waits: Map<number, number>}[]} */ this.looks = [];
    /** @private */ this.timer = setInterval(() => void this.look().catch(() => {}), EVERY);
  }

  /** Looks at every renderer, as pages come and go. */
  async look() {
    const { processInfo } = await (await this.session).send('SystemInfo.getProcessInfo');
    const renderers = processInfo.filter((/** @type {{type: string}} */ { type }) => type === 'renderer');
    const at = Date.now();
    this.looks.push({ at, waits: new Map(renderers.map((/** @type {{id: number}} */ { id }) => [id, waited(id)])) });
    while (this.looks[0].at < at - REMEMBERED) this.looks.shift();
  }

  /**
   * Milliseconds that the most starved renderer waited between two times of the clock.
   * @param {number} from
   * @param {number} to
   */
  between(from, to) {
    const first = [...this.looks].reverse().find(({ at }) => at <= from) ?? this.looks[0];
    const last = this.looks.find(({ at }) => at >= to) ?? this.looks[this.looks.length - 1];
    const waits = [...(last?.waits ?? [])].map(([process, wait]) => wait - (first.waits.get(process) ?? wait));
    return Math.max(0, ...waits);
  }

  async close() {
    clearInterval(this.timer);
    await (await this.session).detach().catch(() => {});
  }
}
