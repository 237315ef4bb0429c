"use strict";
// Everything shown comes from the JSON in this page and goes in as text: nothing here writes HTML.
(() => {
  const $ = (id) => document.getElementById(id);
  const list = $("list"), rows = [...list.children];
  const collator = new Intl.Collator("zh-CN", { numeric: true });
  let held = null;

  function data() {
    if (held === null) held = JSON.parse($("data").textContent);
    return held;
  }
  const word = (number) => data().words[number];

  /** An element with attributes and children; children that are no elements become text. */
  function el(name, attributes, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) made.setAttribute(key, value);
    made.append(...children.flat().filter((child) => child !== null && child !== ""));
    return made;
  }

  // ---- marks: the pieces that need and work share

  /** The text of a number, with pieces marked. */
  function marked(number, pieces) {
    const text = word(number), plain = data().plain[number];
    const low = (plain === undefined ? text : word(plain)).toLowerCase();
    if (low.length !== text.length) return [text];
    const on = new Uint8Array(text.length);
    for (const piece of pieces) {
      const sought = piece.toLowerCase();
      for (let at = low.indexOf(sought); sought && at >= 0; at = low.indexOf(sought, at + 1)) on.fill(1, at, at + sought.length);
    }
    const made = [];
    for (let start = 0, end = 0; start < text.length; start = end) {
      while (end < text.length && on[end] === on[start]) end += 1;
      const part = text.slice(start, end);
      made.push(on[start] ? el("mark", {}, part) : part);
    }
    return made;
  }

  /** What to look for in the need and in the works: a synonym has one spelling in each. */
  function pieces(person) {
    const need = [], work = [];
    for (const [, number] of person.t) {
      const [own, other] = word(number).split("＝");
      if (own.startsWith("（")) continue;
      need.push(own);
      work.push(other === undefined ? own : other);
    }
    return { need, work };
  }

  // ---- one need

  function open(row, wanted) {
    const button = row.querySelector("h3 button"), place = row.querySelector(".detail");
    if (wanted && !place.hasChildNodes()) fill(place, Number(row.dataset.n));
    place.hidden = !wanted;
    button.setAttribute("aria-expanded", String(wanted));
  }

  function fill(place, number) {
    const need = data().needs[number];
    const told = el("div", {});
    const say = (person) => {
      const sought = person ? pieces(person).need : [];
      told.replaceChildren(
        ...(need.facts.length ? [el("dl", { class: "facts" }, need.facts.map(([name, value]) => el("div", {}, el("dt", {}, word(name)), el("dd", {}, word(value)))))] : []),
        el("p", { class: "said" }, marked(need.title, sought)),
        ...(word(need.text) ? [el("p", { class: "said" }, marked(need.text, sought))] : []),
        ...(word(need.keys) ? [el("p", { class: "said" }, "关键词：", marked(need.keys, sought))] : []),
        ...(sought.length ? [el("p", { class: "soft" }, `标出的是需求与${word(data().people[person.p][1])}共同的文字。`)] : []),
      );
    };
    say(need.people[0]);
    place.append(told);
    if (need.people.length) {
      const people = el("ol", { class: "people" });
      need.people.forEach((person, i) => people.append(shownPerson(need, person, i, number, say)));
      place.append(people);
    }
    out(place, need);
    const id = rows.find((row) => Number(row.dataset.n) === number).querySelector(".id").textContent;
    if (data().charts[`network:${id}`]) place.append(chartPlace(`network:${id}`, "需求周围的学科、学会与人"));
  }

  function shownPerson(need, person, i, number, say) {
    const [id, name, unit, title, gone] = data().people[person.p].map(word);
    const { work } = pieces(person);
    const chance = person.f === undefined ? "" : `　可能性 ${person.f}%`;
    const item = el("li", {},
      el("div", { class: "who" },
        el("h4", {}, el("span", { class: "rank" }, `${i + 1}. `), name),
        el("span", {}, [unit, title].filter(Boolean).join("　")),
        el("span", { class: "soft" }, id),
        ...(person.r === undefined ? [] : [el("span", { class: "soft" }, word(person.r))]),
        el("span", { class: "score" }, `${(person.s / data().micro).toFixed(3)}${chance}`)),
      el("ul", { class: "chips", "aria-label": "共同的文字" }, [...new Set(work)].slice(0, 5).map((piece) => el("li", {}, piece))));
    if (!work.length) item.lastChild.remove();
    const hints = (person.thin ? ["依据薄弱：相同的文字不到两处"] : []).concat(gone ? [`在岗状态：${gone}`] : [],
      (person.h || []).map(([label, detail]) => `${word(label)}（${word(detail)}）`));
    if (hints.length) item.append(el("p", { class: "hints" }, `请留意：${hints.join("；")}`));
    const why = el("details", { class: "person" }, el("summary", {}, "为什么", el("span", { class: "unseen" }, `推荐${name}`)));
    why.addEventListener("toggle", () => {
      if (!why.open) return;
      if (why.childElementCount === 1) why.append(...reasons(person, work, number));
      say(person);
    });
    item.append(why);
    if (i === 0) why.open = true;
    return item;
  }

  /** The parts of a score as steps that end at the score; works with marks; paths; rules. */
  function reasons(person, work, number) {
    const steps = person.t.map(([title, piece, part]) => ["text", word(piece), word(title), part])
      .concat(person.o.map(([signal, what, , part]) => ["other", word(what), word(signal) === word(what) ? "" : word(signal), part]));
    const most = Math.max(person.s, 1), bars = el("div", { class: "bars", role: "list", "aria-label": "得分的构成" });
    let from = 0;
    for (const [kind, what, where, part] of [...steps, ["sum", "合计", "", person.s]]) {
      const fill = el("span", { class: "fill" });
      fill.style.left = `${(kind === "sum" ? 0 : from) / most * 100}%`;
      fill.style.width = `${part / most * 100}%`;
      if (kind !== "sum") from += part;
      bars.append(el("div", { class: `row ${kind}`, role: "listitem" },
        el("span", {}, what, ...(where ? [el("span", { class: "soft" }, `　${where}`)] : [])),
        el("span", { class: "track", "aria-hidden": "true" }, fill),
        el("span", { class: "num" }, (part / data().micro).toFixed(4))));
    }
    const made = [el("h5", {}, "得分的构成"), bars];
    const titles = [...new Set(person.t.map(([title]) => title))].filter((title) => word(title));
    if (titles.length) {
      const passages = new Map(person.x || []);
      made.push(el("h5", {}, "相关成果"), el("ul", { class: "works" }, titles.map((title) =>
        el("li", {}, marked(title, work), ...(passages.has(title) ? [" ", el("q", {}, marked(passages.get(title), work))] : [])))));
    }
    const paths = person.o.filter(([, , how]) => how.length > 1);
    if (paths.length) made.push(el("h5", {}, "从学科到人的路径"), ...paths.map(([, , how]) => el("ol", { class: "path" }, how.map((step) => el("li", {}, word(step))))));
    const told = person.o.filter(([, , how]) => how.length === 1);
    if (told.length) made.push(el("h5", {}, "其他依据"), el("ul", { class: "plain" }, told.map(([, what, how]) => el("li", {}, `${word(what)}：${word(how[0])}`))));
    return made.concat(passed(person, number));
  }

  function passed(person, number) {
    const scenario = data().rules[data().of[number]];
    if (!scenario) return [];
    const rules = scenario.roles[person.r] || [];
    const noted = new Set((person.h || []).map(([label]) => label));
    const items = rules.filter(([label]) => !noted.has(label)).map(([label, told, source]) =>
      el("li", {}, `${word(label)}：${word(told)}`, ...(word(source) ? [el("span", { class: "soft" }, `　依据：${word(source)}`)] : [])));
    if (scenario.apart.length) items.push(el("li", {}, `没有查到要回避的关系：${scenario.apart.map(word).join("、")}`));
    return items.length ? [el("details", {}, el("summary", {}, `通过的规则（${items.length}）`), el("ul", { class: "plain" }, items))] : [];
  }

  /** Whom rules keep out of a need. */
  function out(place, need) {
    if (!need.out.length && !need.over.length) return;
    const items = need.out.map(([name, outcome, label, detail, source]) =>
      el("li", {}, el("b", {}, word(name)), `　${word(outcome)}：${word(label)}${word(detail) ? `（${word(detail)}）` : ""}`,
        ...(word(source) ? [el("span", { class: "soft" }, `　依据：${word(source)}`)] : [])));
    items.push(...need.over.map(([label, count]) => el("li", {}, `另有 ${count} 位：${word(label)}`)));
    place.append(el("details", { class: "fold" }, el("summary", {}, `回避与排除（${items.length}）`), el("ul", { class: "plain" }, items)));
  }

  // ---- the list: search, filter, sort

  let texts = null;
  function searched() {
    if (texts === null) {
      const about = data().people.map((person) => person.slice(0, 3).map(word).join(" "));
      texts = rows.map((row) => {
        const need = data().needs[Number(row.dataset.n)];
        const people = need.people.map((person) => about[person.p]).join(" ");
        return `${row.textContent} ${word(need.text)} ${word(need.keys)} ${people}`.normalize("NFKC").toLowerCase();
      });
    }
    return texts;
  }

  function filter() {
    const words = $("q").value.normalize("NFKC").toLowerCase().split(/\s+/).filter(Boolean);
    const state = $("f-state").value, kind = $("f-kind") ? $("f-kind").value : "";
    let count = 0;
    rows.forEach((row, i) => {
      const fits = (!state || row.dataset.state === state) && (!kind || row.dataset.kind === kind)
        && words.every((one) => searched()[i].includes(one));
      row.hidden = !fits;
      count += fits;
    });
    $("count").textContent = count === rows.length ? `共 ${count} 条` : `${count} 条，共 ${rows.length} 条`;
    $("none").hidden = count > 0;
  }

  const grave = { unanswered: 0, doubtful: 1, answered: 2 };
  const given = (row) => Number(row.dataset.n), score = (row) => Number(row.dataset.score || 0);
  const orders = {
    given: (a, b) => given(a) - given(b),
    low: (a, b) => score(a) - score(b) || given(a) - given(b),
    high: (a, b) => score(b) - score(a) || given(a) - given(b),
    state: (a, b) => grave[a.dataset.state] - grave[b.dataset.state] || given(a) - given(b),
    title: (a, b) => collator.compare(a.querySelector(".title").textContent, b.querySelector(".title").textContent) || given(a) - given(b),
  };

  list.addEventListener("click", (event) => {
    const button = event.target.closest("h3 button");
    if (button) open(button.closest(".need"), button.getAttribute("aria-expanded") !== "true");
  });
  document.querySelector(".tools").addEventListener("submit", (event) => event.preventDefault());
  $("q").addEventListener("input", filter);
  for (const id of ["f-state", "f-kind"]) if ($(id)) $(id).addEventListener("change", filter);
  $("sort").addEventListener("change", () => list.append(...[...rows].sort(orders[$("sort").value])));
  const ALL = 50;
  $("open-all").addEventListener("click", () => {
    const listed = [...list.children].filter((row) => !row.hidden);
    listed.slice(0, ALL).forEach((row) => open(row, true));
    $("count").textContent = listed.length > ALL ? `展开了列出的前 ${ALL} 条，共列出 ${listed.length} 条；可先筛选再展开` : `展开了列出的 ${listed.length} 条`;
  });
  $("close-all").addEventListener("click", () => rows.forEach((row) => open(row, false)));
  $("print").addEventListener("click", () => window.print());

  // ---- charts: plotly is text until one is opened

  let plotly = null;
  async function library() {
    const bytes = Uint8Array.from(atob($("plotly").textContent), (char) => char.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    const script = document.createElement("script");
    script.textContent = await new Response(stream).text();
    document.head.append(script);
    return window.Plotly;
  }

  function chartPlace(name, title) {
    const place = el("div", { class: "chart" }, el("button", { type: "button", class: "draw", "aria-expanded": "false" }, `看图：${title}`));
    wire(place, name, title);
    return place;
  }

  function wire(place, name, title) {
    const button = place.querySelector("button");
    button.addEventListener("click", async () => {
      const there = place.querySelector(".plot");
      if (there) {
        there.hidden = !there.hidden;
        button.setAttribute("aria-expanded", String(!there.hidden));
        return;
      }
      const plot = el("div", { class: "plot", role: "img", "aria-label": `${title}（图中的数字都在表里）` });
      place.append(plot);
      button.setAttribute("aria-expanded", "true");
      try {
        plotly = plotly || library();
        const { data: traces, layout } = data().charts[name];
        await (await plotly).newPlot(plot, traces, { ...layout, autosize: true, width: undefined, height: undefined, ...(window.innerWidth < 640 ? { showlegend: false } : {}) }, { displayModeBar: false, responsive: true, showTips: false });
      } catch {
        plot.remove();
        button.replaceWith(el("p", { class: "soft" }, `这个浏览器画不了“${title}”，请换新一些的浏览器；数字都在表里。`));
      }
    });
  }
  for (const place of document.querySelectorAll(".chart")) wire(place, place.dataset.chart, place.dataset.title);

  // ---- a need by its address, and a page on paper

  function follow() {
    const sought = decodeURIComponent(location.hash.slice(1));
    const row = rows.find((one) => one.querySelector(".id").textContent === sought);
    if (row) {
      open(row, true);
      row.scrollIntoView();
    }
  }
  window.addEventListener("hashchange", follow);
  follow();
  document.documentElement.dataset.ready = "true";
})();
