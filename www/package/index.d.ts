export type Value = number | string | boolean | number[] | [number, number][] | null;

export interface Range {
  type: 'float' | 'int' | 'categorical';
  low?: number;
  high?: number;
  step?: number | null;
  log?: boolean;
  scale?: 'linear' | 'log' | 'log1m';
  choices?: Value[];
}

/** A study document, `tuning-playground/study@1`; what is left out is as the page has it. */
export interface Study {
  format: string;
  name?: string;
  question?: string;
  dataset: { name: string; [setting: string]: unknown };
  fixed?: Record<string, Value>;
  space?: Record<string, Range>;
  sampler?: { name: string; [setting: string]: unknown };
  pruner?: { name: string; [setting: string]: unknown };
  objective?: { metric: string; direction: string };
  trials?: number;
  seeds_per_trial?: number;
  seed?: number;
  [more: string]: unknown;
}

/** Numbers that are not finite are the texts "NaN", "Infinity" and "-Infinity". */
export type Figure = number | string;

export interface Epoch {
  epoch: number;
  train_loss: Figure;
  validation_loss: Figure | null;
  train_metric: Figure;
  validation_metric: Figure | null;
  learning_rate: Figure;
  seconds: number;
}

export interface Trial {
  number: number;
  state: 'queued' | 'running' | 'complete' | 'pruned' | 'diverged' | 'failed' | 'cancelled';
  params: Record<string, Value>;
  value: Figure | null;
  seed: number;
  epochs: Epoch[];
  steps: number;
  diverged_at: number | null;
}

/** A result document, `tuning-playground/result@1`. */
export interface Result {
  format: string;
  study: Study;
  engine: { version?: string; numerics?: number; backend: string; adapter: string | null; workers: number };
  trials: Trial[];
  best: number | null;
  test: { trial: number; loss: number; metric: number } | null;
}

export interface Progress {
  done: number;
  total: number;
  steps: number;
  totalSteps: number;
  epochs: number;
  rate: number;
  secondsLeft: number | null;
}

export interface TuningPlaygroundEventMap {
  trial: CustomEvent<Trial>;
  progress: CustomEvent<Progress>;
  finished: CustomEvent<Result>;
  problem: CustomEvent<{ code: string; message: string; [more: string]: unknown }>;
}

/**
 * `<tuning-playground>`; study, view, controls, lang, theme, recorded and backend are attributes, too, and lesson is one.
 * A value that a property does not take changes nothing and is told of by `problem`; null is the default.
 */
export interface TuningPlayground extends HTMLElement {
  /** A copy of the study; takes a document or its text. */
  get study(): Study;
  set study(study: Study | string);
  view: string;
  /** Names of up to three hyperparameters that readers may change, separated by commas. */
  controls: string;
  theme: string;
  backend: 'auto' | 'gpu' | 'cpu';
  /** The run that is shown before one is trained: a result document, its text, or its address. */
  recorded: unknown;
  /** The last result, also of a run that was stopped. */
  readonly result: Result | null;
  /** Trains the study; rejects with the sentence that is shown. */
  run(): Promise<Result>;
  pause(): void;
  resume(): void;
  stop(): void;
  /** Opens the test set for one trial, once. */
  openTest(number: number): Promise<unknown>;
  addEventListener<Name extends keyof TuningPlaygroundEventMap>(
    name: Name,
    listener: (event: TuningPlaygroundEventMap[Name]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    name: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

/**
 * Loads the element and defines `<tuning-playground>`; the first call decides where from.
 * @param from the folder of its files (`page/` of this package), where they lie somewhere else
 */
export function load(from?: string | URL): Promise<new () => TuningPlayground>;

declare global {
  interface HTMLElementTagNameMap {
    'tuning-playground': TuningPlayground;
  }
}
