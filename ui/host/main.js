/**
 * Starts the local page: the emulated world's time, synthetic shadow as on the platform, the app.
 */
import '@lwc/synthetic-shadow';
import { createElement } from 'lwc';
import { followWorldClock } from './clock.js';
import App from 'host/app';

followWorldClock(globalThis.platform.now);
document.body.append(createElement('host-app', { is: App }));
