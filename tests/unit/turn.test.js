import test from 'node:test';
import { Turn } from '../../www/src/engine/turn.js';
import { assert, fc } from './numbers.js';

/** Whose turn it is to train, of several guests on a page. */

/** A guest: its turn, and how often a run of it has begun and was let go. */
function guest() {
  const one = {
    turn: new Turn(
      () => {},
      () => {},
    ),
    asked: 0,
    begun: 0,
  };
  const take = () => {
    one.asked++;
    void one.turn.take().then(() => one.begun++);
  };
  return { one, take };
}
const settled = () => new Promise((resolve) => void setImmediate(resolve));

test('a run that is paused before its turn has come goes on when it is taken again, and ends where it is stopped', async () => {
  const [a, b] = [guest(), guest()];
  a.take();
  b.take();
  b.one.turn.leave();
  a.one.turn.leave();
  await settled();
  assert.deepEqual([a.one.begun, b.one.begun, b.one.turn.waits], [1, 0, false]);
  b.take();
  await settled();
  assert.equal(b.one.begun, 2, 'both who asked are answered');
  a.take();
  a.one.turn.leave();
  a.one.turn.skip();
  await settled();
  assert.equal(a.one.begun, 2);
  b.one.turn.leave();
});

test('whatever guests do, one trains at a time, and who is stopped waits for nothing', async () => {
  const acts = fc.array(fc.tuple(fc.nat(2), fc.constantFrom('take', 'leave', 'skip', 'end')), { maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(acts, async (all) => {
      const guests = [guest(), guest(), guest()];
      for (const [at, act] of all) {
        if (act === 'take') guests[at].take();
        else guests[at].one.turn[act]();
        if (act === 'take') await settled();
      }
      for (const { one } of guests) {
        one.turn.skip();
        one.turn.leave();
        one.turn.skip();
      }
      await settled();
      for (const { one } of guests) assert.equal(one.begun, one.asked);
    }),
    { numRuns: 300 },
  );
});
