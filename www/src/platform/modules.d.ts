declare module '*?inline' {
  const text: string;
  export default text;
}

declare module 'd3-contour' {
  /** The part in use: iso-lines of a grid of values. */
  export function contours(): Contours;
  interface Contours {
    size(size: [number, number]): Contours;
    contour(values: Float64Array, level: number): { coordinates: number[][][][] };
  }
}

/** What the build puts before the service worker. */
declare const VERSION: string;
declare const FILES: string[];

declare module '*?worker&url' {
  const url: string;
  export default url;
}
