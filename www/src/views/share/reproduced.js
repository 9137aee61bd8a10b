/**
 * What a re-run shares with what its link says of the run before.
 * @param {import('../../study/fingerprint.js').Verdict} verdict
 * @param {import('../../study/fingerprint.js').Fingerprint} before
 * @param {import('../../study/fingerprint.js').Fingerprint} now
 * @param {string | null} adapter
 * @returns {import('../../state/types.js').Notice}
 */
export const reproducedNotice = (verdict, before, now, adapter) => ({
  id: 'fp',
  kind: 'note',
  title: `message.fp_${verdict}`,
  values: {
    before: before.backend.toUpperCase(),
    now: now.backend.toUpperCase(),
    version: String(before.numerics),
    own: String(now.numerics),
    adapter: adapter || 'WebGPU',
  },
  actions: [],
});
