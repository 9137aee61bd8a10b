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

declare module 'three' {
  /** The parts in use: what is made is drawn, and let go of by hand. */
  export class Node3D {
    add(...parts: Node3D[]): this;
    remove(...parts: Node3D[]): this;
    position: { set(x: number, y: number, z: number): void };
  }
  export class Scene extends Node3D {}
  export class BufferAttribute {
    constructor(array: Float32Array | Uint32Array, size: number);
  }
  export class BufferGeometry {
    setAttribute(name: string, attribute: BufferAttribute): this;
    setIndex(attribute: BufferAttribute): this;
    dispose(): void;
  }
  interface Look {
    color?: number | string;
    vertexColors?: boolean;
    side?: number;
    transparent?: boolean;
    opacity?: number;
    depthTest?: boolean;
    depthWrite?: boolean;
    polygonOffset?: boolean;
    polygonOffsetFactor?: number;
    polygonOffsetUnits?: number;
  }
  export class Material {
    dispose(): void;
  }
  export class MeshBasicMaterial extends Material {
    constructor(look: Look);
  }
  export class LineBasicMaterial extends Material {
    constructor(look: Look);
  }
  export class Mesh extends Node3D {
    constructor(geometry: BufferGeometry, material: Material);
    geometry: BufferGeometry;
    material: Material;
  }
  export class LineSegments extends Mesh {}
  export class PerspectiveCamera extends Node3D {
    constructor(fov: number, aspect: number, near: number, far: number);
    aspect: number;
    fov: number;
    lookAt(x: number, y: number, z: number): void;
    updateProjectionMatrix(): void;
  }
  export class WebGLRenderer {
    constructor(how: { canvas: HTMLCanvasElement; context: WebGL2RenderingContext; alpha: boolean });
    outputColorSpace: string;
    debug: { checkShaderErrors: boolean };
    setPixelRatio(ratio: number): void;
    setSize(width: number, height: number, style: boolean): void;
    render(scene: Scene, camera: PerspectiveCamera): void;
    compileAsync(scene: Scene, camera: PerspectiveCamera): Promise<unknown>;
    dispose(): void;
  }
  export const ColorManagement: { enabled: boolean };
  export const LinearSRGBColorSpace: string;
  export const DoubleSide: number;
}
