"use strict";
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const moments = all(".moment");
  const marks = new Map(all(".mark").map((mark) => [mark.dataset.moment, mark]));
  const said = document.getElementById("said");
  const help = document.getElementById("help");
  let now = null;

  const visible = () => moments.filter((moment) => !moment.hidden);
  const decides = (moment) => !moment.classList.contains("pass");

  // A moment's picture is stored once, in the reel; it is put in place when the moment is opened.
  const fill = (moment) => {
    const figure = moment.querySelector(".picture");
    const blank = figure && figure.querySelector(".blur");
    if (!blank) return;
    const stored = document.getElementById(figure.dataset.source);
    const image = document.createElement("img");
    image.src = stored.src;
    image.alt = stored.alt;
    blank.replaceWith(image);
  };

  // One mark of each time line is a stop of the tab key: the one that was open last.
  const stops = new Map();
  const stop = (mark) => {
    const line = mark.closest(".timeline");
    if (stops.has(line)) stops.get(line).setAttribute("tabindex", "-1");
    mark.setAttribute("tabindex", "0");
    stops.set(line, mark);
  };

  const close = () => {
    if (!now) return;
    now.classList.remove("now");
    now.querySelector(".open").setAttribute("aria-expanded", "false");
    const mark = marks.get(now.id);
    if (mark) mark.classList.remove("now");
    now = null;
  };

  const follow = (moment) => {
    const file = moment.closest(".file");
    const start = Number(moment.dataset.start);
    const list = file.querySelector(".transcript ol");
    if (!list) return;
    const lines = all("li", list);
    lines.forEach((line) => line.classList.remove("now"));
    const line = lines.find((entry) => Number(entry.dataset.end) >= start) || lines.at(-1);
    if (!line) return;
    line.classList.add("now");
    list.scrollTop = line.offsetTop - list.offsetTop - list.clientHeight / 3;
  };

  const open = (moment, move = true) => {
    if (moment !== now) close();
    now = moment;
    fill(moment);
    moment.classList.add("now");
    const button = moment.querySelector(".open");
    button.setAttribute("aria-expanded", "true");
    const mark = marks.get(moment.id);
    if (mark) {
      stop(mark);
      mark.classList.add("now");
      said.textContent = mark.getAttribute("aria-label");
    }
    follow(moment);
    if (!move) return;
    button.focus({ preventScroll: true });
    moment.scrollIntoView({ block: "nearest" });
  };

  const step = (by, fits = () => true) => {
    const shown = visible();
    if (!shown.length) return;
    let at = shown.indexOf(now);
    if (at < 0 && by < 0) at = shown.length;
    for (at += by; at >= 0 && at < shown.length; at += by) {
      if (fits(shown[at])) { open(shown[at]); return; }
    }
  };

  const show = (figure, reveal) => {
    figure.classList.toggle("shown", reveal);
    const button = figure.querySelector(".cover");
    button.setAttribute("aria-pressed", String(reveal));
    button.setAttribute("aria-label", button.getAttribute("aria-label").replace(/^\w+/, reveal ? "Blur" : "Reveal"));
  };
  const toggle = (figure) => show(figure, !figure.classList.contains("shown"));
  const hideAll = () => all(".picture.shown").forEach((figure) => show(figure, false));

  const filter = (file) => {
    const words = file.querySelector("input[type=search]").value.toLowerCase().split(/\s+/).filter(Boolean);
    const only = file.querySelector(".leading");
    let left = 0;
    for (const moment of all(".moment", file)) {
      const text = moment.textContent.toLowerCase();
      const fits = words.every((word) => text.includes(word)) && !(only && only.checked && !decides(moment));
      moment.hidden = !fits;
      const mark = marks.get(moment.id);
      if (mark) mark.classList.toggle("unseen-mark", !fits);
      left += fits;
    }
    file.querySelector(".none").hidden = left > 0;
    if (now && now.hidden) close();
  };

  const hint = (mark, text) => { mark.closest(".timeline").querySelector(".hint").textContent = text; };

  for (const [id, mark] of marks) {
    const tell = () => hint(mark, mark.getAttribute("aria-label"));
    mark.addEventListener("mouseenter", tell);
    mark.addEventListener("focus", tell);
    mark.addEventListener("mouseleave", () => hint(mark, ""));
    mark.addEventListener("blur", () => hint(mark, ""));
    mark.addEventListener("click", (event) => { event.preventDefault(); open(document.getElementById(id)); });
  }
  for (const mark of marks.values()) mark.setAttribute("tabindex", "-1");
  for (const line of all(".timeline")) stop(line.querySelector(".mark"));
  for (const moment of moments) {
    moment.querySelector(".short").addEventListener("click", () => (moment === now ? close() : open(moment)));
  }
  for (const button of all(".cover")) button.addEventListener("click", () => toggle(button.closest(".picture")));
  for (const link of all(".reasons a, .words a, .codes a")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      const moment = document.getElementById(link.hash.slice(1));
      if (moment.hidden) { moment.hidden = false; }
      open(moment);
    });
  }
  for (const field of all(".filter input")) field.addEventListener("input", () => filter(field.closest(".file")));
  document.getElementById("hide-all").addEventListener("click", hideAll);
  document.getElementById("help-open").addEventListener("click", () => help.showModal());
  document.getElementById("help-close").addEventListener("click", () => help.close());

  const keys = {
    j: () => step(1), ArrowDown: () => step(1), ArrowRight: () => step(1),
    k: () => step(-1), ArrowUp: () => step(-1), ArrowLeft: () => step(-1),
    n: () => step(1, decides),
    b: hideAll,
    "?": () => help.showModal(),
    "/": () => { const field = ((now && now.closest(".file")) || document).querySelector("input[type=search]"); if (field) field.focus(); },
    " ": () => { const figure = now && now.querySelector(".picture"); if (figure) { toggle(figure); figure.scrollIntoView({ block: "nearest" }); } },
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
    const where = event.target;
    if (where.matches("input, textarea, select")) {
      if (event.key === "Escape") where.blur();
      return;
    }
    // A focused button keeps its own space key, but for a moment's row the space reveals its picture.
    if (event.key === " " && where.matches("button:not(.open), summary")) return;
    const act = keys[event.key];
    if (!act || (event.key.startsWith("Arrow") && where.matches(".transcript ol"))) return;
    event.preventDefault();
    act();
  });
  // A button is pressed when its space key comes up again.
  document.addEventListener("keyup", (event) => {
    if (event.key === " " && event.target.matches(".open")) event.preventDefault();
  });

  const asked = location.hash && document.getElementById(location.hash.slice(1));
  const worst = document.querySelector(".reasons a");
  if (asked && asked.matches(".moment")) open(asked);
  else if (worst) open(document.getElementById(worst.hash.slice(1)), false);
})();
