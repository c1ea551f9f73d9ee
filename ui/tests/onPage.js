/** Puts a component on the page as the platform would, and lets it render. */
import { createElement } from 'lwc';

export function put(name, component, properties = {}) {
    const element = Object.assign(createElement(name, { is: component }), properties);
    document.body.append(element);
    return element;
}

export function clear() {
    document.body.replaceChildren();
    jest.clearAllMocks();
    jest.useRealTimers();
}

/** What was asked of the component is rendered after the microtasks that wait. */
export async function rendered() {
    for (let turn = 0; turn < 5; turn += 1) {
        await Promise.resolve();
    }
}

export function inside(element, selector) {
    return element.shadowRoot.querySelector(selector);
}

export function words(element) {
    return element.shadowRoot.textContent;
}

/** A record of the UI API with these fields. */
export function record(id, fields) {
    const wrapped = Object.entries(fields).map(([name, value]) => [
        name,
        { value, displayValue: null }
    ]);
    return { id, fields: Object.fromEntries(wrapped) };
}
