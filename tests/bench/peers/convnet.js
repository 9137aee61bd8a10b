import convnetjs from 'convnetjs';
import { batches, settings, widths } from '../data.js';

/**
 * ConvNetJS. Its npm release has no Adam; adadelta keeps two numbers a parameter as Adam does. Trials run one after
 * the other, row by row: it knows no other way.
 *
 * @typedef {import('../../../www/src/study/works.js').Work} Work
 */

class ConvNet {
  /** @param {Work} work */
  async prepare(work) {
    this.work = work;
    this.batches = batches(work).map(({ x, classes }) =>
      Array.from(classes, (label, at) => {
        const row = new convnetjs.Vol(1, 1, work.inputs, 0);
        row.w.set(x.subarray(at * work.inputs, (at + 1) * work.inputs));
        return { row, label };
      }),
    );
    this.trainers = Array.from({ length: work.trials }, (_, trial) => this.trainer(settings(work, trial).dropout));
    this.step = 0;
  }

  /** @private @param {number} dropout */
  trainer(dropout) {
    const [inputs, ...rest] = widths(/** @type {Work} */ (this.work));
    const outputs = rest.pop();
    const net = new convnetjs.Net();
    net.makeLayers([
      { type: 'input', out_sx: 1, out_sy: 1, out_depth: inputs },
      ...rest.map((num_neurons) => ({ type: 'fc', num_neurons, activation: 'relu', ...(dropout > 0 ? { drop_prob: dropout } : {}) })),
      { type: 'softmax', num_classes: outputs },
    ]);
    return new convnetjs.Trainer(net, { method: 'adadelta', batch_size: this.work?.batch_size, l2_decay: 0 });
  }

  /** @param {number} steps */
  async train(steps) {
    const { batches: all = [], trainers = [], step: from = 0 } = this;
    for (const trainer of trainers) {
      for (let step = from; step < from + steps; step++) {
        for (const { row, label } of all[step % all.length]) trainer.train(row, label);
      }
    }
    this.step = from + steps;
  }

  async release() {
    this.trainers = [];
    this.batches = [];
  }
}

export const open = async () => new ConvNet();
