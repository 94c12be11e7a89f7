// What all pages share. Every result becomes a POST to the page's own app.
const wait = (work, millis) =>
  Promise.race([work, new Promise((_, fail) => setTimeout(() => fail('too late'), millis))]);

async function step(name, work) {
  let result;
  try {
    result = await wait(work(), 30000);
  } catch (e) {
    result = 'FAILED ' + e;
  }
  await fetch('/report/' + name, {method: 'POST', body: String(result)});
}

const text = async (url, options) => (await fetch(url, options)).text();

const answered = (begin) => new Promise((done) => {
  const frame = document.createElement('iframe');
  frame.name = 'frame' + document.querySelectorAll('iframe').length;
  document.body.appendChild(frame);
  addEventListener('message', (event) => {
    if (event.source === frame.contentWindow) done(event.data);
  });
  begin(frame);
});

const echo = (url) => new Promise((done, fail) => {
  const socket = new WebSocket(url);
  socket.onopen = () => socket.send('echo me');
  socket.onmessage = (event) => { done(event.data); socket.close(); };
  socket.onerror = () => fail('no WebSocket');
});

const events = (url, options) => new Promise((done, fail) => {
  const source = new EventSource(url, options);
  const all = [];
  source.onmessage = (event) => {
    if (all.push(event.data) === 3) { source.close(); done(all.join(', ')); }
  };
  source.onerror = () => { source.close(); fail('no events'); };
});
