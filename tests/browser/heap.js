/** Reads the bytes of a page's heap, arrays among them, after what nobody holds is gone.
 * @param {import('./packages.js').Page} page @returns {Promise<() => Promise<number>>} */
export async function heapOf(page) {
  const session = await page.context().newCDPSession(page);
  return async () => {
    await session.send('HeapProfiler.collectGarbage');
    const { usedSize, backingStorageSize } = /** @type {any} */ (await session.send('Runtime.getHeapUsage'));
    return usedSize + backingStorageSize;
  };
}
