/**
 * What the slices of the state are made of.
 *
 * @typedef {import('../study/types.js').Value} Value
 * @typedef {import('../study/types.js').Problem} Problem
 * @typedef {import('../study/types.js').Distribution} Distribution
 * @typedef {'study' | 'trials' | 'selection' | 'brush' | 'run' | 'notices' | 'look' | 'test' | 'previews'
 *   | 'landscape' | 'model' | 'race' | 'map' | 'shelf' | 'opening'} Topic
 * @typedef {(...topics: Topic[]) => void} Touch says which topics have changed
 * @typedef {{label: string, values?: Record<string, unknown>, act: string, detail?: any, name?: string}} Action
 *   a button that performs the command `act`; `name` tells it from others that perform the same one
 * @typedef {{id: string, kind: 'alert' | 'note', title: string, values?: Record<string, unknown>, problem?: Problem,
 *   kept?: string, actions: (Action & {primary?: boolean})[], lasting?: boolean, over?: boolean,
 *   draft?: string}} Notice `draft` is the row or field whose input it is about
 * @typedef {{problem: Problem, text: Record<string, string>, end?: string, fixes?: Action[]}} Draft input that is not
 *   valid yet
 * @typedef {{n: number, trials: number}} Asked so many more trials, with which a study has come to so many
 * @typedef {{trial: number, loss: number, metric: number}} OpenedTest what a test set said of a trial
 */
export {};
