// Search runs in a worker, and browsers allow no workers on pages opened from disk. There, the worker's script runs in a
// hidden frame instead.
if (location.protocol === "file:") {
  window.Worker = window.IFrameWorker = class extends EventTarget {
    constructor(url) {
      super();
      const frame = document.createElement("iframe");
      frame.hidden = true;
      frame.title = "search";
      document.body.append(frame);
      const inside = (this.inside = frame.contentWindow);
      inside.postMessageToPage = (data) => this.dispatchEvent(new MessageEvent("message", { data }));
      inside.document.write(`<script>
        const toPage = window.postMessageToPage, load = (url) => new Promise((done) => {
          const script = document.createElement("script");
          Object.assign(script, { src: url, onload: done });
          document.head.append(script);
        });
        window.importScripts = (...urls) => urls.reduce((before, url) => before.then(() => load(url)), Promise.resolve());
        window.postMessage = (data) => toPage(data);
        load(${JSON.stringify(String(url))});
      <\/script>`);
      inside.document.close();
    }
    set onmessage(listener) { this.addEventListener("message", listener); }
    postMessage(data) { this.inside.dispatchEvent(new MessageEvent("message", { data })); }
    terminate() {}
  };
}
