import { Following } from './surface.js';
import { reachOf } from '../state/landscape.js';

/** Loss surfaces around the weights of trials, which follow them while they train. */
export class Surfacing {
  /** @param {import('../state/store.js').Store} store @param {() => import('./engine.js').Engine} engine */
  constructor(store, engine) {
    /** @private */ this.store = store;
    /** @private */ this.engine = engine;
    /** @private counts the surfaces that were asked for */ this.turns = 0;
    /** @private @type {Following | null} the trial of the surface */ this.following = null;
    /** @private @type {number | null} the surface whose plane the Worker still has */ this.plane = null;
  }

  /** Other trials lie under the same numbers now. */
  forget() {
    this.drop();
    this.plane = null;
    this.store.reports.landscape.stop();
  }

  /**
   * Works out the loss around a trial's weights, and goes on as it is trained; another one's, under way, is let go.
   * @param {number} number
   * @param {import('./surface.js').LandscapeOptions} options
   */
  async begin(number, options) {
    const { store } = this;
    const { landscape } = store.reports;
    const trial = store.trials.get(number);
    const reach = trial && reachOf(trial);
    if (!reach) return;
    const trials = [trial, ...options.others.flatMap((other) => store.trials.get(other) ?? [])];
    this.plane = null;
    this.drop();
    this.following = new Following(reach);
    landscape.begin(number, options, reach);
    await this.surface((told) => this.engine().surface(store.shownStudy, trials, options, told));
  }

  /**
   * Another part of the plane that is there, or of one that is laid anew where it is gone.
   * @param {import('./surface.js').LandscapeOptions} options
   */
  async frame(options) {
    const { landscape } = this.store.reports;
    const { trial, head } = landscape;
    if (trial === null) return;
    if (this.plane === null || !head) {
      await this.begin(trial, options);
      return;
    }
    const extent = options.extent ?? head.home;
    landscape.reframe(options);
    const found = await this.surface((told) =>
      this.engine().frameSurface(Number(this.plane), { ...head, extent }, told),
    );
    if (found === false) await this.begin(trial, options);
  }

  /** What comes of one surface, while it is the one that is wanted. @private
   * @param {(told: Omit<import('./surface.js').Told, 'weights'>) => Promise<boolean>} ask */
  async surface(ask) {
    const { landscape } = this.store.reports;
    const { following } = this;
    if (!following) return true;
    const turn = ++this.turns;
    const isWanted = () => turn === this.turns;
    try {
      const found = await ask({
        following,
        isWanted,
        isKept: (id) => id === this.plane,
        onGlimpse: (head, piece) => landscape.glimpse(head, piece),
        onHead: (head, id) => {
          this.plane = id;
          landscape.lay(head);
        },
        onPiece: (piece) => landscape.take(piece),
      });
      return found || !isWanted();
    } catch (error) {
      const problem = /** @type {any} */ (error)?.problem ?? { code: 'unexpected', detail: String(error) };
      if (isWanted()) landscape.fail(problem);
      return true;
    }
  }

  /** The surface goes on from where its trial is now. */
  follow() {
    const { landscape } = this.store.reports;
    const trial = landscape.trial === null ? undefined : this.store.trials.get(landscape.trial);
    const reach = trial && reachOf(trial);
    if (!reach) return;
    landscape.reach = reach;
    if (landscape.state !== 'failed') this.following?.move(reach);
    // What could not be drawn of weights on the way may be drawn of those at the end.
    else if (!reach.live) void this.begin(trial.number, landscape.options);
  }

  /** Nobody wants the surface any more that is under way. @private */
  drop() {
    this.turns++;
    this.following?.move();
  }

  /** Lets a surface go that is under way. */
  leave() {
    this.drop();
    const { landscape } = this.store.reports;
    if (landscape.state !== 'training' && landscape.state !== 'computing') return;
    this.plane = null;
    landscape.stop();
  }
}
