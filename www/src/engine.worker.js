import { Host } from './engine.host.js';

const host = new Host((message) => postMessage(message));
addEventListener('message', ({ data }) => void host.receive(data));
