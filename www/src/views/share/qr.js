import { encode } from 'uqr';

/**
 * A link as a QR code: square modules as one path, dark on light in both themes, as scanners want it. Longer links
 * than {@link MOST_BYTES} make codes that cameras miss from a few steps away.
 */

export const MOST_BYTES = 1200;
/** Modules of free border that the standard asks for. */
const BORDER = 4;

/** @param {string} link @returns {{path: string, side: number} | null} null where the link is too long */
export function codeOf(link) {
  if (new TextEncoder().encode(link).length > MOST_BYTES) return null;
  const { data } = encode(link, { ecc: 'L', border: BORDER });
  const path = data.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ''))).join('');
  return { path, side: data.length };
}

/** @param {{path: string, side: number}} code @param {number} pixels a side */
export const svgOf = ({ path, side }, pixels) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${pixels}" height="${pixels}" viewBox="0 0 ${side} ${side}" ` +
  `shape-rendering="crispEdges"><path fill="#fff" d="M0 0h${side}v${side}H0z"/><path d="${path}"/></svg>`;
