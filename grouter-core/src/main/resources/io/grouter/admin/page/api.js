// Asks the admin API. Errors are what its problem documents say.
import {changed, store} from './store.js';

const TOKEN = 'grouter.token';
const TIMEOUT = 15_000;

class Problem extends Error {
  constructor(status, title, detail, type = '') {
    super(detail || title);
    this.status = status;
    this.title = title;
    this.detail = detail;
    this.type = type;
  }
}

function stored() {
  try {
    return sessionStorage.getItem(TOKEN);
  } catch {
    return null;
  }
}
let token = stored();

/** Keeps a token for this tab alone; empty forgets it. */
export function useToken(text) {
  token = text || null;
  store.needsToken = false;
  try {
    if (token) sessionStorage.setItem(TOKEN, token);
    else sessionStorage.removeItem(TOKEN);
  } catch {
    // Then it is kept in memory alone.
  }
}

export const hasToken = () => token !== null;

export function headers(more = {}) {
  return token ? {...more, Authorization: 'Bearer ' + token} : more;
}

/** Makes a problem of an answer that is none of 2xx. */
export async function problemOf(response) {
  if (response.status === 401) {
    store.needsToken = true;
    changed();
  }
  try {
    const body = await response.json();
    return new Problem(response.status, String(body.title ?? ''), String(body.detail ?? ''), String(body.type ?? ''));
  } catch {
    return new Problem(response.status, 'Error', `The node answered with status ${response.status}.`);
  }
}

function withQuery(path, query) {
  const parts = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== '' && value !== null && value !== undefined && value !== false) parts.set(key, value);
  }
  const text = parts.toString();
  return text ? path + '?' + text : path;
}

/** Asks for JSON; throws a Problem, or an AbortError when the signal says so. */
export async function ask(path, {method = 'GET', query = {}, body, signal} = {}) {
  if (store.needsToken) throw new Problem(401, 'Unauthorized', 'This node asks for a token.');
  const limit = AbortSignal.timeout(TIMEOUT);
  let response;
  try {
    response = await fetch(withQuery(path, query), {
      method,
      headers: headers(body ? {'Content-Type': 'application/json'} : {}),
      body: body && JSON.stringify(body),
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
      cache: 'no-store',
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
    });
    if (!response.ok) throw await problemOf(response);
    return await response.json();
  } catch (e) {
    if (e instanceof Problem || e.name === 'AbortError') throw e;
    throw new Problem(0, 'No answer', e.name === 'TimeoutError'
      ? `The node did not answer within ${TIMEOUT / 1000} s.`
      : 'The node cannot be reached.');
  }
}
