/**
 * The way from the page to the local server, in the shapes of the UI API.
 *
 * Nothing here knows a component or an object.
 */

/** Ask the server and return its JSON; an error carries the body, as the platform's does. */
export async function ask(path, body, method = body ? 'POST' : 'GET') {
    const answer = await fetch(path, {
        method,
        headers: { 'Content-Type': 'application/json' },
        body: body && JSON.stringify(body)
    });
    const content = await answer.json();
    if (!answer.ok) {
        throw Object.assign(new Error(content.message), { body: content, status: answer.status });
    }
    return content;
}
