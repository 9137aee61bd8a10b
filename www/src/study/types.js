/**
 * The shapes that travel through the page. Documents are those of the study and result formats.
 *
 * @typedef {'en' | 'ko'} Language
 * @typedef {'auto' | 'light' | 'dark'} Theme
 * @typedef {'auto' | 'gpu' | 'cpu'} BackendChoice
 * @typedef {'idle' | 'starting' | 'running' | 'paused'} RunState
 * @typedef {'queued' | 'running' | 'complete' | 'pruned' | 'diverged' | 'failed' | 'cancelled'} TrialState
 * @typedef {number | string | boolean | number[] | [number, number][] | null} Value
 * @typedef {'png' | 'svg' | 'csv' | 'copy' | 'tsv' | 'json'} SaveKind what a figure is saved as
 *
 * @typedef {object} Distribution
 * @property {'float' | 'int' | 'categorical'} type
 * @property {number} [low]
 * @property {number} [high]
 * @property {number | null} [step]
 * @property {boolean} [log]
 * @property {'linear' | 'log' | 'log1m'} [scale]
 * @property {Value[]} [choices]
 *
 * @typedef {object} Study
 * @property {string} format
 * @property {string} [name]
 * @property {string} [question]
 * @property {{name: string, samples?: number | null, noise?: number, seed?: number, split?: {train: number,
 *   validation: number, test: number}, folds?: number, standardize?: boolean, derived?: string[]} & OwnData} dataset
 * @property {Record<string, Value>} [fixed]
 * @property {Record<string, Distribution>} [space]
 * @property {{name: string, points?: number | Record<string, number> | Record<string, Value>[], startup?: number,
 *   round?: number, population?: number, interval?: number, quantile?: number, resample?: number}} [sampler]
 * @property {{name: string, startup?: number, warmup?: number, reduction?: number, min_epochs?: number}} [pruner]
 * @property {Stage[] | null} [stages] coarse to fine
 * @property {number | null} [budget] trial-steps after which nothing more is asked for
 * @property {{metric: string, direction: string}} [objective]
 * @property {number} [trials]
 * @property {number} [seeds_per_trial]
 * @property {number} [seed]
 * @property {boolean} [shared_seeds]
 * @property {string[]} [record] of each layer after every epoch
 * @property {number} [evaluate_every] epochs from one look at the validation rows to the next
 *
 * @typedef {object} OwnData what a study says of a reader's own data, and what was found in them
 * @property {string} [text] the table itself
 * @property {string} [file]
 * @property {string[]} [files]
 * @property {string} [target]
 * @property {'classes' | 'numbers'} [task]
 * @property {string} [separator]
 * @property {string} [decimal]
 * @property {boolean} [header]
 * @property {'mean' | 'drop'} [missing]
 * @property {Record<string, 'number' | 'category' | 'ignored'>} [columns]
 * @property {{task: 'classes' | 'numbers', rows: number, features: number, classes: number, class_rows?: number[],
 *   digest: string}} [found]
 *
 * @typedef {{dataset: Study['dataset'], table: Blob | null, name?: string}} UsedData own data as a study has them,
 *   packed, and what they are called
 * @typedef {{dataset: Study['dataset'], table: Blob, name?: string, at: number}} KeptTable and when they were used
 *   last
 *
 * @typedef {{epochs: number, trials: number, shrink?: number}} Stage
 *
 * @typedef {object} EpochRecord
 * @property {number} epoch
 * @property {number | string} train_loss
 * @property {number | string | null} validation_loss null after an epoch without validation, as its metric
 * @property {number | string} train_metric
 * @property {number | string | null} validation_metric
 * @property {number | string} learning_rate
 * @property {number} seconds
 * @property {Record<Measure, number | string>} [spread] over seeds
 * @property {Record<string, number | string>[]} [layers] what the study has asked for
 * @property {Record<string, number | string | null>} [curvature] of the whole network
 *
 * @typedef {'train_loss' | 'validation_loss' | 'train_metric' | 'validation_metric'} Measure
 * @typedef {{length: number, get: (k: number) => number, lacks: (k: number) => boolean, [Symbol.iterator]: () =>
 *   Iterator<number>}} Column a number
 *   of every epoch; NaN where there is none; lacks: of an epoch without validation
 *
 * @typedef {object} Epochs a trial's epochs, which lie in columns (state/columns.js)
 * @property {number} length
 * @property {number} seconds that all took together
 * @property {number} kept the epoch whose weights the trial kept; 0 where it stands by its last
 * @property {number} standing the place of the epoch that it stands by
 * @property {(first: number) => number} secondsFrom of those behind the first ones
 * @property {(name: string, k?: number) => number} measure of an epoch, the one that it stands by if none is named
 * @property {(k: number) => number} rateAt the learning rate of its last step
 * @property {(name: Measure) => Column} column
 * @property {(name: Measure) => Column} spread over seeds; empty where there is one
 * @property {(index: number) => EpochRecord | undefined} at an epoch as documents have it; -1 the last, or the one
 *   whose weights it kept
 * @property {(most?: number) => EpochRecord[]} records of the last ones, or of all
 * @property {(told: ArrayLike<number>, from: number, n: number) => void} take
 * @property {(records: EpochRecord[]) => void} add
 * @property {(n: number, told: number[]) => void} tell
 * @property {number} each numbers that tell of an epoch
 *
 * @typedef {object} Trial
 * @property {number} number
 * @property {TrialState} state
 * @property {Record<string, Value>} params
 * @property {number | string | null} value
 * @property {number} seed
 * @property {Epochs} epochs
 * @property {number} steps
 * @property {number} [evaluations] of gradients, where steps took more than one each
 * @property {number} [kept_epoch] whose weights it kept, where it had patience
 * @property {number | null} diverged_at
 * @property {CopyOf} [copy_of] whose weights it went on with
 *
 * @typedef {{trial: number, epoch: number}} CopyOf after that epoch
 *
 * @typedef {Omit<Trial, 'epochs'> & {epochs: EpochRecord[]}} TrialDocument a trial as documents have it
 *
 * @typedef {object} Assignment
 * @property {Pick<Trial, 'number' | 'params'>} trial
 * @property {number} of_trials how many there were when it was asked for
 * @property {number | null} until_epoch the epoch after which it waits, or null for its last
 * @property {number} [from_epoch] the epoch that it goes on from
 * @property {CopyOf} [copy_of] whose weights it goes on with
 *
 * @typedef {{until_epoch: number | null, ancestry: Assignment[]}} Way how a trial is trained again: so far, and
 *   through whose weights, the first of them last
 *
 * @typedef {{steps: number, low: number, high: number}} RateRange learning rates that a range test goes through
 * @typedef {{done: boolean, rates: number[], losses: (number | null)[], smoothed: (number | null)[], steepest:
 *   number | null, lowest: number | null}} RangeNews how far a range test has come: null where a network diverged, and
 *   where nothing is found
 *
 * @typedef {{done: boolean, rows: number, of_rows: number, per_epoch: number, steps: number, diverged_at: number |
 *   null, point: any}} SharpNews how far a look at a training's sharpness has come; `point`: what was seen next
 *   (`pointOf` of views/sharpness/story.js)
 * @typedef {{epochs: number[][], divergedAt: number | null, bytes: number}} HandNews what a stretch of a run by hand
 *   came to: of each epoch its number, train and validation loss, train and validation metric, and the learning
 *   rate of its last step; the step at which it diverged; bytes of the checkpoint at its end, 0 where the trial ended
 * @typedef {{study: Study, trial: Trial, diverges: boolean, epochs: number | null, onNews: (news: SharpNews) => void
 *   }} SharpAsked epochs: that the trial is trained for, null for all of its own
 *
 * @typedef {'seeds' | 'top' | 'checkpoints' | 'averages'} EnsembleKind
 * @typedef {{members: {trial: number, seed: number, epoch?: number, averaging?: string, loss: number | null, metric:
 *   number | null}[], best: number | null, together: {loss: number | null, metric: number | null}, multiplications:
 *   {single: number | null, all: number}}} EnsembleFound
 * @typedef {{study: Study, trials: (Trial & Way)[], of: EnsembleKind, n: number, onNews: (news: {done: boolean,
 *   share: number, found: EnsembleFound | null}) => void}} EnsembleAsked networks that answer together: `n` seeds of
 *   the first trial, or all trials, or what the first one comes by on its way
 *
 * @typedef {{study: Study, trials: [Trial, Trial], seeds: number, onPair: (scores: [number, number]) => void,
 *   isWanted: () => boolean}} PairAsked two trials that are trained again with seeds that both share; a score is NaN
 *   where its network diverged
 *
 * @typedef {{repeat: number, seed: number, number: number | null, last: EpochRecord | null, test: {loss: number,
 *   metric: number} | null}} Repeat the winner of a study over another split: its last epoch, and its test score
 * @typedef {{study: Study, choice: BackendChoice, repeats: number, onRepeat: (one: Repeat) => void, isWanted: () =>
 *   boolean}} RepeatsAsked
 * @typedef {{size: number, seconds: number | null}} EpochTime of an epoch with such batches; null where the device
 *   does not take them
 * @typedef {{study: Study, choice: BackendChoice, rows: number, onTime: (one: EpochTime) => void, isWanted: () =>
 *   boolean}} TimesAsked
 * @typedef {[Record<string, Value>, number | 'NaN' | null, number | null]} Past a trial as a sampler knows it: its
 *   parameters, what came of it (smaller is better, 'NaN' where it failed, null while it runs), and the epochs after
 *   which it was pruned
 * @typedef {'gp' | 'tpe'} BeliefKind
 * @typedef {object} BeliefAsked what a sampler thinks of places
 * @property {Study} study
 * @property {BeliefKind} kind
 * @property {number | null} exploration xi of gp, gamma of tpe; null for the sampler's own
 * @property {Past[]} trials in number order
 * @property {Record<string, Value>} params where the other axes are held
 * @property {string[]} axes one or two
 * @property {number[]} sides places along each, at most
 * @property {number} next how many trials that it asks for next
 * @typedef {object} BeliefTold
 * @property {boolean} known whether anything can be thought
 * @property {boolean} draws whether the next trials are drawn at random
 * @property {number[]} good numbers of the trials that tpe counts as good, the best first
 * @property {number[]} lengths of gp's axes, as parts of their ranges
 * @property {number} noise its deviation, of gp
 * @property {number} n trials that gp goes through
 * @property {({name: string, values: Value[]} | null)[]} axes of the places
 * @property {Float64Array} told of each place, row by row, three numbers: of gp the value that is expected, its
 *   deviation and log EI; of tpe log l, log g and their difference
 * @property {Float64Array} own the same where all axes are held
 * @property {Record<string, Value>[]} next
 * @typedef {{study: Study, trials: Pick<Trial, 'number' | 'params'>[], onTrial: (trial: Trial) => void,
 *   isWanted: () => boolean}} AsideAsked trials that are trained beside the run
 * @typedef {{studies: Study[], onSearch: (at: number, trials: Trial[]) => void, isWanted: () => boolean}} SearchAsked
 *
 * @typedef {{number: number | null, loss: number, metric: number}} TestScore
 * @typedef {object} Result
 * @property {string} format
 * @property {Study} study
 * @property {{version?: string, numerics?: number, backend: string, adapter: string | null, workers: number}} engine
 * @property {TrialDocument[]} trials
 * @property {number | null} best
 * @property {{trial: number, loss: number, metric: number} | null} test
 *
 * @typedef {Omit<Result, 'trials'> & {trials: Trial[]}} HeldResult a result as the page holds it
 *
 * @typedef {{code: string, message?: string, [name: string]: unknown}} Problem
 *
 * @typedef {object} BackendInfo
 * @property {'gpu' | 'cpu'} backend
 * @property {string | null} adapter
 * @property {number} workers
 * @property {boolean} software
 * @property {'measured' | 'no_webgpu' | 'software_adapter' | 'gpu_failed' | 'asked' | 'resumed' | 'restarting'} reason
 * @property {number} [numerics] the version of what trains
 * @property {{cpu: number, gpu: number}} [rates] steps a second of this study, measured
 * @property {Problem} [problem] what the GPU failed by
 *
 * @typedef {{done: number, total: number, steps: number, totalSteps: number, rate: number, secondsLeft: number | null,
 *   epochs?: number}} Progress epochs: all that were trained
 *
 * @typedef {{columns: number, x: number[], y: number[], classes: number, axes: string[]}} Preview a few rows of a data
 *   set, to draw
 */
export {};
