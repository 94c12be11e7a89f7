// The stream of events, read with fetch so that a token can be sent; reconnects and resumes where it left off.
import {headers, problemOf} from './api.js';
import {changed, now, store, take, tell} from './store.js';

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 15_000;
const SILENCE = 25_000;
const LONGEST_LINE = 1 << 20;
const UNSEEN = 5000;

let lastId = '';
let broken = new AbortController();
let wake = () => {};

/** Reads lines of a stream and hands over each event; returns at its end. */
async function read(body, heard) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  let kind = '';
  let id = null;
  let data = [];
  for (;;) {
    const {value, done} = await reader.read();
    if (done) return;
    heard();
    const lines = (rest + value).split(/\r?\n/);
    rest = lines.pop();
    if (rest.length > LONGEST_LINE) throw new Error('a line of the stream is too long');
    for (const line of lines) {
      const colon = line.indexOf(':');
      const field = colon < 0 ? line : line.slice(0, colon);
      const text = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
      if (line === '') {
        if (id !== null) lastId = id;
        if (data.length) take(kind || 'message', JSON.parse(data.join('\n')));
        kind = '';
        id = null;
        data = [];
      } else if (field === 'event') kind = text;
      else if (field === 'id') id = text;
      else if (field === 'data') data.push(text);
    }
  }
}

async function once() {
  broken = new AbortController();
  let watch = setTimeout(() => broken.abort(), SILENCE);
  const heard = () => {
    clearTimeout(watch);
    watch = setTimeout(() => broken.abort(), SILENCE);
    store.live.heardAt = now();
  };
  try {
    const response = await fetch('v1/events', {
      headers: headers({Accept: 'text/event-stream', ...(lastId ? {'Last-Event-ID': lastId} : {})}),
      signal: broken.signal,
      cache: 'no-store',
      credentials: 'omit',
    });
    if (!response.ok) throw await problemOf(response);
    heard();
    const again = store.live.state === 'lost';
    store.live = {state: 'live', heardAt: now(), problem: ''};
    changed();
    if (again) tell('reconnected', null);
    await read(response.body, heard);
    return '';
  } finally {
    clearTimeout(watch);
    broken.abort();
  }
}

/** Waits until someone looks: a browser opens six connections to a node, and a stream in a hidden tab would hold one. */
function seen() {
  if (!document.hidden) return Promise.resolve();
  return new Promise((resume) => document.addEventListener('visibilitychange', resume, {once: true}));
}

function letGoUnseen() {
  let unseen = 0;
  document.addEventListener('visibilitychange', () => {
    clearTimeout(unseen);
    if (document.hidden) unseen = setTimeout(() => broken.abort(), UNSEEN);
  });
  addEventListener('pagehide', () => broken.abort());
}

/** Follows the stream for good, while the page is seen. */
export async function follow() {
  letGoUnseen();
  let pause = FIRST_PAUSE;
  for (;;) {
    await seen();
    const begin = now();
    let problem = '';
    try {
      await once();
    } catch (e) {
      problem = e.status ? e.message : '';
    }
    if (document.hidden || now() - begin > LONGEST_PAUSE) pause = FIRST_PAUSE;
    store.live = {...store.live, state: 'lost', problem};
    changed();
    await new Promise((resume) => {
      wake = resume;
      if (!store.needsToken) setTimeout(resume, pause * (0.75 + Math.random() / 2));
    });
    pause = Math.min(LONGEST_PAUSE, pause * 2);
  }
}

/** Tries again now, with the token of now. */
export function reconnect() {
  broken.abort();
  wake();
}
