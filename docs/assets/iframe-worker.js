// Search where a page is opened as a file: browsers refuse workers there, so the worker's script runs in a hidden frame.
(() => {
  "use strict";
  if (location.protocol !== "file:") return;

  class IFrameWorker extends EventTarget {
    constructor(url) {
      super();
      this.onmessage = null;
      const frame = document.createElement("iframe");
      frame.hidden = true;
      frame.title = "";
      document.body.appendChild(frame);
      const inner = frame.contentWindow;
      inner.document.open();
      inner.document.write(
        "<!doctype html><script>" +
          "postMessage = parent.postMessage.bind(parent);" +
          "const send = postMessage; postMessage = (data) => send(data, '*');" +
          "importScripts = (...urls) => urls.reduce((done, url) => done.then(() => new Promise((resolve, reject) => {" +
          "const script = document.createElement('script'); script.src = url;" +
          "script.onload = resolve; script.onerror = reject; document.body.appendChild(script); })), Promise.resolve());" +
          "<\/script><body><script src=\"" + url + "\"><\/script>"
      );
      inner.document.close();
      this.ready = new Promise((resolve) => { frame.addEventListener("load", resolve, { once: true }); });
      this.inner = inner;
      addEventListener("message", (event) => {
        if (event.source !== inner) return;
        const told = new MessageEvent("message", { data: event.data });
        this.dispatchEvent(told);
        if (this.onmessage) this.onmessage(told);
      });
    }

    postMessage(data) {
      this.ready.then(() => {
        const event = new MessageEvent("message", { data });
        this.inner.dispatchEvent(event);
      });
    }

    terminate() {}
  }

  window.IFrameWorker = IFrameWorker;
  window.Worker = IFrameWorker;
})();
