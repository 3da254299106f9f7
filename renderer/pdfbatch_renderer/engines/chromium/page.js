// Runs in every frame of a page with scripts, before any script of the page. What it needs comes as `given`.
(given => {
  "use strict";
  // A binding of ours (Runtime.addBinding): kept here, and out of the page's hands.
  const tell = globalThis.__pdfbatch;
  delete globalThis.__pdfbatch;

  // The clock begins at spec.documentDate and goes on: libraries animate by it, and would wait for ever for one that stands.
  const RealDate = Date;
  const elapsed = performance.now.bind(performance);
  const now = () => given.date + Math.floor(elapsed());
  RealDate.now = now;
  const Dated = new Proxy(RealDate, {
    construct(target, values, made) {
      return Reflect.construct(target, values.length ? values : [now()], made === Dated ? target : made);
    },
    apply: () => new RealDate(now()).toString(),
  });
  RealDate.prototype.constructor = Dated;
  globalThis.Date = Dated;
  Object.defineProperty(Document.prototype, "lastModified", { get: () => given.lastModified, configurable: true });
  const format = Intl.DateTimeFormat.prototype;
  const formatOf = Object.getOwnPropertyDescriptor(format, "format").get;
  const formatToParts = format.formatToParts;
  Object.defineProperty(format, "format", {
    get() {
      const real = formatOf.call(this);
      return date => real(date === undefined ? now() : date);
    },
    configurable: true,
  });
  format.formatToParts = function (date) {
    return formatToParts.call(this, date === undefined ? now() : date);
  };
  if (globalThis.Temporal) {
    const instant = () => Temporal.Instant.fromEpochMilliseconds(now());
    const zoned = zone => instant().toZonedDateTimeISO(zone ?? Temporal.Now.timeZoneId());
    Object.assign(Temporal.Now, {
      instant,
      zonedDateTimeISO: zoned,
      plainDateTimeISO: zone => zoned(zone).toPlainDateTime(),
      plainDateISO: zone => zoned(zone).toPlainDate(),
      plainTimeISO: zone => zoned(zone).toPlainTime(),
    });
  }

  // Chance begins at the same place in every document (mulberry32).
  let state = 0x9e3779b9;
  const word = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  Math.random = () => word() / 4294967296;
  if (globalThis.crypto) {
    const fill = array => {
      const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
      for (let index = 0; index < bytes.length; index++) bytes[index] = word() & 255;
      return array;
    };
    Crypto.prototype.getRandomValues = fill;
    Crypto.prototype.randomUUID = () => {
      const bytes = fill(new Uint8Array(16));
      bytes[6] = (bytes[6] & 15) | 64;
      bytes[8] = (bytes[8] & 63) | 128;
      const hex = Array.from(bytes, byte => byte.toString(16).padStart(2, "0")).join("");
      return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
    };
  }

  // What Fetch never sees. The browser could reach nobody with it; but the page is to be told so, and the record.
  const refused = what => {
    tell(what);
    return new DOMException(`${what} is refused: a page has no network, and nothing outlives it`, "NotAllowedError");
  };
  for (const name of ["RTCPeerConnection", "webkitRTCPeerConnection", "SharedWorker"]) {
    if (!(name in globalThis)) continue;
    globalThis[name] = class {
      constructor() {
        throw refused(name);
      }
    };
  }
  if (globalThis.ServiceWorkerContainer) {
    ServiceWorkerContainer.prototype.register = async () => {
      throw refused("a service worker");
    };
  }

  if (globalThis === globalThis.top) {
    let ready;
    const called = new Promise(resolve => (ready = resolve));
    const pdfbatch = Object.freeze({ ready: () => ready(), called });
    Object.defineProperty(globalThis, "pdfbatch", { value: pdfbatch });
  }
})
