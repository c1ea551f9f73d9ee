/**
 * Calls something again and again while a page is looked at, and never after it is gone.
 *
 * A component starts it when it is connected and must stop it when it is disconnected.
 */

/** Calls `work` every `seconds` while the page is visible; the function that it returns ends it. */
export function every(seconds, work) {
    // eslint-disable-next-line @lwc/lwc/no-async-operation -- ended by whoever began it
    const timer = setInterval(() => {
        if (!document.hidden) {
            work();
        }
    }, seconds * 1000);
    return () => clearInterval(timer);
}
