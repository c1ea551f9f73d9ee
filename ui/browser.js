/** Prints the path of a headless Chromium that came as an npm package, for the browser tests. */
import chromium from '@sparticuz/chromium';

console.log(await chromium.executablePath());
