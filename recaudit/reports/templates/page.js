(() => {
  const words = document.querySelector("main").dataset;
  const counted = (text, shown, all) => text.replace("{shown}", shown).replace("{all}", all);

  const rowsOf = (table) => [...table.tBodies[0].rows];

  const key = (row, column) => {
    const text = (row.cells[column]?.textContent ?? "").trim().replaceAll("\u2212", "-").replaceAll(",", "");
    const number = Number.parseFloat(text);
    return { text, number: Number.isNaN(number) ? null : number };
  };

  const ordered = (rows, column) => {
    const keyed = rows.map((row) => ({ row, ...key(row, column) }));
    const numeric = keyed.every((entry) => entry.number !== null || entry.text === "" || entry.text === "\u2014");
    keyed.sort((a, b) =>
      numeric ? (a.number ?? Infinity) - (b.number ?? Infinity) : a.text.localeCompare(b.text, document.documentElement.lang, { numeric: true }));
    return keyed.map((entry) => entry.row);
  };

  const sortable = (table) => {
    const first = rowsOf(table);
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      const wrap = () => { button.append(...head.childNodes); head.append(button); };
      wrap();
      // Browsers do not repeat a head with buttons on the next sheet.
      addEventListener("beforeprint", () => head.replaceChildren(...button.childNodes));
      addEventListener("afterprint", wrap);
      button.addEventListener("click", () => {
        const next = { none: "ascending", ascending: "descending", descending: "none" }[head.ariaSort ?? "none"];
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        let rows = first;
        if (next !== "none") {
          head.setAttribute("aria-sort", next);
          rows = ordered(first, column);
          if (next === "descending") rows.reverse();
        }
        table.tBodies[0].append(...rows);
      });
    });
  };

  const filterable = (part, place) => {
    const rows = [...part.querySelectorAll("tbody > tr:not(.axis)")];
    if (rows.length < 8) return;
    const texts = rows.map((row) => `${row.textContent} ${row.title}`.toLowerCase());
    const box = document.createElement("p");
    const label = document.createElement("label");
    const input = document.createElement("input");
    const count = document.createElement("span");
    input.type = "search";
    input.id = `filter-${place}`;
    label.htmlFor = input.id;
    label.textContent = part.dataset.filter;
    count.setAttribute("role", "status");
    box.className = "filter";
    box.append(label, input, count);
    part.querySelector(".scroll, details").before(box);
    input.addEventListener("input", () => {
      const wanted = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      rows.forEach((row, index) => {
        row.hidden = !wanted.every((word) => texts[index].includes(word));
        shown += row.hidden ? 0 : 1;
        if (wanted.length && !row.hidden) for (let at = row.parentElement; at && at !== part; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
      });
      count.textContent = wanted.length ? counted(words.rows, shown, rows.length) : "";
    });
  };

  const chooser = () => {
    const rows = [...document.querySelectorAll("tr[data-system]")];
    const systemOf = (row) => row.dataset.system.trim();
    const names = [...new Set([...document.querySelectorAll("#systems tr[data-system]")].map(systemOf))];
    if (names.length < 2) return;
    const tables = [...document.querySelectorAll("table.by-system")].map((table) => ({
      frame: table.closest(".scroll"),
      columns: [...table.tHead.rows[0].cells].map((head) => head.textContent.trim()),
      rows: [...table.rows].filter((row) => !row.classList.contains("axis")),
    }));
    const box = document.createElement("fieldset");
    const legend = document.createElement("legend");
    const count = document.createElement("span");
    box.className = "chooser";
    legend.textContent = `${words.systems} `;
    count.setAttribute("role", "status");
    const boxes = names.map((name) => {
      const label = document.createElement("label");
      const input = document.createElement("input");
      input.type = "checkbox";
      input.checked = true;
      label.append(input, ` ${name}`);
      return { name, label, input };
    });
    legend.append(count);
    box.append(legend, ...boxes.map((one) => one.label));
    document.querySelector("#systems h2").after(box);
    box.addEventListener("change", () => {
      const shown = new Set(boxes.filter((one) => one.input.checked).map((one) => one.name));
      const left = (name) => names.includes(name) && !shown.has(name);
      count.textContent = shown.size < names.length ? counted(words.shown, shown.size, names.length) : "";
      rows.forEach((row) => row.classList.toggle("left", left(systemOf(row))));
      const places = names.flatMap((name, place) => (left(name) ? [place] : []));
      document.dispatchEvent(new CustomEvent("systems", { detail: places }));
      tables.forEach(({ frame, columns, rows }) => {
        const out = columns.map((name, place) => place > 0 && left(name));
        frame.classList.toggle("left", out.slice(1).every(Boolean));
        rows.forEach((row) => [...row.cells].forEach((cell, place) => cell.classList.toggle("left", out[place])));
      });
    });
  };

  document.querySelectorAll("table.sortable").forEach(sortable);
  document.querySelectorAll("[data-filter]").forEach(filterable);
  chooser();

  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open])")];
    closed.forEach((fold) => { fold.open = true; });
  });
  addEventListener("afterprint", () => closed.forEach((fold) => { fold.open = false; }));
})();
