import { defineCommand } from './command.js';
import { dropDrafts, put } from './search.js';

/**
 * @typedef {import('../study/search.js').Part} Part
 * @typedef {import('../study/types.js').Stage} Stage
 */

/** Settings of sampler and pruner, and stages, as the view of the search has them. */
export const SETTINGS = {
  /** A setting of the sampler or of the pruner; null for its default. */
  set_setting: defineCommand({
    edit: (study, /** @type {{part: Part, name: string, value: number | null}} */ { part, name, value }) => {
      const { [name]: _, ...rest } = /** @type {Record<string, any>} */ (study[part] ?? {});
      study[part] = /** @type {any} */ ({ ...rest, ...(value !== null && { [name]: value }) });
    },
    act: ({ slices }, { part, name }) => slices.study.dropDraft(`${part}.${name}`),
  }),
  /** Null for none. */
  set_stages: defineCommand({
    edit: (study, /** @type {Stage[] | null} */ stages) => put(study, stages),
    act: (on) => dropDrafts(on, /^stage-/),
  }),
  set_stage: defineCommand({
    edit: (study, /** @type {{k: number, name: keyof Stage, value: number}} */ { k, name, value }) => {
      const stages = study.stages ?? [];
      if (!stages[k]) return;
      stages[k][name] = value;
      put(study, stages);
    },
    act: ({ slices }, { k, name }) => slices.study.dropDraft(`stage-${k + 1}-${name}`),
  }),
  remove_stage: defineCommand({
    edit: (study, /** @type {number} */ k) => {
      const left = study.stages?.filter((_, other) => other !== k);
      put(study, left?.length ? left : null);
    },
    act: (on) => dropDrafts(on, /^stage-/),
  }),
};
