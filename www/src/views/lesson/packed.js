import { LIMITS } from './read.js';

/** A lesson's text as a link holds it: `~`, then its deflated bytes in the letters of base64url. */

/** The most bytes that a text is unpacked to: letters take at most three. */
const MOST = 3 * LIMITS.text;

/** @param {string} text @returns {Promise<string>} */
export async function pack(text) {
  const bytes = new Uint8Array(
    await new Response(new Blob([text]).stream().pipeThrough(new CompressionStream('deflate-raw'))).arrayBuffer(),
  );
  let letters = '';
  for (const byte of bytes) letters += String.fromCharCode(byte);
  return `~${btoa(letters).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')}`;
}

/** The text, or null where a link does not hold one; a small link may not become a large text.
 * @param {string} words @returns {Promise<string | null>} */
export async function unpack(words) {
  try {
    const letters = atob(words.slice(1).replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
    const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw')).getReader();
    const decoder = new TextDecoder('utf-8', { fatal: true });
    let [text, read] = ['', 0];
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return text + decoder.decode();
      read += value.byteLength;
      if (read > MOST) {
        await reader.cancel();
        return null;
      }
      text += decoder.decode(value, { stream: true });
    }
  } catch {
    return null;
  }
}
