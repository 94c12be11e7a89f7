// The sites as boxes, and the ways between them as lines behind the boxes.
import {html, nothing, render, svg} from './lit-html.js';
import {feedState, freshness, goRouterState, headroom} from './parts.js';
import {currentSites} from './store.js';
import {age, count, counted, link, plain, rate, visible} from './text.js';

function figures(entries) {
  return html`<dl class="figures">${entries.map(([term, value, tone]) => html`<div class=${tone ?? ''}><dt>${term}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function ownBox(site) {
  return html`<section class="box own" data-site=${site.site} aria-label="This site, ${site.site}">
    <header><h3>${site.site}</h3><span class="soft">this site${site.info?.region ? html`, ${visible(site.info.region)}` : nothing}</span></header>
    <p class="line">NATS feed ${feedState(site.feed)} <span class="soft">${site.complete ? 'table complete' : 'table not complete'}</span></p>
    <p class="line">${headroom(site.headroom)} <a class="right" href=${link('routes', {site: site.site})}>${counted(site.routes, 'route')}</a></p>
    ${figures([['forwarded', rate(site.traffic?.forwarded) + ' /s'], ['failed', rate(site.traffic?.failed) + ' /s', site.traffic?.failed > 0 ? 'bad' : '']])}
    <ul class="gorouters" aria-label="GoRouters">${(site.goRouters ?? []).slice(0, 8).map((each) => html`<li>
      <span class="mono">${plain(each.address)}</span> ${goRouterState(each.health)} <span class="num right">${count(each.inFlight)}<span class="soft"> in flight</span></span></li>`)}
      ${site.goRouters?.length > 8 ? html`<li><a href="#/surroundings">and ${site.goRouters.length - 8} others</a></li>` : nothing}</ul>
  </section>`;
}

function lag(site) {
  if (site.freshness === 'GONE' || site.freshness === 'STALE') return html`held as ${age(site.heardSecondsAgo)} ago`;
  if (site.sequenceGap > 0) return html`<span class="warn">${counted(site.sequenceGap, 'change')} behind</span>`;
  return site.converged ? 'table equal' : html`<span class="warn">table differs</span>`;
}

function otherBox(site) {
  const traffic = site.traffic ?? {};
  return html`<section class="box ${site.freshness.toLowerCase()}" data-site=${site.site} aria-label="Site ${site.site}">
    <header><h3>${site.site}</h3>${freshness(site.freshness)}<span class="soft right">${
      site.rttMillis === null || site.rttMillis === undefined ? '' : html`<span title="round trip">${site.rttMillis.toFixed(1)} ms</span>, `}heard ${age(site.heardSecondsAgo)} ago</span></header>
    <p class="line">${headroom(site.headroom)}<span class="soft"> · ${lag(site)}</span> <a class="right" href=${link('routes', {site: site.site})}>${counted(site.routes, 'route')}</a></p>
    ${figures([
      ['redirected', rate(traffic.redirected) + ' /s'],
      ['relayed', rate(traffic.relayed) + ' /s'],
      ['received', rate(traffic.received) + ' /s'],
      ['failed', rate(traffic.failed) + ' /s', traffic.failed > 0 ? 'bad' : ''],
    ])}
  </section>`;
}

/** Draws one way from a box to another: a bend in the gap between the columns, or a branch off a trunk. */
function way(from, to, narrow) {
  const y = to.y + to.h / 2;
  if (narrow) return `M${from.x + 12} ${from.y + from.h}V${y - 10}q0 10 10 10H${to.x}`;
  const start = from.x + from.w;
  const middle = from.y + from.h / 2;
  const flat = to.x - 72;
  return `M${start} ${middle}C${start + 50} ${middle} ${flat - 45} ${y} ${flat} ${y}H${to.x}`;
}

const thickness = (perSecond) => Math.min(7, 1.5 + Math.log10(1 + perSecond) * 1.6).toFixed(1);

function lines(root) {
  const place = (box) => ({x: box.offsetLeft, y: box.offsetTop, w: box.offsetWidth, h: box.offsetHeight});
  const own = root.querySelector('.box.own');
  if (!own) return nothing;
  const from = place(own);
  const sites = new Map(currentSites().map((each) => [each.site, each]));
  return [...root.querySelectorAll('.others .box')].map((box) => {
    const site = sites.get(box.dataset.site);
    const to = place(box);
    if (!site) return nothing;
    const narrow = to.y > from.y + from.h && to.x < from.x + from.w;
    const d = way(from, to, narrow);
    const there = (site.traffic?.redirected ?? 0) + (site.traffic?.relayed ?? 0);
    const back = site.traffic?.received ?? 0;
    const state = site.freshness.toLowerCase();
    return svg`<path class="way-line ${state}" d=${d}></path>
      ${there > 0 ? svg`<path class="flow there" d=${d} stroke-width=${thickness(there)}></path>` : nothing}
      ${there === 0 && back > 0 ? svg`<path class="flow back" d=${d} stroke-width=${thickness(back)}></path>` : nothing}
      ${narrow ? nothing : svg`<text class="flow-text" x=${to.x - 12} y=${to.y + to.h / 2 - 9} text-anchor="end">${
        there > 0 ? `${rate(there)} /s →` : state === 'fresh' ? '' : plain(site.freshness.toLowerCase())}</text>
      <text class="flow-text" x=${to.x - 12} y=${to.y + to.h / 2 + 20} text-anchor="end">${back > 0 ? `← ${rate(back)} /s` : ''}</text>`}`;
  });
}

let observer = null;

/** Draws the lines anew where the boxes are now. */
export function drawLines() {
  const root = document.getElementById('map');
  if (!root) return;
  const target = root.querySelector('.ways');
  target.setAttribute('viewBox', `0 0 ${root.clientWidth} ${root.clientHeight}`);
  render(svg`${lines(root)}`, target);
  observer ??= new ResizeObserver(() => drawLines());
  observer.observe(root);
}

export function map() {
  const all = currentSites();
  const own = all.find((each) => each.own);
  const others = all.filter((each) => !each.own);
  return html`<div id="map" class="map ${others.length > 6 ? 'many' : ''}">
    <svg class="ways" aria-hidden="true" focusable="false"></svg>
    <div class="here">${own ? ownBox(own) : nothing}</div>
    <div class="others">${others.map(otherBox)}${others.length ? nothing : html`<p class="soft box">No other site is known.</p>`}</div>
  </div>`;
}
