// What the page knows, and who draws it.
export const store = {
  sites: [], sitesAt: 0,
  stats: null, statsAt: 0, history: [],
  overrides: [],
  live: {state: 'connecting', heardAt: 0, problem: ''},
  readAt: 0,
  needsToken: false,
};

const HISTORY = 180;
const LONGEST_GAP = 10_000;
const QUIET = 6000;
const listeners = new Set();
let draw = () => {};
let pending = false;

export const now = () => performance.now();

export function drawWith(paint) {
  draw = paint;
}

/** Draws once before the next frame, however often it is called. */
export function changed() {
  if (pending) return;
  pending = true;
  requestAnimationFrame(() => {
    pending = false;
    draw();
  });
}

/** Tells a view of events until the function returned is called. */
export function listen(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function tell(kind, data) {
  for (const each of listeners) each(kind, data);
}

/** Takes one event of the stream in. */
export function take(kind, data) {
  if (kind === 'stats') {
    store.stats = data;
    if (now() - store.statsAt > LONGEST_GAP) store.history.length = 0;
    store.statsAt = now();
    store.history.push(data.traffic);
    if (store.history.length > HISTORY) store.history.shift();
  } else if (kind === 'site') {
    const at = store.sites.findIndex((each) => each.site === data.site);
    const site = {...data, receivedAt: now()};
    store.sites = at < 0 ? [...store.sites, site] : store.sites.map((each, i) => (i === at ? site : each));
    store.sitesAt = now();
  }
  tell(kind, data);
  changed();
}

export function takeSites(sites) {
  store.sites = sites.map((each) => ({...each, receivedAt: now()}));
  store.sitesAt = now();
  store.readAt = now();
  changed();
}

/** All sites, with what the figures of the last second say better. */
export function currentSites() {
  const stats = new Map((store.stats?.sites ?? []).map((each) => [each.site, each]));
  return store.sites.map((site) => {
    const figures = stats.get(site.site);
    const newer = figures && store.statsAt > site.receivedAt;
    const since = (now() - site.receivedAt) / 1000;
    const aged = (seconds) => (seconds === null || seconds === undefined ? null : seconds + since);
    const heard = newer ? figures.heardSecondsAgo : site.heardSecondsAgo;
    const heardSince = newer ? (now() - store.statsAt) / 1000 : since;
    return {
      ...site,
      ...(newer && !site.own ? {freshness: figures.freshness} : {}),
      ...(newer ? {fit: figures.fit, routes: figures.routes, headroom: figures.headroom, traffic: figures.traffic} : {}),
      ...(newer && site.own ? {feed: store.stats.feed, complete: store.stats.complete} : {}),
      heardSecondsAgo: heard === null || heard === undefined ? null : heard + heardSince,
      equalSecondsAgo: aged(site.equalSecondsAgo),
      inStateForSeconds: aged(site.inStateForSeconds),
    };
  });
}

export const ownSite = () => currentSites().find((each) => each.own);

/** Milliseconds since anything was heard of the node; what is shown is that old. */
export function silence() {
  return now() - Math.max(store.live.heardAt, store.readAt);
}

/** Whether what is shown may no longer be so. */
export const isOld = () => store.live.state !== 'connecting' && silence() > QUIET;
