/**
 * A module of the engine that is loaded when it is first needed; one that could not be loaded is asked for again.
 * @template {{default: () => Promise<unknown>}} M
 * @param {() => Promise<M>} load
 * @returns {() => Promise<M>}
 */
export function loadedOnce(load) {
  /** @type {Promise<M> | null} */
  let loaded = null;
  const begun = async () => {
    const module = await load();
    await module.default();
    return module;
  };
  return () => (loaded ??= begun().catch((error) => ((loaded = null), Promise.reject(error))));
}
