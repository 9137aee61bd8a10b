/** How much larger the page is drawn than usual. */
let zoom = 1;

/** Draws the page larger: container queries, canvases and type all follow. @param {HTMLElement} page
 * @param {number} factor */
export function enlarge(page, factor) {
  zoom = factor;
  page.style.setProperty('zoom', String(factor));
}

/** Pixels of the screen in one of the page, which sharp canvases have. */
export const pixelRatio = () => devicePixelRatio * zoom;
