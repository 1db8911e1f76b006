(() => {
  const root = document.documentElement;
  const words = document.querySelector("main").dataset;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const charts = [...document.querySelectorAll(".chart")];
  const packed = document.getElementById("plotly-packed");
  let leftOut = new Set();
  let library;

  const say = (message) => charts.forEach((chart) => { chart.firstElementChild.textContent = message; });

  const beside = () => new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = "plotly.min.js";
    script.onload = resolve;
    script.onerror = reject;
    document.head.append(script);
  });

  const unpack = async (packed) => {
    const bytes = Uint8Array.from(atob(packed.textContent.trim()), (character) => character.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    const script = document.createElement("script");
    script.textContent = await new Response(stream).text();
    document.head.append(script);
  };

  const themed = (figure) => {
    const style = getComputedStyle(root);
    const colour = (name) => style.getPropertyValue(name).trim();
    const lines = [1, 2, 3, 4, 5, 6, 7, 8].map((place) => colour(`--line-${place}`));
    const axis = { gridcolor: colour("--rule"), linecolor: colour("--muted"), zerolinecolor: colour("--muted"), automargin: true };
    const data = figure.data.filter((trace) => !leftOut.has(trace.meta.colour)).map((trace) => {
      const own = trace.meta.colour < 0 ? colour("--muted") : lines[trace.meta.colour % lines.length];
      const errors = (bar) => (bar ? { ...bar, color: own } : undefined);
      return {
        ...trace,
        line: { ...trace.line, color: own },
        marker: { ...trace.marker, color: own },
        error_x: errors(trace.error_x),
        error_y: errors(trace.error_y),
      };
    });
    const layout = {
      ...figure.layout,
      height: 440,
      margin: { t: 24, r: 16, b: 56, l: 64 },
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { color: colour("--ink"), family: style.getPropertyValue("--sans"), size: 12 },
      hoverlabel: { bgcolor: colour("--raised"), bordercolor: colour("--rule"), font: { color: colour("--ink") } },
      legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom" },
      xaxis: { ...figure.layout.xaxis, ...axis },
      yaxis: { ...figure.layout.yaxis, ...axis },
    };
    return { data, layout };
  };

  const explored = (frame) => {
    const { attributes } = JSON.parse(frame.querySelector(".explorable").textContent);
    const [by, of] = [frame.querySelector(".by"), frame.querySelector(".of")];
    const fill = (select, names) => {
      const before = select.value;
      select.replaceChildren(...names.map((name) => new Option(name, name, false, name === before)));
    };
    if (!by.options.length) fill(by, attributes.map((attribute) => attribute.name));
    const attribute = attributes[by.selectedIndex];
    fill(of, attribute.metrics.map((metric) => metric.name));
    const metric = attribute.metrics[of.selectedIndex];
    const data = attribute.systems.map((system, index) => ({
      type: "scatter",
      mode: "markers",
      name: system.name,
      x: attribute.groups,
      y: metric.means[index],
      customdata: system.counts,
      hovertemplate: "%{y} (n %{customdata})",
      marker: { symbol: system.symbol, size: 9 },
      meta: { colour: system.place },
    }));
    return { data, layout: { hovermode: "x unified", xaxis: { type: "category" }, yaxis: { title: { text: metric.title } } } };
  };

  const figureOf = (frame) =>
    frame.matches(".explorer") ? explored(frame) : JSON.parse(frame.querySelector(".figure").textContent);

  const draw = async (chart) => {
    library ??= packed ? unpack(packed) : beside();
    await library;
    const figure = themed(figureOf(chart.parentElement));
    chart.querySelector("p")?.remove();
    await Plotly.react(chart, figure.data, figure.layout, { displayModeBar: false, responsive: true });
  };

  if (packed && typeof DecompressionStream === "undefined") {
    say(words.tooOld);
    return;
  }
  const drawn = new Set();
  const attempt = (chart) => {
    drawn.add(chart);
    draw(chart).catch(() => { chart.textContent = words.notDrawn; });
  };
  const seen = new IntersectionObserver((entries) => entries.forEach((entry) => {
    if (entry.isIntersecting && !drawn.has(entry.target)) attempt(entry.target);
  }), { rootMargin: "600px" });
  charts.forEach((chart) => seen.observe(chart));
  dark.addEventListener("change", () => drawn.forEach(attempt));
  document.addEventListener("systems", (event) => {
    leftOut = new Set(event.detail);
    drawn.forEach(attempt);
  });
  charts.filter((chart) => chart.parentElement.matches(".explorer")).forEach((chart) =>
    chart.parentElement.addEventListener("change", () => attempt(chart)));
})();
