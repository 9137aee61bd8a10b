import './tuning-playground.js';
import './element/frame.js';
