// `confab logs`, and what its API says.
import { Gateway } from './gateway.mjs';

export class LogViewer {
  static async start(t, dir, args = [], env = {}) {
    const viewer = new LogViewer();
    viewer.process = await Gateway.startRole(t, 'logs', ['--logs-dir', dir, ...args], env);
    viewer.url = viewer.process.url;
    return viewer;
  }

  fetch(path, headers = {}) { return fetch(`${this.url}${path}`, { headers }); }

  // The lines of a page as objects, with the page's cursors.
  async page(query = {}, headers = {}) {
    const response = await this.fetch(`/api/logs?${new URLSearchParams(query)}`, headers);
    const body = await response.json();
    if (!response.ok) throw new Error(`/api/logs: ${response.status} ${JSON.stringify(body)}`);
    return { ...body, lines: body.lines.map((line) => ({ ...JSON.parse(line.text), file: line.file, text: line.text })) };
  }

  // All that fits, the oldest first, page by page from the end.
  async all(query = {}) {
    const lines = [];
    for (let older = ''; ;) {
      const page = await this.page({ ...query, older });
      lines.unshift(...page.lines);
      if (page.isEnd) return lines;
      older = page.older;
    }
  }

  // What the live tail says from now on, as objects; `events` grows until `close`.
  async live(t, query = {}, headers = {}) {
    const abort = new AbortController();
    const response = await fetch(`${this.url}/api/logs/live?${new URLSearchParams(query)}`, { headers, signal: abort.signal });
    const tail = { status: response.status, type: response.headers.get('content-type'), lines: [], lost: [], ended: false, close: () => abort.abort() };
    t.after(() => abort.abort());
    if (!response.ok) return tail;
    (async () => {
      let text = '';
      for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
        text += chunk;
        for (let end; (end = text.indexOf('\n\n')) >= 0; text = text.slice(end + 2)) {
          const fields = Object.fromEntries(text.slice(0, end).split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]));
          if (fields.id) tail.id = fields.id;
          if (fields.event === 'lines') tail.lines.push(...JSON.parse(fields.data).map((line) => ({ ...JSON.parse(line.text), file: line.file, text: line.text })));
          if (fields.event === 'lost') tail.lost.push(JSON.parse(fields.data));
        }
      }
      tail.ended = true;
    })().catch(() => { tail.ended = true; });
    return tail;
  }
}
