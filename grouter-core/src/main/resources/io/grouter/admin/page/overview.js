// First look: what is wrong, what passes, who is there.
import {html} from './lit-html.js';
import {alarmList} from './alarms.js';
import {drawLines, map} from './map.js';
import {sparkline} from './parts.js';
import {ownSite, store} from './store.js';
import {count, plain, rate} from './text.js';

const WAYS = [
  ['forwarded', '→', 'served here'],
  ['redirected', '↪', 'sent to another site'],
  ['relayed', '⇄', 'handed to another site'],
  ['failed', '✕', 'errors of Grouter'],
];

function tiles() {
  const now = store.stats?.traffic;
  return html`<ul class="tiles">${WAYS.map(([key, sign, text]) => {
    const values = store.history.map((each) => each[key] ?? 0);
    const most = Math.max(1, ...values);
    return html`<li class="tile ${key}">
      <span class="title"><span class="sign" aria-hidden="true">${sign}</span> ${key}</span>
      <span class="value">${rate(now?.[key])}<span class="unit"> /s</span></span>
      <span class="more">${text}</span>
      ${sparkline(values, most, key)}</li>`;
  })}</ul>`;
}

export default {
  title: () => 'Overview',
  view() {
    const own = ownSite();
    if (!own) return html`<h1 tabindex="-1">Overview</h1><p class="soft">Waiting for the node…</p>`;
    const stats = store.stats;
    return html`<h1 tabindex="-1">Overview <span class="aside">as ${own.site} sees it${own.version ? `, version ${plain(own.version)}` : ''}</span></h1>
      <section aria-labelledby="alarms-title"><h2 id="alarms-title" class="sr">Alarms</h2>${alarmList()}</section>
      <section aria-labelledby="now-title"><h2 id="now-title">Requests now <span class="aside">at this node; the last 3 minutes</span></h2>${tiles()}</section>
      <section aria-labelledby="map-title"><h2 id="map-title">Sites <span class="aside">${
        stats ? html`${count(stats.routes)} routes in all, ${count(stats.localRoutes)} here` : ''}</span></h2>${map()}</section>`;
  },
  drawn: drawLines,
};
